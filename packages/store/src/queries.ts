// What can be asked of a store, and what it answers.
import type { Expression, TcpState, Transport } from '@eyrie/dissect';
import type { CaptureOrigin, ClockReading, FindingRow, NameSource } from './rows.ts';

/** Which packets are meant: all that are given must hold. */
export interface Selection {
  /** A display filter. A text that is none throws the FilterError of compileFilter. */
  readonly filter?: string;
  /** Id of a capture. */
  readonly capture?: number;
  /** Seconds since 1970, as decimal text so that no nanosecond is lost, or as a number; from inclusive, to exclusive. */
  readonly from?: string | number;
  readonly to?: string | number;
  /** Protocol column (`DNS`) or a layer's name (`dns`), in any case of letters. */
  readonly protocol?: string;
  /** IPv4, IPv6 or Ethernet address; of IP also a network (`10.0.0.0/8`). As the address columns show them. */
  readonly source?: string;
  readonly destination?: string;
  /** Either of the two. */
  readonly address?: string;
  /** Source or destination port of TCP, UDP, SCTP or DCCP. */
  readonly port?: number;
  /** Of one conversation, by the number of its stream and the IP protocol number of its transport. */
  readonly conversation?: { readonly transport: number; readonly stream: number };
}

/**
 * Columns can't decide every filter: `http.request.method == "GET"` stands in the bytes alone. Where `exact` is false,
 * packets for which the filter is undecided were taken as if they passed: rows say so by `isCandidate`, counts are
 * upper bounds. Whether a candidate passes is what `rest` says of its bytes: the filter without what columns
 * decided (`compileExpression(rest, filter)`).
 */
export interface Exactness {
  readonly exact: boolean;
  /** Null when exact. */
  readonly rest: Expression | null;
}

/** Pages follow each other by key, never by offset: `after` is the `next` of the page before. */
export interface Paging {
  /** 1 to PAGE_ROWS_MAX; default 100. */
  readonly limit?: number;
  readonly after?: string;
}

export const PAGE_ROWS_MAX = 10_000;

/** Where `exact` is false, columns could not decide the filter, and what may pass is among the items. */
export interface FilteredPage<T> extends Page<T> {
  readonly exact: boolean;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Null: nothing follows. */
  readonly next: string | null;
}

export interface PacketQuery extends Selection, Paging {
  /** `oldest` stored first (default), or `newest`. */
  readonly order?: 'oldest' | 'newest';
  /**
   * In the order of a column instead, smallest first; of equal ones the one stored first. Addresses by their bytes, below
   * them Ethernet ones and packets without, protocols and paths by their letters.
   */
  readonly sort?: { readonly by: PacketColumn; readonly isDown?: boolean };
}

/** Columns that packets can be put in order by. */
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
  /** Grows in the order of storing; unlike any other in this store. */
  readonly id: number;
  readonly capture: number;
  /** frame.number */
  readonly number: number;
  /** Seconds since 1970 with nine decimals. */
  readonly time: string;
  /** What the address columns show, '' where a packet has none; `srcIp` and `dstIp` are null unless these are IP. */
  readonly src: string;
  readonly dst: string;
  readonly srcIp: string | null;
  readonly dstIp: string | null;
  /** Null where there is no transport. */
  readonly srcPort: number | null;
  readonly dstPort: number | null;
  /** IP protocol number of the innermost transport, null without one. */
  readonly transport: number | null;
  /** The Protocol column. */
  readonly protocol: string;
  /** Bytes on the wire. */
  readonly length: number;
  /** What the analysis of its TCP conversation found, as bits of `tcpAnalysisBits`; 0: nothing, or no TCP. */
  readonly tcpAnalysis: number;
  /** The Info column if it was stored, else a line made of the other columns. */
  readonly summary: string;
  /** tcp.stream, udp.stream … */
  readonly stream: number | null;
  /** frame.protocols */
  readonly path: string;
  readonly place: PacketPlace;
  /** The filter could not be decided: read the bytes. */
  readonly isCandidate: boolean;
}

/** Where the bytes of a packet stand in its capture's file. */
export interface PacketPlace {
  /** Where the packet's first byte is in the (uncompressed) file. */
  readonly offset: number;
  readonly capturedLength: number;
  /** frame.interface_id; null where the file names none. */
  readonly interfaceId: number | null;
}

/** As much of a packet as its bytes are read with. */
export type PlacedPacket = Pick<PacketRow, 'id' | 'number' | 'time' | 'length' | 'place'>;

/** Earlier packets of a packet's conversation: how it began, and the latest ones, oldest first. */
export interface Lead {
  readonly packets: readonly PlacedPacket[];
  /** Whether these are all. */
  readonly isWhole: boolean;
}

/** A packet by its id, and the capture whose file holds its bytes. */
export interface FoundPacket {
  readonly packet: PacketRow;
  /** The one that was stored just before it, if it is of the same capture. */
  readonly previous: PacketRow | null;
  readonly capture: CaptureRow;
}

