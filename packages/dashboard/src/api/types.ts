// Types of the analyzer's HTTP answers, with the properties that the page uses. test/server.e2e.ts checks them against
// /openapi.json.

import type { MeshChange } from './mesh-types.ts';

export interface Page<T> {
  items: T[];
  /** Cursor of the next page; null after the last page. */
  next: string | null;
}

export interface PacketRow {
  id: number;
  capture: number;
  number: number;
  /** Seconds since 1970 as decimal text with nine places. */
  time: string;
  src: string;
  dst: string;
  src_ip: string | null;
  dst_ip: string | null;
  src_port: number | null;
  dst_port: number | null;
  protocol: string;
  length: number;
  summary: string;
  /** Innermost transport: tcp, udp, icmp … */
  transport: string | null;
  stream: number | null;
  path: string;
  /** The capture file has a comment on it. */
  has_comment: boolean;
  /** Values of the fields that are shown as columns, by name. */
  fields?: Record<string, string | null>;
}

export interface TreeLine {
  /** Filter name; '' for a line that is not a field. */
  name: string;
  text: string;
  value: string | null;
  start: number;
  length: number;
  buffer: number;
  children: TreeLine[];
}

export interface PacketDetail {
  packet: PacketRow;
  tree: TreeLine[];
  buffers: { buffer: number; title: string; length: number }[];
  context: { kind: 'capture' | 'conversation'; packets: number; is_whole: boolean };
  flow: number | null;
  mesh_time: MeshMoment | null;
}

/** A time on the mesh clock, ± `uncertainty` seconds. */
export interface MeshMoment {
  mesh: string;
  time: string;
  uncertainty: number;
}

export interface PacketBytes {
  id: number;
  captured_length: number;
  length: number;
  /** `data` is base64. */
  buffers: { buffer: number; title: string; length: number; data: string }[];
}

export interface ProtocolCount {
  protocol: string;
  packets: number;
  bytes: number;
  /** By conversation: two addresses; '' without. */
  a?: string;
  b?: string;
  /** By port; null without a transport. */
  transport?: string | null;
  port?: number | null;
}

export interface ProtocolSummary {
  items: ProtocolCount[];
  /** Null: there are no more rows. */
  next: string | null;
  packets: number;
  bytes: number;
  /** False: the filter needs packet bytes, so counts are upper bounds. */
  is_exact: boolean;
}

export interface Timeline {
  /** Start of the first bucket in seconds since 1970; each bucket is `step` seconds wide. */
  start: number;
  step: number;
  buckets: number;
  series: { key: string; packets: number[]; bytes: number[] }[];
  is_exact: boolean;
}

export interface End {
  address: string;
  port: number;
}

export interface FlowRow {
  id: number;
  capture: number;
  stream: number;
  transport: string;
  client: End;
  server: End;
  start: string;
  end: string;
  packets_to_server: number;
  packets_to_client: number;
  bytes_to_server: number;
  bytes_to_client: number;
  applications: string[];
  server_name: string | null;
  state: string | null;
  handshake_ms: number | null;
  retransmissions: number | null;
  out_of_order: number | null;
  zero_windows: number | null;
  fingerprints: Record<string, string>;
  community_id: string;
  is_over: boolean;
}

export interface FlowStream {
  flow: number;
  sides: End[];
  /** `data` is base64; side 0 is the sender of the first packet. */
  pieces: { side: number; frame: number; time: string; data: string }[];
  is_whole: boolean;
  next: string | null;
}

/** Streams of HTTP/2 or QUIC within a flow. */
export interface FlowSubstreams {
  items: { connection: number; stream: number; frame: number }[];
  is_whole: boolean;
}

export interface NameRow {
  address: string;
  name: string;
  source: string;
  first: string;
  last: string;
  count: number;
}

export interface FindingRow {
  id: number;
  capture: number;
  /** Time of the packet that first showed it. */
  time: string | null;
  last: string;
  /** `time` on the mesh clock; null if no peer ran beside the capture. */
  mesh_time: MeshMoment | null;
  /** What produced the finding. */
  finder: 'expert' | 'rule' | 'anomaly';
  severity: 'error' | 'warn' | 'note' | 'chat' | 'comment';
  group: string;
  protocol: string;
  message: string;
  count: number;
  frame: number | null;
  address: string | null;
  /** Only for findings of rules. */
  detail: FindingDetail | null;
}

export interface FindingDetail {
  rule: string;
  severity: RuleSeverity;
  /** 0 to 1. */
  confidence: number;
  target: string;
  summary: string;
  technique: { id: string; name: string } | null;
  advice: string;
  /** A sample of the packets and conversations that are evidence. */
  frames: number[];
  streams: number[];
}

/** One packet of a flow. */
export interface FlowSegment {
  id: number;
  number: number;
  time: string;
  side: 0 | 1;
  length: number;
  protocol: string;
  /** Null far from the beginning of a long flow. */
  summary: string | null;
  tcp: {
    flags: number;
    seq: number;
    ack: number;
    window: number;
    sack: [left: number, right: number][];
    /** Seconds. */
    rtt: number | null;
    in_flight: number | null;
    /** Names below tcp.analysis. */
    findings: string[];
  } | null;
}

