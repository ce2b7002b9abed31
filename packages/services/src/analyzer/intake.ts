// The pipeline of this process, as the analyzer sees it: it brings packets into the store.

/** All methods reject with an error of one line that says what to do. */
export interface Intake {
  /** Begins to import a file; resolves when the store has its capture, long before the file is read. */
  importFile(path: string, options: { readonly again: boolean }): Promise<Begun>;
  interfaces(): Promise<InterfaceList>;
  /** Begins a live capture; resolves when it runs. */
  startLive(options: LiveOptions): Promise<Begun>;
  /** Ends the run of this capture; false: there is none. */
  stop(capture: number): Promise<boolean>;
  /** Captures that run now. */
  running(): readonly Running[];
  /** Since the start of the process; monotonic. */
  counters(): Counters;
  queues(): readonly Queue[];
  services(): readonly Service[];
}

export interface Begun {
  readonly capture: number;
  /** False: the store had it already. */
  readonly isNew: boolean;
}

export interface LiveOptions {
  readonly interface: string;
  /** BPF; '' for all. */
  readonly filter: string;
  /** Bytes kept of each packet; null: all. */
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
  /** Why capturing is not possible here, and what to do; null: it is. */
  readonly problem: string | null;
}

export interface Running {
  readonly capture: number;
  readonly packets: number;
  readonly packetsPerSecond: number;
  readonly bytesRead: number;
  /** Null for what has no end. */
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
