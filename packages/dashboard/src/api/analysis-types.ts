// Types of the answers that the Analysis page shows, checked as those of types.ts are.

/** One series: packets and bytes per bucket. */
export interface IoGraph {
  start: number;
  /** Width of a bucket in seconds. */
  step: number;
  packets: number[];
  bytes: number[];
  /** False: at most so many, as not all could be decided. */
  is_exact: boolean;
}

/** DNS, HTTP or TLS at a glance. */
export interface ProtocolOverview {
  figures: { name: string; value: number | null; unit: 'count' | 'bytes' | 'seconds' }[];
  tables: OverviewTable[];
  packets: number;
  is_whole: boolean;
  gone: string[];
}

export interface OverviewTable {
  name: string;
  /** How many there are; some are listed. */
  distinct: number;
  is_whole: boolean;
  items: OverviewItem[];
}

export interface OverviewItem {
  text: string;
  count: number;
  /** Mean time of an answer; of a certificate, what was left of its time. */
  seconds: number | null;
  detail: string | null;
  /** When a certificate ends. */
  until: number | null;
  filter: string | null;
}

/** One that any conversation transferred; capture, kind, frame and nth identify it. */
export interface CaptureObject {
  capture: number;
  kind: 'http' | 'imf' | 'smb' | 'ftp-data' | 'tftp' | 'dicom';
  frame: number;
  nth: number;
  /** Id of the packet that completed it; null: its end was not captured. */
  packet: number | null;
  time: string | null;
  src: string | null;
  dst: string | null;
  /** Display filter. */
  conversation: string | null;
  host: string;
  /** As the sender declared; '' without a declaration. */
  type: string;
  /** By its first bytes; null if they are not known. */
  looks_like: string | null;
  name: string;
  bytes: number;
  sha256: string;
}

export interface CaptureObjects {
  items: CaptureObject[];
  /** Packets that were read again. */
  packets: number;
  is_whole: boolean;
  /** Captures whose bytes are no longer kept. */
  gone: string[];
}
