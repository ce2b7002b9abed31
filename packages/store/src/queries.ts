// The queries of a store and their results.
import type { Expression, TcpState, Transport } from '@eyrie/dissect';
import type { CaptureOrigin, ClockReading, FindingRow, NameSource } from './rows.ts';

/** Which packets are selected: those that meet all criteria given. */
export interface Selection {
  /** A display filter; an invalid one throws the FilterError of compileFilter. */
  readonly filter?: string;
  /** A capture's id. */
  readonly capture?: number;
  /** Seconds since 1970 as a number, or as decimal text to keep nanoseconds; `from` is inclusive, `to` exclusive. */
  readonly from?: string | number;
  readonly to?: string | number;
  /** Protocol column (`DNS`) or a layer's name (`dns`), ignoring case. */
  readonly protocol?: string;
  /** Source in the address columns: an IPv4, IPv6 or Ethernet address, or an IP network (`10.0.0.0/8`). */
  readonly source?: string;
  readonly destination?: string;
  /** Source or destination. */
  readonly address?: string;
  /** Source or destination port of TCP, UDP, SCTP or DCCP. */
  readonly port?: number;
  /** One conversation: its stream number and the IP protocol number of its transport. */
  readonly conversation?: { readonly transport: number; readonly stream: number };
}

/**
 * Columns can't decide every filter: `http.request.method == "GET"` needs the packet's bytes. If `exact` is false, packets
 * for which the filter is undecided are included: rows are marked by `isCandidate`, counts are upper bounds. To decide a
 * candidate, apply `rest` to its dissected bytes (`compileExpression(rest, filter)`): the filter without the parts that
 * columns decided.
 */
export interface Exactness {
  readonly exact: boolean;
  /** Null if exact. */
  readonly rest: Expression | null;
}

/** Keyset pagination: `after` is the `next` of the previous page. */
export interface Paging {
  /** 1 to PAGE_ROWS_MAX; default 100. */
  readonly limit?: number;
  readonly after?: string;
}

export const PAGE_ROWS_MAX = 10_000;

/** If `exact` is false, columns could not decide the filter, and the items include candidates. */
export interface FilteredPage<T> extends Page<T> {
  readonly exact: boolean;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Cursor of the next page; null: this is the last one. */
  readonly next: string | null;
}

export interface PacketQuery extends Selection, Paging {
  /** In order of storing (default), or reversed. */
  readonly order?: 'oldest' | 'newest';
  /**
   * Sorts by a column instead, ascending, and by order of storing among equal values. Addresses sort by their bytes, after
   * Ethernet addresses and packets without any; protocols and paths alphabetically.
   */
  readonly sort?: { readonly by: PacketColumn; readonly isDown?: boolean };
}

/** Columns that packets can be sorted by. */
export const PACKET_COLUMNS = [
  'number',
  'time',
  'src',
  'dst',
  'src_port',
  'dst_port',
  'protocol',
  'length',
  'stream',
  'path',
] as const;

export type PacketColumn = (typeof PACKET_COLUMNS)[number];

export interface PacketRow {
  /** Unique in the store, ascending in order of storing. */
  readonly id: number;
  readonly capture: number;
  /** frame.number */
  readonly number: number;
  /** Seconds since 1970 with nine decimals. */
  readonly time: string;
  /** The address columns, '' if empty; `srcIp` and `dstIp` are null unless they hold IP addresses. */
  readonly src: string;
  readonly dst: string;
  readonly srcIp: string | null;
  readonly dstIp: string | null;
  /** Null without a transport. */
  readonly srcPort: number | null;
  readonly dstPort: number | null;
  /** IP protocol number of the innermost transport; null without one. */
  readonly transport: number | null;
  /** The Protocol column. */
  readonly protocol: string;
  /** Bytes on the wire. */
  readonly length: number;
  /** Results of TCP analysis, as bits of `tcpAnalysisBits`; 0: none, or no TCP. */
  readonly tcpAnalysis: number;
  /** The Info column if it was stored, else a line made of the other columns. */
  readonly summary: string;
  /** tcp.stream, udp.stream … */
  readonly stream: number | null;
  /** frame.protocols */
  readonly path: string;
  readonly place: PacketPlace;
  /** The capture file has a comment on it. */
  readonly hasComment: boolean;
  /** The columns could not decide the filter: check the bytes. */
  readonly isCandidate: boolean;
}

/** Where a packet's bytes are in its capture file. */
export interface PacketPlace {
  /** Offset of the packet's first byte in the (uncompressed) file. */
  readonly offset: number;
  readonly capturedLength: number;
  /** frame.interface_id; null if the file names none. */
  readonly interfaceId: number | null;
}

