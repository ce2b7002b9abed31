// Schemas of packets: list rows, one packet's tree, its bytes.

import { PACKET_COLUMNS } from '@eyrie/store';
import { type Static, Type } from '@sinclair/typebox';
import { Count, IsExact, MeshMoment, object, oneOf, orNull, page, paging, scope, Time } from './common.ts';

export const PacketRow = object({
  id: Type.Integer({ description: 'in the store; ids of one capture rise with time of arrival' }),
  capture: Type.Integer(),
  number: Type.Integer({ description: 'frame.number in its capture' }),
  time: Time,
  src: Type.String({ description: 'as the Source column shows it: IP, else hardware address' }),
  dst: Type.String(),
  src_ip: orNull(Type.String()),
  dst_ip: orNull(Type.String()),
  src_port: orNull(Type.Integer()),
  dst_port: orNull(Type.Integer()),
  protocol: Type.String({ description: 'the Protocol column' }),
  length: Type.Integer({ description: 'bytes on the wire' }),
  summary: Type.String({ description: 'the Info column' }),
  transport: orNull(Type.String({ description: 'innermost: tcp, udp, icmp … or its number' })),
  stream: orNull(Type.Integer({ description: 'tcp.stream, udp.stream of its transport' })),
  path: Type.String({ description: 'frame.protocols', examples: ['eth:ethertype:ip:udp:dns'] }),
  has_comment: Type.Boolean({ description: 'the capture file has a comment on it: see /packets/{id}' }),
  fields: Type.Optional(
    Type.Record(Type.String(), orNull(Type.String()), {
      description:
        'values of the `fields` that were asked for, by name; empty: there, without a value (protocols, labels); null: not in the packet',
    }),
  ),
});
export type PacketRow = Static<typeof PacketRow>;

export const PacketsQuery = object({
  ...scope,
  ...paging,
  order: Type.Optional(
    oneOf(['asc', 'desc'], {
      default: 'asc',
      description: 'oldest or newest first; of `sort`, its direction',
    }),
  ),
  sort: Type.Optional(
    oneOf(PACKET_COLUMNS, {
      description: 'in the order of this column instead of that of arrival; of equal ones, the older first',
    }),
  ),
  fields: Type.Optional(
    Type.String({
      maxLength: 1000,
      description: 'fields and protocols to tell of each packet as well, separated by commas; at most 12',
      examples: ['tcp.window_size,http.host'],
    }),
  ),
});
export type PacketsQuery = Static<typeof PacketsQuery>;

export const PacketPage = object({ ...page(PacketRow).properties, is_exact: IsExact });
export type PacketPage = Static<typeof PacketPage>;

/** A line of the tree. The type is recursive: the schema refers to itself by name. */
export interface TreeLine {
  name: string;
  text: string;
  value: string | null;
  start: number;
  length: number;
  buffer: number;
  children: TreeLine[];
}

const TREE_LINE = 'TreeLine';

export const TreeLine = Type.Object(
  {
    name: Type.String({ description: 'filter name; empty for a line that is not a field' }),
    text: Type.String({ description: 'what the line says', examples: ['Source Port: 53'] }),
    value: orNull(Type.String({ description: 'the value as filters take it; null where the line has none' })),
    start: Type.Integer({ description: 'bytes [start, start + length) of the buffer' }),
    length: Type.Integer(),
    buffer: Type.Integer({ description: 'which buffer; 0 is the frame' }),
    children: Type.Array(Type.Unsafe<TreeLine>({ $ref: `${TREE_LINE}#` })),
  },
  { $id: TREE_LINE, additionalProperties: false },
);

/** Which earlier packets the dissection took into account. */
const Context = object({
  kind: oneOf(['capture', 'conversation'], {
    description:
      'what was dissected before the packet: the capture from its beginning, or only the packets of its conversation',
  }),
  packets: Count,
  is_whole: Type.Boolean({
    description:
      'false: a bound was met, and what older packets hold (reassembly, requests) is not known here',
  }),
});

export const PacketDetail = object({
  packet: PacketRow,
  tree: Type.Array(Type.Unsafe<TreeLine>({ $ref: `${TREE_LINE}#` })),
  buffers: Type.Array(
    object({
      buffer: Type.Integer(),
      title: Type.String({ examples: ['Frame', 'Reassembled TCP'] }),
      length: Count,
    }),
  ),
  context: Context,
  flow: orNull(Type.Integer({ description: 'id for /flows/{id}' })),
  mesh_time: orNull(MeshMoment),
});
export type PacketDetail = Static<typeof PacketDetail>;

export const PacketBytesQuery = object({
  format: Type.Optional(
    oneOf(['json', 'raw'], {
      default: 'json',
      description: 'raw: one buffer as it is, application/octet-stream',
    }),
  ),
  buffer: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 254, description: 'only this buffer; 0 is the frame' }),
  ),
});

export const PacketBytes = object({
  id: Type.Integer(),
  captured_length: Count,
  length: Type.Integer({ description: 'bytes on the wire' }),
  buffers: Type.Array(
    object({
      buffer: Type.Integer(),
      title: Type.String(),
      length: Count,
      data: Type.String({ description: 'base64' }),
    }),
  ),
});
export type PacketBytes = Static<typeof PacketBytes>;

export const ExportQuery = object({
  ...scope,
  limit: Type.Optional(Type.Integer({ minimum: 1, description: 'at most so many packets' })),
});
