// Datagram Congestion Control Protocol (RFC 4340).
import { u16, u24, u32, u48 } from '../core/bytes.ts';
import { data } from '../core/data.ts';
import { alias, bool, none, uint } from '../core/field.ts';
import type { Packet } from '../core/packet.ts';
import { type Protocol, protocol } from '../core/protocol.ts';
import { dccpPorts, ipProtocols } from '../core/table.ts';

const DCCP = 33;
/** Bytes of the generic header with short sequence numbers, and with extended ones (§5.1). */
const SHORT_HEADER = 12;
const LONG_HEADER = 16;

const REQUEST = 0;
const RESPONSE = 1;
const DATA = 2;
const DATA_ACK = 4;
const RESET = 7;
const LISTEN = 10;

const types: Readonly<Record<number, string>> = {
  0: 'Request',
  1: 'Response',
  2: 'Data',
  3: 'Ack',
  4: 'DataAck',
  5: 'CloseReq',
  6: 'Close',
  7: 'Reset',
  8: 'Sync',
  9: 'SyncAck',
  10: 'Listen',
};

const resetCodes: Readonly<Record<number, string>> = {
  0: 'Unspecified',
  1: 'Closed',
  2: 'Aborted',
  3: 'No Connection',
  4: 'Packet Error',
  5: 'Option Error',
  6: 'Mandatory Error',
  7: 'Connection Refused',
  8: 'Bad Service Code',
  9: 'Too Busy',
  10: 'Bad Init Cookie',
  11: 'Aggression Penalty',
};

const srcport = uint('dccp.srcport', 'Source Port').at(0, 2);
const dstport = uint('dccp.dstport', 'Destination Port').at(2, 2);
const f = {
  srcport,
  dstport,
  port: alias('dccp.port', 'Source or Destination Port', [srcport, dstport]).behindAll(),
  stream: uint('dccp.stream', 'Stream index').get((p, layer) =>
    p.mark[layer]! > 0 ? p.session.flows.stream(p.mark[layer]! - 1) : undefined,
  ),
  offset: uint('dccp.data_offset', 'Data Offset').at(4, 1),
  ccval: uint('dccp.ccval', 'CCVal').at(5, 1).mask(0xf0),
  coverage: uint('dccp.cscov', 'Checksum Coverage').at(5, 1).mask(0x0f),
  checksum: uint('dccp.checksum', 'Checksum').at(6, 2).hex(),
  type: uint('dccp.type', 'Type').at(8, 1).mask(0x1e).named(types),
  extended: bool('dccp.x', 'Extended Sequence Numbers').at(8, 1).mask(0x01),
  seq: uint('dccp.seq_raw', 'Sequence Number (raw)'),
  ack: uint('dccp.ack_raw', 'Acknowledgement Number (raw)'),
  service: uint('dccp.service_code', 'Service Code'),
  resetCode: uint('dccp.reset_code', 'Reset Code').named(resetCodes),
  options: none('dccp.options', 'Options'),
};

const isExtended = (b: Uint8Array, start: number): boolean => (b[start + 8]! & 1) !== 0;
const typeOf = (b: Uint8Array, start: number): number => (b[start + 8]! >> 1) & 15;

/** Bytes of a packet type's header before the options (§5.1 to §5.6). */
function headerLength(b: Uint8Array, start: number): number {
  const type = typeOf(b, start);
  const generic = isExtended(b, start) ? LONG_HEADER : SHORT_HEADER;
  if (type === REQUEST || type === LISTEN) return generic + 4;
  if (type === DATA) return generic;
  const acknowledged = generic + (isExtended(b, start) ? 8 : 4);
  return type === RESPONSE || type === RESET ? acknowledged + 4 : acknowledged;
}

