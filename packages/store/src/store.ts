// The interface of all stores.
import type { Severity } from '@eyrie/dissect';
import type {
  Begun,
  CaptureRow,
  ConversationQuery,
  Conversations,
  EndpointQuery,
  Endpoints,
  Exactness,
  FilteredPage,
  FindingQuery,
  FlowHead,
  FlowPage,
  FlowQuery,
  FoundPacket,
  Hierarchy,
  Lead,
  NameQuery,
  PacketQuery,
  PacketRow,
  Page,
  ProtocolQuery,
  ProtocolSummary,
  Selection,
  SequenceBase,
  StoredFinding,
  StoredFlow,
  StoredName,
  Timeline,
  TimelineQuery,
} from './queries.ts';
import type { CaptureOrigin, ClockReading, StoreBatch, Written } from './rows.ts';

export type Engine = 'duckdb' | 'postgres';

/** All methods reject with a StoreError, or with a FilterError for an invalid filter. */
export interface Store {
  readonly engine: Engine;
  /** The URL without a password, for messages. */
  readonly place: string;

  /**
   * Stores a batch atomically; resolves once it is durable. Calls may overlap: they are applied in order, several in one
   * transaction. At most WRITES_MAX may be queued; more are refused (`ERR_STORE_BUSY`). Packets of which another process
   * has stored some meanwhile, cut into other batches, are refused (`ERR_STORE_CLAIMED`).
   */
  write(batch: StoreBatch): Promise<Written>;

  /**
   * Finds the latest capture of this file, else begins one. `again` makes another capture even if this file is stored
   * already; write under its `capture.key`.
   */
  beginCapture(origin: CaptureOrigin, options?: { readonly again?: boolean }): Promise<Begun>;
  /**
   * Keeps other processes from storing this capture until this one ends it, releases it or exits; false: another one
   * stores it now. A DuckDB file has one process.
   */
  claimCapture(id: number): Promise<boolean>;
  releaseCapture(id: number): Promise<void>;
  /** Ends and releases a capture; `problem` says why it is incomplete. */
  endCapture(id: number, problem?: string | null): Promise<CaptureRow>;
  /** Changes the path from which a capture's bytes are read; not for pseudonymized captures, whose bytes are hidden. */
  moveCapture(id: number, file: string): Promise<CaptureRow>;
  /** Latest first. */
  captures(): Promise<CaptureRow[]>;
  capture(id: number): Promise<CaptureRow | null>;
  captureByKey(key: string): Promise<CaptureRow | null>;
  /** How the capture's clock related to mesh time at a packet's time (seconds since 1970); null: unknown. */
  clockAt(capture: number, time: number): Promise<ClockReading | null>;
  /** Deletes a capture with everything that belongs to it; false if there is none. */
  deleteCapture(id: number): Promise<boolean>;

  /** Most packets first. */
  protocolSummary(query?: ProtocolQuery): Promise<ProtocolSummary>;
  packets(query?: PacketQuery): Promise<Page<PacketRow> & Exactness>;
  packet(id: number): Promise<FoundPacket | null>;
  hierarchy(query?: Selection): Promise<Hierarchy>;
  timeline(query?: TimelineQuery): Promise<Timeline>;
  flows(query?: FlowQuery): Promise<FlowPage>;
  flow(id: number): Promise<StoredFlow | null>;
  /** The packet's conversation; null if it has none, or none was reported yet. */
  flowOf(packet: PacketRow): Promise<FlowHead | null>;
  /** What sequence numbers count from, by tcp.stream, in those conversations of a capture that were reported. */
  sequenceBases(capture: number, streams: readonly number[]): Promise<ReadonlyMap<number, SequenceBase>>;
  /** Earlier packets of a packet's conversation: so many of the first, and so many of the latest. */
  leadOf(packet: PacketRow, most: { readonly first: number; readonly latest: number }): Promise<Lead>;
  conversations(query?: ConversationQuery): Promise<Conversations>;
  endpoints(query?: EndpointQuery): Promise<Endpoints>;
  names(query?: NameQuery): Promise<FilteredPage<StoredName>>;
  findings(query?: FindingQuery): Promise<FilteredPage<StoredFinding>>;

  info(): Promise<StoreInfo>;
  /** Deletes the oldest packets until all limits given are met. */
  retain(limits: Retention): Promise<Removed>;
  /** Deletes everything that refers to an address, and records that in the audit log. */
  erase(address: string, reason?: string): Promise<Erased>;
  /** Reclaims the space of deleted rows. */
  vacuum(): Promise<StoreInfo>;
  /** Exports each table as a Parquet file to a folder, which must be empty or new; returns their paths. */
  exportParquet(folder: string): Promise<string[]>;

  /** Waits for accepted writes. */
  close(): Promise<void>;
}

/** Batches that may be queued. */
export const WRITES_MAX = 64;

export interface Retention {
  /** Maximum age in seconds, relative to the latest packet in the store. */
  readonly ageSeconds?: number;
  readonly rows?: number;
  /** Size of the store on disk. */
  readonly bytes?: number;
}

export interface Removed {
  readonly packets: number;
  readonly flows: number;
  readonly names: number;
  readonly findings: number;
}

export interface Erased extends Removed {
  /** Remaining packets (of tunnels and the like) whose addresses the store does not know all of. */
  readonly unrecorded: number;
}

export interface StoreInfo {
  readonly engine: Engine;
  /** Version of the database engine. */
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
  /** Bytes on disk. */
  readonly bytes: number;
  /** `bytes` less reclaimable space, per packet; null without packets. */
  readonly bytesPerPacket: number | null;
  /** Times of the first and last packet: seconds since 1970 with nine decimals. */
  readonly firstTime: string | null;
  readonly lastTime: string | null;
  /** At most 100 entries, latest last. */
  readonly audit: readonly AuditLine[];
}

export interface AuditLine {
  /** Seconds since 1970. */
  readonly time: number;
  /** `erase`, `retain`, `delete capture` … */
  readonly action: string;
  /** Details; for an erasure the reason, but not the address. */
  readonly detail: string;
  readonly packets: number;
}

export interface QueryReport {
  /** Without bound parameters. Values that a filter asks for, as addresses, may be literals in it. */
  readonly sql: string;
  readonly rows: number;
  readonly ms: number;
}

export interface StoreOptions {
  /** Creates the database if it does not exist. Default true. */
  readonly create?: boolean;
  /** Opens read-only. Default false. */
  readonly readOnly?: boolean;
  /** 32-byte key for prefix-preserving pseudonyms of addresses (Crypto-PAn). Default: none, addresses are stored as such. */
  readonly pseudonymKey?: Uint8Array;
  /** Called with lines on what is migrated in a store of an older version, and how far that is. Default: none. */
  readonly onMigration?: (line: string) => void;
  /** Called after each query that reads. Default: none. */
  readonly onQuery?: (report: QueryReport) => void;
  /** Resources of an embedded engine; default: all processors, and half of the memory, of a file at most 2 GiB. */
  readonly threads?: number;
  readonly memoryBytesMax?: number;
}
