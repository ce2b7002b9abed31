// EtherNet/IP: CIP over TCP and UDP (The CIP Networks Library, volume 2, chapter 2), and cyclic I/O data over UDP.
import { ascii, u16le, u32le } from '../core/bytes.ts';
import { bytes, seconds, text, uint } from '../core/field.ts';
import { COLUMN, LISTED, type Packet, SHOWN } from '../core/packet.ts';
import { type Protocol, protocol } from '../core/protocol.ts';
import type { Sink } from '../core/sink.ts';
import { tcpPorts, udpPorts } from '../core/table.ts';
import { Exchanges, UNASKED } from '../flows/exchanges.ts';
import { commandNames, encapsulationStatusNames } from './cip/names.ts';
import { type CipRequest, cip, requestOf, stepMessage } from './cip.ts';

const PORT = 44818;
/** Volume 2, table 2-3.1. */
const HEADER = 24;
const LIST_SERVICES = 0x04;
const LIST_IDENTITY = 0x63;
const REGISTER = 0x65;
const UNREGISTER = 0x66;
const SEND_RR_DATA = 0x6f;
const SEND_UNIT_DATA = 0x70;

/** Items of the common packet format, table 2-6.3. */
const IDENTITY = 0x0c;
const CONNECTED_ADDRESS = 0xa1;
const CONNECTED_DATA = 0xb1;
const UNCONNECTED_DATA = 0xb2;
const LIST_SERVICES_RESPONSE = 0x100;
const SEQUENCED_ADDRESS = 0x8002;
const ITEMS_MAX = 32;

const typeNames: Record<number, string> = {
  0: 'Null Address Item',
  [IDENTITY]: 'CIP Identity',
  0x86: 'CIP Security Information',
  [CONNECTED_ADDRESS]: 'Connected Address Item',
  [CONNECTED_DATA]: 'Connected Data Item',
  [UNCONNECTED_DATA]: 'Unconnected Data Item',
  [LIST_SERVICES_RESPONSE]: 'List Services Response',
  0x8000: 'Socket Address Info O->T',
  0x8001: 'Socket Address Info T->O',
  [SEQUENCED_ADDRESS]: 'Sequenced Address Item',
};

const f = {
  command: uint('enip.command', 'Command').at(0, 2).le().hex().named(commandNames),
  length: uint('enip.length', 'Length').at(2, 2).le(),
  session: uint('enip.session', 'Session Handle').at(4, 4).le().hex(),
  status: uint('enip.status', 'Status').at(8, 4).le().hex().named(encapsulationStatusNames),
  context: bytes('enip.context', 'Sender Context').at(12, 8),
  options: uint('enip.options', 'Options').at(20, 4).le().hex(),
  rsVersion: uint('enip.rs.version', 'Protocol Version').le(),
  itemcount: uint('enip.cpf.itemcount', 'Item Count').le(),
  typeid: uint('enip.cpf.typeid', 'Type ID').le().hex(2).named(typeNames),
  itemLength: uint('enip.cpf.length', 'Length').le(),
  connid: uint('enip.cpf.cai.connid', 'Connection ID').le().hex(4),
  sequencedConnid: uint('enip.cpf.sai.connid', 'Connection ID').le().hex(4),
  sequence: uint('enip.cpf.sai.seq', 'Encapsulation Sequence Number').le(),
  data: bytes('enip.cpf.data', 'Data'),
  vendor: uint('enip.lir.vendor', 'Vendor ID').le().hex(2),
  deviceType: uint('enip.lir.devtype', 'Device Type').le(),
  productCode: uint('enip.lir.prodcode', 'Product Code').le(),
  revision: uint('enip.lir.revision', 'Revision'),
  deviceStatus: uint('enip.lir.status', 'Status').le().hex(2),
  serial: uint('enip.lir.serial', 'Serial Number').le().hex(4),
  nameLength: uint('enip.lir.namelen', 'Product Name Length'),
  name: text('enip.lir.name', 'Product Name'),
  responseTo: uint('enip.response_to', 'Request In'),
  responseIn: uint('enip.response_in', 'Response In'),
  time: seconds('enip.time', 'Time'),
};

const EXCHANGES = 'enip.exchanges';
const makeExchanges = (): Exchanges => new Exchanges('enip');

/** Pending requests of a conversation. */
interface Waiting {
  readonly requests: Map<number, CipRequest>;
}
const WAITING_MAX = 256;

