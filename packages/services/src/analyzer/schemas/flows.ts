// Schemas of flows, conversations, endpoints and payload streams.
import { type Static, Type } from '@sinclair/typebox';
import {
  Count,
  IsExact,
  object,
  oneOf,
  orNull,
  PAGE_ROWS,
  PAGE_ROWS_MAX,
  page,
  paging,
  Seconds,
  scope,
  Time,
} from './common.ts';

const End = object({ address: Type.String(), port: Type.Integer() });

export const FlowRow = object({
  id: Type.Integer(),
  capture: Type.Integer(),
  stream: Type.Integer({ description: 'tcp.stream, udp.stream' }),
  transport: Type.String({ examples: ['tcp', 'udp', 'sctp'] }),
  client: End,
  server: End,
  start: Time,
  end: Time,
  packets_to_server: Count,
  packets_to_client: Count,
  bytes_to_server: Count,
  bytes_to_client: Count,
  applications: Type.Array(Type.String(), { examples: [['tls', 'http2']] }),
  server_name: orNull(Type.String({ description: 'TLS server name or HTTP host' })),
  state: orNull(Type.String({ description: 'TCP only', examples: ['established', 'refused'] })),
  handshake_ms: orNull(Type.Number()),
  retransmissions: orNull(Count),
  out_of_order: orNull(Count),
  zero_windows: orNull(Count),
  fingerprints: Type.Record(Type.String(), Type.String(), { description: 'by field: tls.handshake.ja3 …' }),
  community_id: Type.String(),
  is_over: Type.Boolean({ description: 'false while more may come' }),
});
export type FlowRow = Static<typeof FlowRow>;

const FLOW_TRANSPORTS = ['tcp', 'udp', 'dccp', 'sctp', 'udplite'] as const;

const TCP_STATES = [
  'midstream',
  'unanswered',
  'refused',
  'half-open',
  'established',
  'closing',
  'closed',
  'reset',
] as const;

export const FlowsQuery = object({
  ...paging,
  q: scope.q,
  capture: scope.capture,
  from: scope.from,
  to: scope.to,
  address: scope.address,
  port: scope.port,
  transport: Type.Optional(oneOf(FLOW_TRANSPORTS)),
  application: Type.Optional(Type.String({ maxLength: 64, examples: ['tls'] })),
  server_name: Type.Optional(Type.String({ maxLength: 255, description: 'names with this in them' })),
  state: Type.Optional(oneOf(TCP_STATES)),
  sort: Type.Optional(
    oneOf(['bytes', 'packets', 'start', 'duration', 'retransmissions'], {
      default: 'bytes',
      description: 'the largest or latest first',
    }),
  ),
  count: Type.Optional(
    Type.Boolean({ default: false, description: 'also tell how many all pages have together' }),
  ),
});
export type FlowsQuery = Static<typeof FlowsQuery>;
export const FlowPage = object({
  ...page(FlowRow).properties,
  total: orNull(Type.Integer({ minimum: 0, description: 'flows of all pages, if `count` asked for it' })),
  is_exact: IsExact,
});
export type FlowPage = Static<typeof FlowPage>;

/** `ip` and `ipv6` as in `-z conv,ip`; `tcp`, `udp` with ports; `any`: whatever the address columns show. */
const ADDRESS_TYPES = ['any', 'ip', 'ipv6', 'tcp', 'udp'] as const;

/** Limit of lists that return the largest entries, without pages. */
const most = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: PAGE_ROWS_MAX, default: PAGE_ROWS })),
  sort: Type.Optional(oneOf(['bytes', 'packets'], { default: 'bytes', description: 'most first' })),
};

export const ConversationRow = object({
  a: Type.String({ description: 'address' }),
  a_port: orNull(Type.Integer({ description: 'of tcp and udp' })),
  b: Type.String(),
  b_port: orNull(Type.Integer()),
  packets_a_to_b: Count,
  packets_b_to_a: Count,
  bytes_a_to_b: Count,
  bytes_b_to_a: Count,
  start: Time,
  duration: Seconds,
});
export type ConversationRow = Static<typeof ConversationRow>;

export const TalkQuery = object({
  ...scope,
  ...most,
  type: Type.Optional(
    oneOf(ADDRESS_TYPES, {
      default: 'any',
      description: 'what an end is; tcp and udp know the terms capture, address, port, from and to',
    }),
  ),
});
export type TalkQuery = Static<typeof TalkQuery>;

export const Conversations = object({ items: Type.Array(ConversationRow), is_exact: IsExact });
export type Conversations = Static<typeof Conversations>;

export const EndpointRow = object({
  address: Type.String(),
  packets: Count,
  bytes: Count,
  packets_sent: Count,
  bytes_sent: Count,
  packets_received: Count,
  bytes_received: Count,
});
export type EndpointRow = Static<typeof EndpointRow>;

export const EndpointsQuery = object({
  ...scope,
  ...most,
  type: Type.Optional(oneOf(['any', 'ip', 'ipv6'], { default: 'any' })),
});
export type EndpointsQuery = Static<typeof EndpointsQuery>;
export const Endpoints = object({ items: Type.Array(EndpointRow), is_exact: IsExact });
export type Endpoints = Static<typeof Endpoints>;

