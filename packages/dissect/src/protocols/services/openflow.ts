// OpenFlow (Open Networking Foundation: switch specification 1.0.0 §5, 1.3.5 §7, 1.4.0 and 1.5.1) between controller
// and switches. Packets carried in messages are dissected.
import { u16 } from '../../core/bytes.ts';
import { ether, type Field, uint, uint64 } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { type Protocol, protocol, REJECTED } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { etherTypes, tcpPorts } from '../../core/table.ts';
import { quote } from '../quoted.ts';

const HEADER = 8;
/** Protocol type of Ethernet frames (Transparent Ethernet Bridging). */
const ETHERNET = 0x6558;

/** Names of message types by wire version: 1 is 1.0, 4 is 1.3, 5 is 1.4, 6 is 1.5. */
const words = (table: string): readonly string[] => table.trim().split(/\s+/);
const types1 = words(`
  HELLO ERROR ECHO_REQUEST ECHO_REPLY VENDOR FEATURES_REQUEST FEATURES_REPLY GET_CONFIG_REQUEST
  GET_CONFIG_REPLY SET_CONFIG PACKET_IN FLOW_REMOVED PORT_STATUS PACKET_OUT FLOW_MOD PORT_MOD STATS_REQUEST
  STATS_REPLY BARRIER_REQUEST BARRIER_REPLY QUEUE_GET_CONFIG_REQUEST QUEUE_GET_CONFIG_REPLY
`);
const types4 = words(`
  HELLO ERROR ECHO_REQUEST ECHO_REPLY EXPERIMENTER FEATURES_REQUEST FEATURES_REPLY GET_CONFIG_REQUEST
  GET_CONFIG_REPLY SET_CONFIG PACKET_IN FLOW_REMOVED PORT_STATUS PACKET_OUT FLOW_MOD GROUP_MOD PORT_MOD
  TABLE_MOD MULTIPART_REQUEST MULTIPART_REPLY BARRIER_REQUEST BARRIER_REPLY - - ROLE_REQUEST ROLE_REPLY
  GET_ASYNC_REQUEST GET_ASYNC_REPLY SET_ASYNC METER_MOD ROLE_STATUS TABLE_STATUS REQUESTFORWARD
  BUNDLE_CONTROL BUNDLE_ADD_MESSAGE CONTROLLER_STATUS
`);
const named = (names: readonly string[]): Record<number, string> =>
  Object.fromEntries(names.map((name, i) => [i, `OFPT_${name}`]));

const versions: Readonly<Record<number, string>> = {
  1: '1.0',
  2: '1.1',
  3: '1.2',
  4: '1.3',
  5: '1.4',
  6: '1.5',
};
const reasons: Readonly<Record<number, string>> = {
  0: 'OFPR_NO_MATCH',
  1: 'OFPR_ACTION',
  2: 'OFPR_INVALID_TTL',
};

const FEATURES_REPLY = 6;
const PACKET_IN = 10;
const PACKET_OUT = 13;

/** A field with its offset in the message and its width. */
type Place = readonly [field: Field, offset: number, width: number];

interface Dialect {
  readonly name: string;
  readonly title: string;
  readonly header: readonly Field[];
  readonly types: readonly string[];
  /** Fields of messages by type. */
  readonly bodies: Readonly<Record<number, readonly Place[]>>;
  /** Offset of the packet in a message; 0: none. */
  readonly packetAt: (b: Uint8Array, start: number, end: number) => number;
}

/** Packet offset in 1.0.0: after buffer, length, port and reason (§5.4.1), or after the actions (§5.3.6). */
function packet1At(b: Uint8Array, start: number, end: number): number {
  if (b[start + 1] === PACKET_IN) return start + 18;
  return b[start + 1] === PACKET_OUT && end - start >= 16 ? start + 16 + u16(b, start + 14) : 0;
}

/** Packet offset in 1.3.5: after a match padded to eight bytes and two more (§7.4.1), or after the actions (§7.3.7). */
function packet4At(b: Uint8Array, start: number, end: number): number {
  if (b[start + 1] === PACKET_IN && end - start >= 28)
    return start + 24 + ((u16(b, start + 26) + 7) & ~7) + 2;
  return b[start + 1] === PACKET_OUT && end - start >= 24 ? start + 24 + u16(b, start + 16) : 0;
}

function headerFields(name: string, typeName: string, names: readonly string[]): readonly Field[] {
  return [
    uint(`${name}.version`, 'Version').at(0, 1).hex().named(versions),
    uint(typeName, 'Type').at(1, 1).named(named(names)),
    uint(`${name}.length`, 'Length').at(2, 2),
    uint(`${name}.xid`, 'Transaction ID').at(4, 4),
  ];
}

