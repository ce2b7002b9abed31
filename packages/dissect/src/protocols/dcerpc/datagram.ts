// Connectionless DCE/RPC (C706 §12.5.2): every datagram carries the full header, with interface and activity UUID.
// PROFINET uses it to set up connections (IEC 61158-6-10 §5.2).
import { uint as read } from '../../core/bytes.ts';
import { bytes, text, time, uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { type Protocol, protocol, REJECTED } from '../../core/protocol.ts';
import { udpHeuristics } from '../../core/table.ts';
import { interfaceTable } from './interface-table.ts';
import { isLittle, typeName } from './pdu.ts';
import { uuidAt, uuidName } from './uuids.ts';

const VERSION = 4;
const HEAD = 80;
const TYPE_MAX = 19;
const REQUEST = 0;
const RESPONSE = 2;

/** PROFINET interfaces (device, controller, supervisor, parameter server) and their operations. */
const PROFINET = /^dea0000[1-4]-6c97-11d1-8271-00a02442df7d$/;
const PROFINET_COLUMN = 'PNIO-CM';
const operations = ['Connect', 'Release', 'Read', 'Write', 'Control', 'Read Implicit'];

const f = {
  version: uint('dcerpc.ver', 'Version').at(0, 1),
  type: uint('dcerpc.pkt_type', 'Packet type').at(1, 1).named(typeName),
  flags1: uint('dcerpc.dg_flags1', 'Flags1').at(2, 1).hex(),
  flags2: uint('dcerpc.dg_flags2', 'Flags2').at(3, 1).hex(),
  serialHigh: uint('dcerpc.dg_serial_hi', 'Serial High').at(7, 1).hex(),
  object: text('dcerpc.obj_id', 'Object UUID'),
  interface: text('dcerpc.dg_if_id', 'Interface'),
  activity: text('dcerpc.dg_act_id', 'Activity'),
  bootTime: time('dcerpc.dg_server_boot', 'Server boot time'),
  interfaceVersion: uint('dcerpc.dg_if_ver', 'Interface Ver'),
  sequence: uint('dcerpc.dg_seqnum', 'Sequence num'),
  operation: uint('dcerpc.opnum', 'Opnum'),
  interfaceHint: uint('dcerpc.dg_ihint', 'Interface Hint').hex(2),
  activityHint: uint('dcerpc.dg_ahint', 'Activity Hint').hex(2),
  length: uint('dcerpc.dg_frag_len', 'Fragment len'),
  fragment: uint('dcerpc.dg_frag_num', 'Fragment num'),
  authentication: uint('dcerpc.dg_auth_proto', 'Auth proto').at(78, 1),
  serialLow: uint('dcerpc.dg_serial_lo', 'Serial Low').at(79, 1).hex(),
  stub: bytes('dcerpc.stub_data', 'Stub data'),
};

/** Plausible version, packet type, flags and data representation. */
function isDatagram(p: Packet): boolean {
  const { buf: b, at, end } = p;
  return (
    end - at >= HEAD &&
    b[at] === VERSION &&
    b[at + 1]! <= TYPE_MAX &&
    (b[at + 3]! & 0xfc) === 0 &&
    (b[at + 4]! & 0xee) === 0 &&
    b[at + 5]! <= 3
  );
}

const numberAt = (b: Uint8Array, start: number, offset: number, width: number): number =>
  read(b, start + offset, width, isLittle(b, start + 4));

const columns = new Map(interfaceTable.map(([uuid, , column]) => [uuid, column]));

function columnOf(b: Uint8Array, start: number): string {
  const uuid = uuidAt(b, start + 24, isLittle(b, start + 4));
  const isCall = b[start + 1] === REQUEST || b[start + 1] === RESPONSE;
  if (!isCall) return 'DCERPC';
  return PROFINET.test(uuid) ? PROFINET_COLUMN : (columns.get(uuid) ?? 'DCERPC');
}

export const dcerpcDatagram: Protocol = protocol({
  name: 'dcerpc',
  title: 'Distributed Computing Environment / Remote Procedure Call (DCE/RPC)',
  column: (p, layer) => columnOf(p.bufferOf(layer), p.start[layer]!),
  fields: f,
  heuristics: [[udpHeuristics, isDatagram]],
  step(p) {
    if (!isDatagram(p)) return REJECTED;
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    for (const field of [f.version, f.type, f.flags1, f.flags2, f.serialHigh]) out.fixed(field);
    const little = isLittle(b, start + 4);
    [f.object, f.interface, f.activity].forEach((field, i) => {
      out.add(field, start + 8 + 16 * i, 16, uuidAt(b, start + 8 + 16 * i, little));
    });
    const booted = BigInt(numberAt(b, start, 56, 4)) * 1_000_000_000n;
    out.add(f.bootTime, start + 56, 4, booted);
    out.add(f.interfaceVersion, start + 60, 4, numberAt(b, start, 60, 4));
    out.add(f.sequence, start + 64, 4, numberAt(b, start, 64, 4));
    out.add(f.operation, start + 68, 2, numberAt(b, start, 68, 2));
    out.add(f.interfaceHint, start + 70, 2, numberAt(b, start, 70, 2));
    out.add(f.activityHint, start + 72, 2, numberAt(b, start, 72, 2));
    out.add(f.length, start + 74, 2, numberAt(b, start, 74, 2));
    out.add(f.fragment, start + 76, 2, numberAt(b, start, 76, 2));
    out.fixed(f.authentication);
    out.fixed(f.serialLow);
    const length = Math.min(numberAt(b, start, 74, 2), p.stop[layer]! - start - HEAD);
    if (length > 0) out.add(f.stub, start + HEAD, length);
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const type = b[start + 1]!;
    const operation = numberAt(b, start, 68, 2);
    if (columnOf(b, start) === PROFINET_COLUMN)
      return `${operations[operation] ?? 'Unknown'} ${type === REQUEST ? 'request' : 'response'}`;
    const uuid = uuidAt(b, start + 24, isLittle(b, start + 4));
    const call = `seq: ${numberAt(b, start, 64, 4)} opnum: ${operation} len: ${numberAt(b, start, 74, 2)}`;
    return `${typeName(type) ?? 'Unknown'}: ${call} ${uuidName(uuid)} V${numberAt(b, start, 60, 4)}`;
  },
});
