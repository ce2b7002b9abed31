// Who talks with whom: flows, conversations, endpoints, and what was said.
import { type Static, Type } from '@sinclair/typebox';
import { Count, Order, object, oneOf, orNull, page, paging, Seconds, scope, Time } from './common.ts';

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
  state: orNull(
    Type.String({
      description:
        'TCP only: midstream, unanswered, refused, half-open, established, closing, closed or reset',
    }),
  ),
  handshake_ms: orNull(Type.Number()),
  retransmissions: orNull(Count),
  out_of_order: orNull(Count),
  zero_windows: orNull(Count),
  fingerprints: Type.Record(Type.String(), Type.String(), { description: 'by field: tls.handshake.ja3 …' }),
  community_id: orNull(Type.String()),
});
export type FlowRow = Static<typeof FlowRow>;

export const FlowsQuery = object({
  ...scope,
  ...paging,
  sort: Type.Optional(oneOf(['start', 'bytes', 'packets', 'duration'], { default: 'start' })),
  order: Type.Optional(Order),
});
export type FlowsQuery = Static<typeof FlowsQuery>;
export const FlowPage = page(FlowRow);
export type FlowPage = Static<typeof FlowPage>;

export const ADDRESS_TYPES = ['eth', 'ip', 'ipv6', 'tcp', 'udp'] as const;

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

export const ConversationsQuery = object({
  ...scope,
  ...paging,
  type: Type.Optional(
    oneOf(ADDRESS_TYPES, { default: 'ip', description: 'what an end is: as in -z conv,TYPE' }),
  ),
  sort: Type.Optional(oneOf(['bytes', 'packets'], { default: 'bytes' })),
});
export const ConversationPage = page(ConversationRow);
export type ConversationPage = Static<typeof ConversationPage>;

export const EndpointRow = object({
  address: Type.String(),
  port: orNull(Type.Integer({ description: 'of tcp and udp' })),
  packets: Count,
  bytes: Count,
  packets_sent: Count,
  bytes_sent: Count,
  packets_received: Count,
  bytes_received: Count,
});
export type EndpointRow = Static<typeof EndpointRow>;

export const EndpointsQuery = ConversationsQuery;
export const EndpointPage = page(EndpointRow);
export type EndpointPage = Static<typeof EndpointPage>;

/** Bytes of pieces in one answer of a stream, unless said otherwise, and at most. */
export const STREAM_BYTES = 1 << 20;
export const STREAM_BYTES_MAX = 16 << 20;

export const StreamQuery = object({
  protocol: Type.Optional(
    oneOf(['tcp', 'udp', 'http'], {
      description: "default: the flow's transport; http: messages, codings taken off",
    }),
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