function hasItems(command: number): boolean {
  return (
    command === SEND_RR_DATA ||
    command === SEND_UNIT_DATA ||
    command === LIST_IDENTITY ||
    command === LIST_SERVICES
  );
}

/** Offset of the item count; SendRRData and SendUnitData have an interface handle and a timeout before it. */
function itemsAt(b: Uint8Array, start: number): number {
  const command = u16le(b, start);
  return start + HEADER + (command === SEND_RR_DATA || command === SEND_UNIT_DATA ? 6 : 0);
}

export const enip: Protocol = protocol({
  name: 'enip',
  title: 'EtherNet/IP (Industrial Protocol)',
  column: 'ENIP',
  fields: f,
  on: [
    [tcpPorts, PORT],
    [udpPorts, PORT],
  ],
  framing: { header: 4, length: (p) => HEADER + u16le(p.buf, p.at + 2) },
  step(p) {
    const b = p.buf;
    const start = p.at;
    if (p.end - start < HEADER) return p.cut(HEADER);
    p.narrow(p.count - 1, HEADER + u16le(b, start + 2));
    const { end } = p;
    p.at = end;
    if (!hasItems(u16le(b, start)) || end === start + HEADER) return null;
    return readItems(p, p.count - 1, start, end);
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    for (const field of [f.command, f.length, f.session, f.status, f.context, f.options]) out.fixed(field);
    if (end - start < HEADER) return;
    if (u16le(b, start) === REGISTER) out.add(f.rsVersion, start + HEADER, 2);
    if (hasItems(u16le(b, start)) && end > start + HEADER) emitItems(b, itemsAt(b, start), end, out);
    const mark = p.mark[layer]!;
    if (mark === 0) return;
    const entry = Math.abs(mark) - 1;
    const exchanges = p.session.memoryOf(EXCHANGES, makeExchanges);
    if (mark < 0) {
      const answer = exchanges.answerOf(p, entry);
      if (answer > 0) out.add(f.responseIn, start, 0, answer);
      return;
    }
    out.add(f.responseTo, start, 0, exchanges.request[entry]!);
    out.add(f.time, start, 0, exchanges.responseTimeNs(p, entry));
  },
  headline: (p, layer) => `, ${messageInfo(p, layer)}`,
  info: messageInfo,
});

function isResponse(p: Packet): boolean {
  return p.srcPort === PORT;
}

function messageInfo(p: Packet, layer: number): string {
  const b = p.bufferOf(layer);
  const start = p.start[layer]!;
  const end = p.stop[layer]!;
  if (end - start < 8) return '';
  const command = u16le(b, start);
  const name = commandNames[command] ?? `Unknown Command (0x${command.toString(16).padStart(4, '0')})`;
  const info = `${name} (${isResponse(p) ? 'Rsp' : 'Req'})`;
  if (command === REGISTER || command === UNREGISTER)
    return `${info}, Session: 0x${u32le(b, start + 4)
      .toString(16)
      .padStart(8, '0')}`;
  return isResponse(p) ? info + listedInfo(b, command, start, end) : info;
}

/** A discovery response: product or service name. */
function listedInfo(b: Uint8Array, command: number, start: number, end: number): string {
  const item = start + HEADER + 2;
  if (command === LIST_IDENTITY && end > item + 36)
    return `, ${ascii(b, item + 37, Math.min(item + 37 + b[item + 36]!, end))}`;
  if (command !== LIST_SERVICES || end < item + 8) return '';
  const zero = b.indexOf(0, item + 8);
  return `, ${ascii(b, item + 8, zero < 0 ? end : Math.min(zero, end))}`;
}

function readItems(p: Packet, layer: number, start: number, end: number): null {
  const b = p.buf;
  let at = itemsAt(b, start);
  if (at + 2 > end) return p.cut(1);
  let connection = 0;
  let left = Math.min(u16le(b, at), ITEMS_MAX);
  for (at += 2; left > 0; left--) {
    if (at + 4 > end) return p.cut(1);
    const type = u16le(b, at);
    const data = at + 4;
    at = data + u16le(b, at + 2);
    if (at > end) return p.cut(1);
    if (type === CONNECTED_ADDRESS && at - data >= 4) connection = u32le(b, data);
    else if (type === UNCONNECTED_DATA && at > data) readMessage(p, layer, data, at, u32le(b, start + 12));
    else if (type === CONNECTED_DATA && at - data > 2)
      readMessage(p, layer, data + 2, at, connection * 0x10000 + u16le(b, data));
  }
  return null;
}