export interface FlowSegments {
  flow: FlowRow;
  items: FlowSegment[];
  is_whole: boolean;
}

/** A complete object (file, page, mail) that a flow transferred. */
export interface FlowObject {
  index: number;
  kind: 'http' | 'imf' | 'smb' | 'ftp-data' | 'tftp' | 'dicom';
  frame: number;
  host: string;
  type: string;
  name: string;
  bytes: number;
}

export type RuleSeverity = 'info' | 'low' | 'medium' | 'high' | 'critical';

export interface VisitRow {
  session: string;
  protocol: string;
  /** Address and port of the visitor. */
  source: string;
  port: number;
  /** Seconds since 1970. */
  time: number;
  mesh_time: MeshMoment | null;
  seconds: number;
  bytes_in: number;
  bytes_out: number;
}

export interface Visit extends VisitRow {
  events: { at: number; direction: 'i' | 'o'; text: string }[];
}

export interface Hosts {
  items: HostRow[];
  is_exact: boolean;
}

export interface HostRow {
  address: string;
  packets: number;
  bytes: number;
  packets_sent: number;
  bytes_sent: number;
  packets_received: number;
  bytes_received: number;
  name: string | null;
  first: string;
  last: string;
}

export interface Peer {
  address: string;
  name: string | null;
  packets: number;
  bytes: number;
}

export interface HostDetail {
  host: HostRow;
  names: NameRow[];
  protocols: { protocol: string; packets: number; bytes: number }[];
  ports: {
    transport: string;
    port: number;
    flows: number;
    packets: number;
    bytes: number;
    applications: string[];
  }[];
  peers: Peer[];
  fingerprints: { field: string; value: string; flows: number }[];
  flows: FlowRow[];
  findings: FindingRow[];
}

export interface ConnectionMap {
  hosts: Peer[];
  /** `a` and `b` are indices into `hosts`. */
  links: { a: number; b: number; packets: number; bytes: number }[];
  hosts_left_out: number;
  is_exact: boolean;
}

export interface CaptureRow {
  id: number;
  key: string;
  kind: 'file' | 'live';
  name: string;
  state: 'running' | 'done' | 'failed';
  packets: number;
  bytes: number;
  drops: number;
  first: string | null;
  last: string | null;
  /** Offset of the capture's clock from mesh time, as `read` at one moment; seconds. */
  clock: { mesh: string; read: number; ahead: number; uncertainty: number } | null;
  has_bytes: boolean;
  progress: {
    bytes_read: number;
    bytes_total: number | null;
    packets_per_second: number;
    seconds_left: number | null;
  } | null;
  filter: string | null;
  problem: string | null;
}

export interface Uploaded {
  capture: CaptureRow;
  is_new: boolean;
}

export interface Interfaces {
  items: {
    name: string;
    description: string | null;
    addresses: string[];
    is_up: boolean;
    is_loopback: boolean;
  }[];
  can_capture: boolean;
  problem: string | null;
}

export interface FieldRow {
  name: string;
  kind: 'field' | 'protocol';
  type: string;
  description: string;
}

export interface Fields {
  items: FieldRow[];
  total: number;
}

export interface FilterCheck {
  is_valid: boolean;
  error: { message: string; at: number; length: number; meant: string[] } | null;
  fields: FieldRow[];
  needs_bytes: boolean;
}

export interface Status {
  version: string;
  node: string;
  uptime_seconds: number;
  memory_bytes: number;
  services: { name: string; state: 'running' | 'idle' | 'failing'; note: string | null }[];
  queues: { name: string; depth: number; capacity: number }[];
  drops: { name: string; packets: number }[];
  store: {
    engine: string;
    place: string;
    version: string;
    size_bytes: number | null;
    captures: number;
    packets: number;
    flows: number;
    findings: number;
    rule_findings: { high: number; medium: number; low: number; info: number };
    first: string | null;
    last: string | null;
    retention: string;
  };
  live: { clients: number; messages_skipped: number };
  /** The mesh that the peer on this machine belongs to; null without a peer. */
  mesh: { name: string; peer: string } | null;
  /** Why `mesh` is null. */
  mesh_problem: string | null;
}

export interface Rates {
  time: number;
  packets_per_second: number;
  bits_per_second: number;
  drops_per_second: number;
  packets: number;
  bytes: number;
  drops: number;
  /** Packets per second, by Protocol column. */
  protocols: Record<string, number>;
}

export interface LiveData {
  rates: Rates;
  packets: PacketRow[];
  findings: FindingRow[];
  captures: CaptureRow[];
  status: Status;
  mesh: MeshChange;
}
export type Channel = keyof LiveData;

export interface ErrorAnswer {
  error: { code: string; message: string; hint?: string; at?: { at: number; length: number } };
}