/** What is needed to read a packet's bytes. */
export type PlacedPacket = Pick<PacketRow, 'id' | 'number' | 'time' | 'length' | 'place'>;

/** Earlier packets of a packet's conversation, oldest first: the first ones, and the latest ones. */
export interface Lead {
  readonly packets: readonly PlacedPacket[];
  /** Whether these are all of them. */
  readonly isWhole: boolean;
}

/** A packet, and the capture whose file holds its bytes. */
export interface FoundPacket {
  readonly packet: PacketRow;
  /** The previous packet, if it is of the same capture. */
  readonly previous: PacketRow | null;
  readonly capture: CaptureRow;
}

export interface CaptureRow extends CaptureOrigin {
  readonly id: number;
  /** When the capture began and ended, by this machine's clock; seconds since 1970. */
  readonly begun: number;
  /** Null while it runs, or if it was interrupted. */
  readonly ended: number | null;
  /** Times of the first and last packet, as seconds since 1970 with nine decimals; null without packets. */
  readonly firstTime: string | null;
  readonly lastTime: string | null;
  /** Packets stored at present; retention and erasure reduce it. */
  readonly packets: number;
  /** Bytes on the wire. */
  readonly bytes: number;
  readonly drops: number;
  /** Sequence number expected of the next batch. */
  readonly nextSequence: number;
  /** See StoreBatch; null: nothing is held back. */
  readonly reported: number | null;
  /** Why it ended early; null if nothing is known to be wrong. */
  readonly problem: string | null;
}

export interface Begun {
  readonly capture: CaptureRow;
  /** False: a capture with this key or hash existed already, and is `capture`. */
  readonly isNew: boolean;
}

/** What packets are counted by, beside the Protocol column. */
export const PROTOCOL_GROUPS = ['protocol', 'conversation', 'endpoint', 'port', 'capture'] as const;

export type ProtocolGroup = (typeof PROTOCOL_GROUPS)[number];

export interface ProtocolQuery extends Selection {
  /** Default `protocol`: by nothing else. */
  readonly by?: ProtocolGroup;
  /** Only of so many groups, those with most bytes; not by `protocol`. Default: of all. */
  readonly top?: number;
  /** 1 to PAGE_ROWS_MAX; default: all protocols, or 100 rows of another grouping. */
  readonly limit?: number;
  readonly after?: string;
}

export interface ProtocolCount {
  /** The Protocol column. */
  readonly protocol: string;
  readonly packets: number;
  readonly bytes: number;
  /** By conversation: the two address columns, `a` the lower one; '' where the packet has none. */
  readonly a?: string;
  readonly b?: string;
  /** By endpoint: source or destination. A packet counts at both, twice if they are the same. */
  readonly address?: string;
  /** By port: IP protocol number of the transport, and the lower port; null without a transport. */
  readonly transport?: number | null;
  readonly port?: number | null;
  readonly capture?: number;
}

export interface ProtocolSummary extends Exactness, Page<ProtocolCount> {
  /** Of the selected packets, each once, on whatever page. */
  readonly packets: number;
  readonly bytes: number;
}

/** A node of the tree of frame.protocols. */
export interface PathNode {
  readonly name: string;
  /** Totals of this node and all below it. */
  readonly packets: number;
  readonly bytes: number;
  readonly children: readonly PathNode[];
}

export interface Hierarchy extends Exactness {
  readonly tree: readonly PathNode[];
}

export type TimelineColumn = 'protocol' | 'path' | 'src' | 'dst' | 'transport' | 'capture';

export interface TimelineQuery extends Selection {
  /** Maximum number of buckets (default 240, at most 5000); their width is the least of 1, 2, 5 × 10^n that suffices. */
  readonly buckets?: number;
  /** Splits by the values of a column: the `series` values with most packets get a series each, the others share one. */
  readonly by?: TimelineColumn;
  /** Default 10, at most 50. */
  readonly series?: number;
}

export interface TimelineSeries {
  /** The column's value; null: all other values together, or all packets if there is no `by`. */
  readonly name: string | null;
  /** One number per bucket. */
  readonly packets: readonly number[];
  readonly bytes: readonly number[];
}

export interface Timeline extends Exactness {
  /** Start of the first bucket in seconds since 1970, with nine decimals; null without packets. */
  readonly start: string | null;
  readonly bucketSeconds: number;
  readonly buckets: number;
  /** Most packets first, the others last. */
  readonly series: readonly TimelineSeries[];
}