/** Bytes of stream pieces in one answer: default and maximum. */
export const STREAM_BYTES = 1 << 20;
const STREAM_BYTES_MAX = 16 << 20;

export const StreamQuery = object({
  protocol: Type.Optional(
    oneOf(['tcp', 'udp', 'tls', 'http', 'http2', 'quic'], {
      description:
        "default: the flow's transport; tls: what was decrypted; http: messages, codings taken off; http2, quic: one stream of the connection (/flows/{id}/substreams), as header fields and bodies without codings",
    }),
  ),
  substream: Type.Optional(
    Type.Integer({
      minimum: 0,
      default: 0,
      description: 'http2.streamid or quic.stream.stream_id, with these protocols',
    }),
  ),
  connection: Type.Optional(
    Type.Integer({ minimum: 0, default: 0, description: 'quic: which connection of the flow' }),
  ),
  format: Type.Optional(
    oneOf(['json', 'raw', 'ascii'], {
      default: 'json',
      description: 'raw: the bytes of both sides; ascii: text',
    }),
  ),
  side: Type.Optional(Type.Integer({ minimum: 0, maximum: 1, description: 'only what this side said' })),
  after: Type.Optional(Type.String({ maxLength: 512 })),
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: STREAM_BYTES_MAX,
      default: STREAM_BYTES,
      description: 'bytes of pieces in this answer; at least one piece comes',
    }),
  ),
});
export type StreamQuery = Static<typeof StreamQuery>;

export const SubstreamsQuery = object({ protocol: oneOf(['http2', 'quic']) });
export type SubstreamsQuery = Static<typeof SubstreamsQuery>;

export const FlowSubstreams = object({
  items: Type.Array(
    object({
      connection: Type.Integer({ description: 'of QUIC, counted within the flow; of HTTP/2 always 0' }),
      stream: Type.Integer(),
      frame: Type.Integer({ description: 'number of the first packet with a part of it' }),
    }),
    { description: 'by their first packets; QUIC only where it was decrypted' },
  ),
  is_whole: Type.Boolean({ description: 'false: there may be more' }),
});
export type FlowSubstreams = Static<typeof FlowSubstreams>;

export const FlowStream = object({
  flow: Type.Integer(),
  sides: Type.Array(End, { description: 'side 0 sent the first packet' }),
  pieces: Type.Array(
    object({
      side: Type.Integer({ minimum: 0, maximum: 1 }),
      frame: Type.Integer({ description: 'number of the packet that brought it' }),
      time: Time,
      data: Type.String({ description: 'base64' }),
    }),
  ),
  is_whole: Type.Boolean({ description: 'false: the flow has more packets than are looked at' }),
  next: orNull(Type.String()),
});
export type FlowStream = Static<typeof FlowStream>;

export const FlowSegment = object({
  id: Type.Integer({ description: 'of the packet, for /packets/{id}' }),
  number: Type.Integer({ description: 'frame.number in its capture' }),
  time: Time,
  side: Type.Union([Type.Literal(0), Type.Literal(1)], { description: '0: sent by the client' }),
  length: Type.Integer({ description: 'bytes: tcp.len; without TCP, of the whole packet' }),
  protocol: Type.String({ description: 'the Protocol column' }),
  summary: orNull(Type.String({ description: 'the Info column; null beyond the first 2,000 packets' })),
  tcp: orNull(
    object({
      flags: Type.Integer({ description: 'FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32' }),
      seq: Type.Integer({ description: 'relative, as tcp.seq' }),
      ack: Type.Integer({ description: 'relative, as tcp.ack' }),
      window: Type.Integer({ description: 'bytes, scaled, as tcp.window_size' }),
      sack: Type.Array(Type.Tuple([Type.Integer(), Type.Integer()]), {
        description: 'left and right edges of the SACK option, relative as the acknowledgment number',
      }),
      rtt: orNull(
        Type.Number({ description: 'seconds since the segment that it acknowledges: tcp.analysis.ack_rtt' }),
      ),
      in_flight: orNull(Type.Integer({ description: 'bytes, as tcp.analysis.bytes_in_flight' })),
      findings: Type.Array(Type.String(), {
        description: 'fields below tcp.analysis',
        examples: [['retransmission', 'fast_retransmission']],
      }),
    }),
  ),
});
export type FlowSegment = Static<typeof FlowSegment>;

export const FlowSegments = object({
  flow: FlowRow,
  items: Type.Array(FlowSegment),
  is_whole: Type.Boolean({ description: 'false: the flow has more packets than are looked at' }),
});

export const FlowObjects = object({
  items: Type.Array(
    object({
      index: Count,
      kind: oneOf(['http', 'imf', 'smb', 'ftp-data', 'tftp', 'dicom'], {
        description: 'what carried it: HTTP, mail, SMB, FTP, TFTP, DICOM',
      }),
      frame: Type.Integer({ description: 'number of the packet that completed it' }),
      host: Type.String({ description: "the server's name, if it is known" }),
      type: Type.String({ description: 'media type, if it was said' }),
      name: Type.String({ description: 'as the sender wrote it, without folders; may be empty' }),
      bytes: Count,
    }),
  ),
  is_whole: Type.Boolean({ description: 'false: there are more' }),
});
export type FlowObjects = Static<typeof FlowObjects>;