function dialect(d: Dialect): Protocol {
  const fields = [
    ...d.header,
    ...Object.values(d.bodies).flatMap((places) => places.map(([field]) => field)),
  ];
  return protocol({
    name: d.name,
    title: d.title,
    column: 'OpenFlow',
    fields: Object.fromEntries(fields.map((field) => [field.name, field])),
    step(p) {
      const { at: start, end } = p;
      if (end - start < HEADER) return p.cut(HEADER);
      const at = d.packetAt(p.buf, start, end);
      const inner = etherTypes.get(ETHERNET);
      if (at > start && at < end && inner !== undefined) quote(p, inner, at, end, p.wireEnd);
      p.at = end;
      return null;
    },
    emit(p, layer, out) {
      for (const field of d.header) out.fixed(field);
      emitBody(p, layer, d, out);
    },
    info(p, layer) {
      const type = p.bufferOf(layer)[p.start[layer]! + 1]!;
      return p.stop[layer]! - p.start[layer]! < HEADER
        ? ''
        : `Type: OFPT_${d.types[type] ?? `Unknown (${type})`}`;
    },
  });
}

function emitBody(p: Packet, layer: number, d: Dialect, out: Sink): void {
  const start = p.start[layer]!;
  for (const [field, offset, width] of d.bodies[p.bufferOf(layer)[start + 1]!] ?? [])
    out.add(field, start + offset, width);
}

const openflow1 = dialect({
  name: 'openflow_v1',
  title: 'OpenFlow 1.0',
  header: headerFields('openflow', 'openflow_1_0.type', types1),
  types: types1,
  packetAt: packet1At,
  bodies: {
    [FEATURES_REPLY]: [
      [uint64('openflow.datapath_id', 'Datapath unique ID').hex(8), 8, 8],
      [ether('openflow.datapath_mac', 'MAC addr'), 10, 6],
      [uint('openflow.n_buffers', 'n_buffers'), 16, 4],
      [uint('openflow.n_tables', 'n_tables'), 20, 1],
      [uint('openflow.capabilities', 'capabilities').hex(4), 24, 4],
    ],
    [PACKET_IN]: [
      [uint('openflow.buffer_id', 'Buffer Id').hex(4), 8, 4],
      [uint('openflow.total_len', 'Total length'), 12, 2],
      [uint('openflow.in_port', 'In port'), 14, 2],
      [uint('openflow.reason', 'Reason').named(reasons), 16, 1],
    ],
  },
});

/** Versions from 1.3 on, which share the layouts of these messages (§7.3.1, §7.4.1). */
function later(name: string, title: string): Protocol {
  return dialect({
    name,
    title,
    header: headerFields(name, `${name}.type`, types4),
    types: types4,
    packetAt: packet4At,
    bodies: {
      [FEATURES_REPLY]: [
        [uint64(`${name}.switch_features.datapath_id`, 'datapath_id').hex(8), 8, 8],
        [uint(`${name}.switch_features.n_buffers`, 'n_buffers'), 16, 4],
        [uint(`${name}.switch_features.n_tables`, 'n_tables'), 20, 1],
        [uint(`${name}.switch_features.auxiliary_id`, 'auxiliary_id'), 21, 1],
      ],
      [PACKET_IN]: [
        [uint(`${name}.packet_in.buffer_id`, 'Buffer ID'), 8, 4],
        [uint(`${name}.packet_in.total_length`, 'Total length'), 12, 2],
        [uint(`${name}.packet_in.reason`, 'Reason').named(reasons), 14, 1],
        [uint(`${name}.packet_in.table_id`, 'Table ID'), 15, 1],
        [uint64(`${name}.packet_in.cookie`, 'Cookie').hex(8), 16, 8],
      ],
      [PACKET_OUT]: [
        [uint(`${name}.packet_out.buffer_id`, 'Buffer ID'), 8, 4],
        [uint(`${name}.packet_out.in_port`, 'In port'), 12, 4],
        [uint(`${name}.packet_out.acts_len`, 'Actions length'), 16, 2],
      ],
    },
  });
}

const openflow4 = later('openflow_v4', 'OpenFlow 1.3');
const openflow5 = later('openflow_v5', 'OpenFlow 1.4');
const openflow6 = later('openflow_v6', 'OpenFlow 1.5');
const dialects = [undefined, openflow1, undefined, undefined, openflow4, openflow5, openflow6];

const openflow: Protocol = protocol({
  name: 'openflow',
  title: 'OpenFlow',
  column: 'OpenFlow',
  info: () => '',
  on: [[tcpPorts, 6633, 6634, 6653]],
  framing: { header: 4, length: (p) => (isOpenflow(p) ? Math.max(u16(p.buf, p.at + 2), HEADER) : 0) },
  step(p) {
    if (!isOpenflow(p)) return REJECTED;
    const next = dialects[p.buf[p.at]! & 0x7f];
    if (next === undefined) p.at = p.end;
    return next ?? null;
  },
});

/** Whether the version exists and has this message type. */
function isOpenflow(p: Packet): boolean {
  const version = p.buf[p.at]! & 0x7f;
  return version >= 1 && version <= 6 && p.buf[p.at + 1]! < 36;
}

export const openflowProtocols = [openflow, openflow1, openflow4, openflow5, openflow6];
