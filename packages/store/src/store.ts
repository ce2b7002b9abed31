// The one interface of all stores.
import type { Severity } from '@eyrie/dissect';
import type {
  Begun,
  CaptureRow,
  Conversations,
  Endpoints,
  Exactness,
  FilteredPage,
  FindingQuery,
  FlowHead,
  FlowQuery,
  FoundPacket,
  Hierarchy,
  Lead,
  NameQuery,
  PacketQuery,
  PacketRow,
  Page,
  ProtocolSummary,
  Selection,
  StoredFinding,
  StoredFlow,
  StoredName,
  TalkQuery,
  Timeline,
  TimelineQuery,
} from './queries.ts';
import type { CaptureOrigin, ClockReading, StoreBatch, Written } from './rows.ts';

export type Engine = 'duckdb' | 'postgres';

/** All methods reject with a StoreError, or with the FilterError of a filter that does not compile. */
export interface Store {
  readonly engine: Engine;
  /** The address without a password, for people. */
  readonly place: string;

  /**
   * Stores a batch whole or not at all; resolves once it is on disk. Calls may overlap: they are applied in the order in
   * which they were made, several in one transaction. WRITES_MAX may wait, more are refused (`ERR_STORE_BUSY`).
   */
  write(batch: StoreBatch): Promise<Written>;

  /** `again`: a capture of its own even if this file is here already; `capture.key` is the key to write under then. */
  beginCapture(origin: CaptureOrigin, options?: { readonly again?: boolean }): Promise<Begun>;
  /** No more will come, or no more than came (`problem`). */
  endCapture(id: number, problem?: string | null): Promise<CaptureRow>;
  /** Its bytes are read from another path from now on; not so where pseudonyms hide what the file says. */
  moveCapture(id: number, file: string): Promise<CaptureRow>;
  /** The newest first. */
  captures(): Promise<CaptureRow[]>;
  capture(id: number): Promise<CaptureRow | null>;
  captureByKey(key: string): Promise<CaptureRow | null>;
  /** How its clock stood to a mesh's when a packet of that time (seconds since 1970) came; null: nobody knows. */
  clockAt(capture: number, time: number): Promise<ClockReading | null>;
  /** With all that belongs to it. False: there is none. */
  deleteCapture(id: number): Promise<boolean>;

  protocolSummary(query?: Selection): Promise<ProtocolSummary>;
  packets(query?: PacketQuery): Promise<Page<PacketRow> & Exactness>;
  packet(id: number): Promise<FoundPacket | null>;
  hierarchy(query?: Selection): Promise<Hierarchy>;
  timeline(query?: TimelineQuery): Promise<Timeline>;
  flows(query?: FlowQuery): Promise<FilteredPage<StoredFlow>>;
  flow(id: number): Promise<StoredFlow | null>;
  /** The conversation that a packet is of; null: it is of none, or none was reported yet. */
  flowOf(packet: PacketRow): Promise<FlowHead | null>;
  /** What came before a packet in its conversation: so many of the first packets, so many of the latest. */
  leadOf(packet: PacketRow, most: { readonly first: number; readonly latest: number }): Promise<Lead>;
  conversations(query?: TalkQuery): Promise<Conversations>;
  endpoints(query?: TalkQuery): Promise<Endpoints>;
  names(query?: NameQuery): Promise<FilteredPage<StoredName>>;
  findings(query?: FindingQuery): Promise<FilteredPage<StoredFinding>>;

  info(): Promise<StoreInfo>;
  /** Deletes the oldest until what is left keeps to all limits given. */
  retain(limits: Retention): Promise<Removed>;
  /** Deletes all that names an address, and leaves a line in the audit that says so. */
  erase(address: string, reason?: string): Promise<Erased>;
  /** Gives back the space of what was deleted. */
  vacuum(): Promise<StoreInfo>;
  /** Writes each table as a Parquet file into a folder, which must be empty or not exist; gives their paths. */
  exportParquet(folder: string): Promise<string[]>;

  /** Waits for writes that were accepted. */
  close(): Promise<void>;
}

/** Batches that may wait for those before them. */
export const WRITES_MAX = 64;

export interface Retention {
  /** Packets older than this, counted from the newest in the store. */
  readonly ageSeconds?: number;
  readonly rows?: number;
  /** On disk, of the store itself. */
  readonly bytes?: number;
}

export interface Removed {
  readonly packets: number;
  readonly flows: number;
  readonly names: number;
  readonly findings: number;
}

export interface Erased extends Removed {
  /** Packets of tunnels and the like that are left, of which the store does not know all addresses. */
  readonly untold: number;
}

export interface StoreInfo {
  readonly engine: Engine;
  /** Of the database program. */
  readonly engineVersion: string;
  readonly place: string;
  readonly schemaVersion: number;
  readonly captures: number;
  readonly packets: number;
  readonly flows: number;
  readonly names: number;
  readonly findings: number;
  /** Those of rules, by the severity of their rows. */
  readonly ruleFindings: Readonly<Partial<Record<Severity, number>>>;
  /** On disk. */
  readonly bytes: number;
  /** `bytes` without those that await vacuum, divided by packets; null without packets. */
  readonly bytesPerPacket: number | null;
  /** Packets' times, seconds since 1970 with nine decimals. */
  readonly firstTime: string | null;
  readonly lastTime: string | null;
  /** The latest last, at most 100. */
  readonly audit: readonly AuditLine[];
}

export interface AuditLine {
  /** Seconds since 1970. */
  readonly time: number;
  /** `erase`, `retain`, `delete capture` … */
  readonly action: string;
  /** What was done to what; of an erasure the reason, not the address. */
  readonly detail: string;
  readonly packets: number;
}

export interface StoreOptions {
  /** Makes the database if it is not there. Default true. */
  readonly create?: boolean;
  /** Only queries. Default false. */
  readonly readOnly?: boolean;
  /** Key of 32 bytes: addresses are stored under pseudonyms that keep prefixes (Crypto-PAn). Default: as they are. */
  readonly pseudonymKey?: Uint8Array;
  /** Threads and memory that an embedded engine may take; default: all processors, and half of the memory. */
  readonly threads?: number;
  readonly memoryBytesMax?: number;
}
