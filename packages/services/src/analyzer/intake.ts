// Interface of the analyzer to the pipeline of this process, which stores packets.

/** All methods reject with an error whose message has the remedy, in one line. */
export interface Intake {
  /** Starts to import a file; resolves when the store has its capture, long before the file is read. */
  importFile(path: string, options: { readonly again: boolean }): Promise<Begun>;
  interfaces(): Promise<InterfaceList>;
  /** Starts a live capture; resolves when it runs. */
  startLive(options: LiveOptions): Promise<Begun>;
  /** Stops the run of this capture; false if there is none. */
  stop(capture: number): Promise<boolean>;
  /** The folder in this process's ring of a live capture with this key, though it may be gone; null: it is not of one. */
  sessionFolder(key: string): string | null;
  /** Captures that are running. */
  running(): readonly Running[];
  /** Monotonic counters since the start of the process. */
  counters(): Counters;
  queues(): readonly Queue[];
  services(): readonly Service[];
}

export interface Begun {
  readonly capture: number;
  /** False: the store had the capture already. */
  readonly isNew: boolean;
}

export interface LiveOptions {
  readonly interface: string;
  /** BPF filter; '' for all packets. */
  readonly filter: string;
  /** Bytes captured of each packet; null: all. */
  readonly snapLength: number | null;
}

export interface InterfaceList {
  readonly items: readonly {
    readonly name: string;
    readonly description: string | null;
    readonly addresses: readonly string[];
    readonly isUp: boolean;
    readonly isLoopback: boolean;
  }[];
  /** Why capturing is not possible here, and the remedy; null: it is possible. */
  readonly problem: string | null;
}

export interface Running {
  readonly capture: number;
  readonly packets: number;
  readonly packetsPerSecond: number;
  readonly bytesRead: number;
  /** Null if the source has no end. */
  readonly bytesTotal: number | null;
  readonly filter: string | null;
}

export interface Counters {
  readonly packets: number;
  readonly bytes: number;
  readonly drops: number;
  /** Packets by Protocol column. */
  readonly protocols: Readonly<Record<string, number>>;
}

export interface Queue {
  readonly name: string;
  readonly depth: number;
  readonly capacity: number;
}

export interface Service {
  readonly name: string;
  readonly state: 'running' | 'idle' | 'failing';
  readonly note: string | null;
}