/** A CIP message; `id` is common to a request and its response. */
function readMessage(p: Packet, layer: number, at: number, end: number, id: number): void {
  const isAnswer = p.buf[at]! > 127;
  const waiting = p.session.stateOf(p, 'enip', (): Waiting => ({ requests: new Map() }));
  const oldEnd = p.end;
  p.at = at;
  p.end = end;
  const made = p.count;
  if (p.push(cip, LISTED | SHOWN | COLUMN))
    stepMessage(p, isAnswer ? (waiting.requests.get(id) ?? null) : null);
  p.at = p.end = oldEnd;
  if ((p.visibility & COLUMN) === 0) return;
  const exchanges = p.session.memoryOf(EXCHANGES, makeExchanges);
  if (isAnswer) {
    if (exchanges.seeReply(p, id) !== UNASKED) p.mark[layer] = exchanges.entry + 1;
    return;
  }
  exchanges.seeRequest(p, id, 0);
  p.mark[layer] = -(exchanges.entry + 1);
  const request = requestOf(p, made);
  if (request === null) return;
  if (waiting.requests.size >= WAITING_MAX) waiting.requests.delete(waiting.requests.keys().next().value!);
  waiting.requests.set(id, request);
}

function emitItems(b: Uint8Array, at: number, end: number, out: Sink): void {
  if (at + 2 > end) return;
  out.add(f.itemcount, at, 2);
  let left = Math.min(u16le(b, at), ITEMS_MAX);
  for (at += 2; left > 0 && at + 4 <= end; left--) {
    const type = u16le(b, at);
    const data = at + 4;
    const stop = Math.min(data + u16le(b, at + 2), end);
    out.open(f.typeid, at, 2);
    out.add(f.itemLength, at + 2, 2);
    emitItem(b, type, data, stop, out);
    out.close();
    at = stop;
  }
}

function emitItem(b: Uint8Array, type: number, at: number, end: number, out: Sink): void {
  if (type === CONNECTED_ADDRESS) out.add(f.connid, at, 4);
  else if (type === SEQUENCED_ADDRESS) {
    out.add(f.sequencedConnid, at, 4);
    out.add(f.sequence, at + 4, 4);
  } else if (type === IDENTITY && end - at >= 34) emitIdentity(b, at + 18, end, out);
  else if (type !== UNCONNECTED_DATA && type !== CONNECTED_DATA && end > at) out.add(f.data, at, end - at);
}

/** Volume 2, table 2-4.4; preceded by version and socket address. */
function emitIdentity(b: Uint8Array, at: number, end: number, out: Sink): void {
  out.add(f.vendor, at, 2);
  out.add(f.deviceType, at + 2, 2);
  out.add(f.productCode, at + 4, 2);
  out.add(f.revision, at + 6, 2);
  out.add(f.deviceStatus, at + 8, 2);
  out.add(f.serial, at + 10, 4);
  if (at + 15 > end) return;
  out.add(f.nameLength, at + 14, 1);
  out.add(f.name, at + 15, Math.min(b[at + 14]!, end - at - 15));
}

/** Cyclic I/O data: a bare common packet format over UDP. Its data is listed a second time in frame.protocols. */
export const cipio: Protocol = protocol({
  name: 'cipio',
  title: 'Common Industrial Protocol, I/O',
  column: 'CIP I/O',
  on: [[udpPorts, 2222]],
  step(p) {
    const { buf: b, at, end } = p;
    if (end - at < 2) return p.cut(2);
    p.at = end;
    let left = Math.min(u16le(b, at), ITEMS_MAX);
    for (let item = at + 2; left > 0 && item + 4 <= end; left--) {
      if (u16le(b, item) === CONNECTED_DATA) p.push(cipio, LISTED);
      item += 4 + u16le(b, item + 2);
    }
    return null;
  },
  emit(p, layer, out) {
    emitItems(p.bufferOf(layer), p.start[layer]!, p.stop[layer]!, out);
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const at = p.start[layer]!;
    if (p.stop[layer]! - at < 14 || u16le(b, at + 2) !== SEQUENCED_ADDRESS) return null;
    const id = u32le(b, at + 6)
      .toString(16)
      .padStart(8, '0');
    return `Connection: ID=0x${id}, SEQ=${String(u32le(b, at + 10)).padStart(10, '0')}`;
  },
});