export interface FlowQuery extends Paging {
  /** A display filter; selects flows with a packet that passes. */
  readonly filter?: string;
  readonly capture?: number;
  readonly from?: string | number;
  readonly to?: string | number;
  readonly address?: string;
  readonly port?: number;
  readonly transport?: Transport;
  /** tcp.stream, udp.stream …; together with capture and transport it identifies a flow. */
  readonly stream?: number;
  /** One of the flow's applications. */
  readonly application?: string;
  /** Substring of the server's name. */
  readonly serverName?: string;
  readonly state?: TcpState;
  /** Default `bytes`; all are descending. */
  readonly order?: 'bytes' | 'packets' | 'start' | 'duration' | 'retransmissions';
  /** Also count the flows of all pages together. */
  readonly count?: boolean;
}

export interface FlowPage extends FilteredPage<StoredFlow> {
  /** Flows of all pages together; null if `count` was not set. */
  readonly total: number | null;
}

/** What is needed to find a conversation's packets. */
export interface FlowHead {
  readonly id: number;
  /** Seconds since 1970. */
  readonly start: number;
  readonly end: number;
  readonly packets: number;
}

/** What the relative sequence numbers of a TCP conversation count from, for each of its ends; null: unknown. */
export interface SequenceBase {
  readonly client: { readonly address: string; readonly port: number };
  readonly clientSequence: number | null;
  readonly serverSequence: number | null;
}

/** A conversation: totals of all its reports. */
export interface StoredFlow {
  readonly id: number;
  readonly capture: number;
  readonly transport: Transport;
  readonly stream: number;
  readonly client: { readonly address: string; readonly port: number };
  readonly server: { readonly address: string; readonly port: number };
  /** Seconds since 1970. */
  readonly start: number;
  readonly end: number;
  readonly toServer: { readonly packets: number; readonly bytes: number };
  readonly toClient: { readonly packets: number; readonly bytes: number };
  readonly applications: readonly string[];
  readonly serverName: string | null;
  readonly fingerprints: Readonly<Record<string, string>>;
  readonly communityId: string;
  readonly state: TcpState | null;
  readonly handshakeMs: number | null;
  readonly retransmissions: number;
  readonly outOfOrder: number;
  readonly zeroWindows: number;
  /** False while more packets may follow. */
  readonly isOver: boolean;
}

export interface ConversationQuery extends Selection {
  /** Default `bytes`, largest first. */
  readonly order?: 'bytes' | 'packets';
  /** Default 100, at most 10,000; there is no pagination. */
  readonly limit?: number;
}

export interface EndpointQuery extends Omit<ConversationQuery, 'order'> {
  /** Default `bytes`, largest first; `sent` and `received` are those bytes alone. */
  readonly order?: 'bytes' | 'packets' | 'sent' | 'received';
}

export interface Conversation {
  /** Addresses as in the columns; `a` is the lower of the two. */
  readonly a: string;
  readonly b: string;
  readonly packetsToB: number;
  readonly bytesToB: number;
  readonly packetsToA: number;
  readonly bytesToA: number;
  /** Seconds since 1970 with nine decimals. */
  readonly firstTime: string;
  readonly lastTime: string;
}

export interface Conversations extends Exactness {
  readonly items: readonly Conversation[];
}

export interface Endpoint {
  readonly address: string;
  readonly packetsSent: number;
  readonly bytesSent: number;
  readonly packetsReceived: number;
  readonly bytesReceived: number;
  readonly firstTime: string;
  readonly lastTime: string;
  /** Names of the address, latest first, at most three. */
  readonly names: readonly string[];
}

export interface Endpoints extends Exactness {
  readonly items: readonly Endpoint[];
}

export interface NameQuery extends Paging {
  /** A display filter; selects names of addresses of packets that pass. */
  readonly filter?: string;
  readonly capture?: number;
  readonly address?: string;
  /** Substring of the name. */
  readonly name?: string;
}

export interface StoredName {
  readonly address: string;
  readonly name: string;
  readonly source: NameSource;
  /** Seconds since 1970. */
  readonly firstTime: number;
  readonly lastTime: number;
  readonly count: number;
}

export interface FindingQuery extends Paging {
  /** A display filter; selects findings about an address of packets that pass, or whose first packet passes. */
  readonly filter?: string;
  /** Most severe first (default), or latest first. */
  readonly order?: 'gravest' | 'newest';
  readonly finder?: FindingRow['finder'];
  readonly capture?: number;
  readonly severity?: FindingRow['severity'];
  readonly address?: string;
}

/** Most severe first, then most frequent. */
export interface StoredFinding extends FindingRow {
  readonly id: number;
  readonly capture: number;
  /** Time of the last occurrence; `time` is that of the first. */
  readonly lastTime: number;
  /** How the clock of `time` related to mesh time then; null: unknown. */
  readonly clock: ClockReading | null;
}