export const dccp: Protocol = protocol({
  name: 'dccp',
  title: 'Datagram Congestion Control Protocol',
  column: 'DCCP',
  fields: f,
  on: [[ipProtocols, DCCP]],
  step(p) {
    const b = p.buf;
    const start = p.at;
    if (p.end - start < SHORT_HEADER)
      return p.end - start < 4 ? p.cutUnseen(SHORT_HEADER) : p.cut(SHORT_HEADER);
    p.srcPort = u16(b, start);
    p.dstPort = u16(b, start + 2);
    p.transport = DCCP;
    p.mark[p.layer] = p.session.flows.see(p) + 1;
    const header = headerLength(b, start);
    // §5.1: the data offset counts 4-byte words and covers at least the header of the packet type.
    const offset = b[start + 4]! * 4;
    if (offset < SHORT_HEADER + (isExtended(b, start) ? 4 : 0)) {
      p.at = p.end;
      return null;
    }
    if (p.end - start < Math.max(header, offset)) return p.cut(Math.max(header, offset));
    p.at = start + offset;
    const type = typeOf(b, start);
    if ((type !== DATA && type !== DATA_ACK) || p.at >= p.wireEnd) return null;
    return (
      dccpPorts.get(Math.min(p.srcPort, p.dstPort)) ?? dccpPorts.get(Math.max(p.srcPort, p.dstPort)) ?? data
    );
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    for (const field of [f.srcport, f.dstport, f.stream, f.offset, f.ccval, f.coverage, f.checksum])
      out.fixed(field);
    out.fixed(f.type);
    out.fixed(f.extended);
    if (end - start < SHORT_HEADER) return;
    const header = headerLength(b, start);
    if (end - start < header) return;
    const type = typeOf(b, start);
    const hasLong = isExtended(b, start);
    if (hasLong) out.add(f.seq, start + 10, 6);
    else out.add(f.seq, start + 9, 3);
    const generic = hasLong ? LONG_HEADER : SHORT_HEADER;
    if (type === REQUEST || type === LISTEN) out.add(f.service, start + generic, 4);
    else if (type !== DATA) {
      if (hasLong) out.add(f.ack, start + generic + 2, 6);
      else out.add(f.ack, start + generic + 1, 3);
      if (type === RESPONSE) out.add(f.service, start + header - 4, 4);
      if (type === RESET) out.add(f.resetCode, start + header - 4, 1);
    }
    const options = b[start + 4]! * 4 - header;
    if (options > 0 && start + header + options <= end) out.add(f.options, start + header, options);
  },
  headline: (p, layer) =>
    p.stop[layer]! - p.start[layer]! < 4
      ? ''
      : `, Src Port: ${u16(p.bufferOf(layer), p.start[layer]!)}, Dst Port: ${u16(p.bufferOf(layer), p.start[layer]! + 2)}`,
  info: dccpText,
});

/** `1000 → 2000 [Response] Seq=5 (Ack=1) (service=…)` */
function dccpText(p: Packet, layer: number): string {
  const b = p.bufferOf(layer);
  const start = p.start[layer]!;
  const end = p.stop[layer]!;
  let text = `${u16(b, start)} → ${u16(b, start + 2)}`;
  if (end - start < SHORT_HEADER) return text;
  const type = typeOf(b, start);
  text += ` [${types[type] ?? 'Reserved'}]`;
  const header = headerLength(b, start);
  if (end - start < header) return text;
  const hasLong = isExtended(b, start);
  text += ` Seq=${hasLong ? u48(b, start + 10) : u24(b, start + 9)}`;
  const generic = hasLong ? LONG_HEADER : SHORT_HEADER;
  if (type === REQUEST || type === LISTEN) return `${text} (service=${serviceText(u32(b, start + generic))})`;
  if (type === DATA) return text;
  text += ` (Ack=${hasLong ? u48(b, start + generic + 2) : u24(b, start + generic + 1)})`;
  if (type === RESPONSE) text += ` (service=${serviceText(u32(b, start + header - 4))})`;
  if (type === RESET) text += ` (code=${resetCodes[b[start + header - 4]!] ?? 'Unknown'})`;
  return text;
}

function serviceText(code: number): string {
  return code === 0 ? 'not specified' : `Unknown (${code})`;
}