export interface CaptureRow extends CaptureOrigin {
  readonly id: number;
  /** When it was begun and when ended, as told by the clock of this machine; seconds since 1970. */
  readonly begun: number;
  /** Null while it runs, or if it was broken off. */
  readonly ended: number | null;
  /** Of packets; null before the first. Seconds since 1970 with nine decimals. */
  readonly firstTime: string | null;
  readonly lastTime: string | null;
  /** Stored now; retention and erasure make it less. */
  readonly packets: number;
  /** On the wire. */
  readonly bytes: number;
  readonly drops: number;
  /** Sequence of the next batch that was not stored yet, if batches came in order. */
  readonly nextSequence: number;
  /** Why it ended early; null when nothing is known to be wrong. */
  readonly problem: string | null;
}

export interface Begun {
  readonly capture: CaptureRow;
  /** False: a capture of this key or this hash is here already, `capture` is that one. */
  readonly isNew: boolean;
}

export interface ProtocolCount {
  /** The Protocol column. */
  readonly protocol: string;
  readonly packets: number;
  readonly bytes: number;
}

export interface ProtocolSummary extends Exactness {
  /** Most packets first. */
  readonly items: readonly ProtocolCount[];
  readonly packets: number;
  readonly bytes: number;
}

export interface PathCount {
  /** frame.protocols */
  readonly path: string;
  readonly packets: number;
  readonly bytes: number;
}

/** A tree over the names in frame.protocols. */
export interface PathNode {
  readonly name: string;
  /** Of this node and all below it. */
  readonly packets: number;
  readonly bytes: number;
  readonly children: readonly PathNode[];
}

export interface Hierarchy extends Exactness {
  readonly tree: readonly PathNode[];
}

export type TimelineColumn = 'protocol' | 'path' | 'src' | 'dst' | 'transport' | 'capture';

export interface TimelineQuery extends Selection {
  /** The most buckets wanted (default 240, at most 5000): their width is the least of 1, 2, 5 × 10^n that suffices. */
  readonly buckets?: number;
  /** One series for each value of a column; the `series` with most packets, and the others together. */
  readonly by?: TimelineColumn;
  /** Default 10, at most 50. */
  readonly series?: number;
}

export interface TimelineSeries {
  /** The column's value; null: all other values together, or all packets where `by` is not given. */
  readonly name: string | null;
  /** A number for each bucket. */
  readonly packets: readonly number[];
  readonly bytes: readonly number[];
}

export interface Timeline extends Exactness {
  /** Of the first bucket, seconds since 1970 with nine decimals; null when there are no packets. */
  readonly start: string | null;
  readonly bucketSeconds: number;
  readonly buckets: number;
  /** Most packets first, the others last. */
  readonly series: readonly TimelineSeries[];
}

export interface FlowQuery extends Paging {
  /** A display filter: flows with a packet that passes. */
  readonly filter?: string;
  readonly capture?: number;
  readonly from?: string | number;
  readonly to?: string | number;
  readonly address?: string;
  readonly port?: number;
  readonly transport?: Transport;
  /** tcp.stream, udp.stream …: with capture and transport it names one flow. */
  readonly stream?: number;
  /** One of the flow's applications. */
  readonly application?: string;
  /** Part of the server's name. */
  readonly serverName?: string;
  readonly state?: TcpState;
  /** Default `bytes`; each the largest or latest first. */
  readonly order?: 'bytes' | 'packets' | 'start' | 'duration';
}

/** As much of a conversation as its packets are found with. */
export interface FlowHead {
  readonly id: number;
  /** Seconds since 1970. */
  readonly start: number;
  readonly packets: number;
}

/** A conversation as it stands: sums of all that was reported of it. */
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
  /** False while more may come. */
  readonly isOver: boolean;
}

export interface TalkQuery extends Selection {
  /** Default `bytes`, largest first. */
  readonly order?: 'bytes' | 'packets';
  /** Default 100, at most 10,000: the largest only, there are no pages. */
  readonly limit?: number;
}

export interface Conversation {
  /** Addresses as the columns show them; `a` is the lower of the two. */
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
  /** What the address is called, latest first, at most three. */
  readonly names: readonly string[];
}

export interface Endpoints extends Exactness {
  readonly items: readonly Endpoint[];
}

export interface NameQuery extends Paging {
  /** A display filter: names of addresses of packets that pass. */
  readonly filter?: string;
  readonly capture?: number;
  readonly address?: string;
  /** Part of the name. */
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
  /** A display filter: findings about an address of packets that pass, or whose first packet passes. */
  readonly filter?: string;
  /** The gravest first, or those that were stored last. Default: the gravest. */
  readonly order?: 'gravest' | 'newest';
  readonly finder?: FindingRow['finder'];
  readonly capture?: number;
  readonly severity?: FindingRow['severity'];
  readonly address?: string;
}

/** The gravest first, of equals the most frequent. */
export interface StoredFinding extends FindingRow {
  readonly id: number;
  readonly capture: number;
  /** Of the last; `time` is of the first. */
  readonly lastTime: number;
  /** How the clock that `time` is by stood to a mesh's then; null: nobody knows. */
  readonly clock: ClockReading | null;
}
