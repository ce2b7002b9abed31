// NetBIOS Name Service (RFC 1002 §4.2): the DNS message format with its own name encoding and record types.
import { u16 } from '../core/bytes.ts';
import { bool, bytes, ether, ipv4, text, uint } from '../core/field.ts';
import { protocol } from '../core/protocol.ts';
import type { Sink } from '../core/sink.ts';
import { udpPorts } from '../core/table.ts';
import { ipv4Address } from '../core/text.ts';
import { recordCount } from './dns/info.ts';
import { skipName } from './dns/name.ts';
import { describedName, netbiosName, plainName } from './netbios/name.ts';

const HEADER = 12;
const RESPONSE = 0x8000;
const NB = 0x20;
const NBSTAT = 0x21;
/** Length of an entry (name and flags) of a node status, and of the statistics (RFC 1002 §4.2.18). */
const STATUS_NAME = 18;

const opcodeNames: Record<number, string> = {
  0: 'Name query',
  5: 'Registration',
  6: 'Release',
  7: 'Wait for acknowledgment',
  8: 'Refresh',
  9: 'Refresh',
  15: 'Multi-Homed Registration',
};

const rcodeNames: Record<number, string> = {
  0: 'No error',
  1: 'Request was invalidly formatted',
  2: 'Server failure',
  3: 'Requested name does not exist',
  4: 'Request is not implemented',
  5: 'Request was refused',
  6: 'Name is owned by another node',
  7: 'Name is in conflict',
};

const typeNames: Record<number, string> = { [NB]: 'NB', [NBSTAT]: 'NBSTAT' };

const f = {
  id: uint('nbns.id', 'Transaction ID').at(0, 2).hex(),
  flags: uint('nbns.flags', 'Flags').at(2, 2).hex(),
  response: bool('nbns.flags.response', 'Response').at(2, 2).mask(RESPONSE),
  opcode: uint('nbns.flags.opcode', 'Opcode').at(2, 2).mask(0x7800).named(opcodeNames),
  authoritative: bool('nbns.flags.authoritative', 'Authoritative').mask(0x0400),
  truncated: bool('nbns.flags.truncated', 'Truncated').at(2, 2).mask(0x0200),
  recdesired: bool('nbns.flags.recdesired', 'Recursion desired').at(2, 2).mask(0x0100),
  recavail: bool('nbns.flags.recavail', 'Recursion available').mask(0x0080),
  broadcast: bool('nbns.flags.broadcast', 'Broadcast').at(2, 2).mask(0x0010),
  rcode: uint('nbns.flags.rcode', 'Reply code').mask(0x000f).named(rcodeNames),
  queries: uint('nbns.count.queries', 'Questions').at(4, 2),
  answers: uint('nbns.count.answers', 'Answer RRs').at(6, 2),
  authRr: uint('nbns.count.auth_rr', 'Authority RRs').at(8, 2),
  addRr: uint('nbns.count.add_rr', 'Additional RRs').at(10, 2),
  name: text('nbns.name', 'Name'),
  type: uint('nbns.type', 'Type').named(typeNames),
  class: uint('nbns.class', 'Class').named({ 1: 'IN' }),
  ttl: uint('nbns.ttl', 'Time to live'),
  dataLength: uint('nbns.data_length', 'Data length'),
  nbFlags: uint('nbns.nb_flags', 'Name flags').hex(2),
  nbGroup: bool('nbns.nb_flags.group', 'Name type').mask(0x8000),
  nbOnt: uint('nbns.nb_flags.ont', 'ONT').mask(0x6000),
  addr: ipv4('nbns.addr', 'Addr'),
  numberOfNames: uint('nbns.number_of_names', 'Number of names'),
  netbiosName: text('nbns.netbios_name', 'Name'),
  nameFlags: uint('nbns.name_flags', 'Name flags').hex(2),
  nameGroup: bool('nbns.name_flags.group', 'Name type').mask(0x8000),
  nameOnt: uint('nbns.name_flags.ont', 'ONT').mask(0x6000),
  nameDrg: bool('nbns.name_flags.drg', 'Name is being deregistered').mask(0x1000),
  nameCnf: bool('nbns.name_flags.cnf', 'Name is in conflict').mask(0x0800),
  nameAct: bool('nbns.name_flags.act', 'Name is active').mask(0x0400),
  namePrm: bool('nbns.name_flags.prm', 'Permanent node name').mask(0x0200),
  unitId: ether('nbns.unit_id', 'Unit ID'),
  jumpers: uint('nbns.jumpers', 'Jumpers').hex(1),
  testResult: uint('nbns.test_result', 'Test result').hex(1),
  versionNumber: uint('nbns.version_number', 'Version number').hex(2),
  data: bytes('nbns.data', 'Data'),
};

export const nbns = protocol({
  name: 'nbns',
  title: 'NetBIOS Name Service',
  column: 'NBNS',
  fields: f,
  on: [[udpPorts, 137]],
  step(p) {
    const b = p.buf;
    const { at: start, end } = p;
    if (end - start < HEADER) return p.cut(HEADER);
    p.at = end;
    return sectionsEnd(b, start, end) < 0 ? p.cut(1) : null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    out.fixed(f.id);
    if (end - start < HEADER) return;
    emitFlags(start + 2, (u16(b, start + 2) & RESPONSE) !== 0, out);
    for (const field of [f.queries, f.answers, f.authRr, f.addRr]) out.fixed(field);
    let at = start + HEADER;
    for (let left = u16(b, start + 4); left > 0 && at >= 0; left--) at = emitQuestion(b, at, start, end, out);
    for (let left = recordCount(b, start); left > 0 && at >= 0; left--)
      at = emitRecord(b, at, start, end, out);
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    if (end - start < 4) return '';
    const flags = u16(b, start + 2);
    const opcode = (flags >> 11) & 15;
    const operation = opcodeNames[opcode] ?? `Unknown operation (${opcode})`;
    if ((flags & RESPONSE) === 0)
      return operation + (end - start < HEADER ? '' : questionsInfo(b, start, end));
    const rcode = flags & 15;
    const failure = rcode === 0 ? '' : `, ${rcodeNames[rcode] ?? `Unknown error (${rcode})`}`;
    return `${operation} response${failure}${end - start < HEADER ? '' : answersInfo(b, start, end)}`;
  },
});

/** End of the last record; -1 if the message is truncated before. */
function sectionsEnd(b: Uint8Array, start: number, end: number): number {
  let at = start + HEADER;
  for (let left = u16(b, start + 4); left > 0; left--) {
    at = skipName(b, at, end);
    if (at < 0 || at + 4 > end) return -1;
    at += 4;
  }
  for (let left = recordCount(b, start); left > 0; left--) {
    at = skipName(b, at, end);
    if (at < 0 || at + 10 > end) return -1;
    at += 10 + u16(b, at + 8);
    if (at > end) return -1;
  }
  return at;
}

function questionsInfo(b: Uint8Array, start: number, end: number): string {
  let info = '';
  let at = start + HEADER;
  for (let left = Math.min(u16(b, start + 4), 64); left > 0; left--) {
    const after = skipName(b, at, end);
    if (after < 0 || after + 4 > end) return info;
    info += ` ${typeNames[u16(b, after)] ?? 'Unknown'} ${netbiosName(b, at, start, end)}`;
    at = after + 4;
  }
  return info;
}

function answersInfo(b: Uint8Array, start: number, end: number): string {
  let info = '';
  let at = start + HEADER;
  for (let left = u16(b, start + 4); left > 0 && at >= 0; left--) {
    at = skipName(b, at, end);
    if (at >= 0) at += 4;
  }
  for (let left = Math.min(u16(b, start + 6), 64); left > 0 && at >= 0; left--) {
    at = skipName(b, at, end);
    if (at < 0 || at + 10 > end) return info;
    const type = u16(b, at);
    info += ` ${typeNames[type] ?? 'Unknown'}`;
    const data = at + 10;
    at = data + u16(b, at + 8);
    if (type === NB)
      for (let k = data; k + 6 <= Math.min(at, end); k += 6) info += ` ${ipv4Address(b, k + 2)}`;
  }
  return info;
}

function emitFlags(at: number, isResponse: boolean, out: Sink): void {
  out.openFixed(f.flags);
  out.fixed(f.response);
  out.fixed(f.opcode);
  if (isResponse) out.add(f.authoritative, at, 2);
  out.fixed(f.truncated);
  out.fixed(f.recdesired);
  if (isResponse) out.add(f.recavail, at, 2);
  out.fixed(f.broadcast);
  if (isResponse) out.add(f.rcode, at, 2);
  out.close();
}

function emitQuestion(b: Uint8Array, at: number, start: number, end: number, out: Sink): number {
  const after = skipName(b, at, end);
  if (after < 0 || after + 4 > end) return -1;
  const name = netbiosName(b, at, start, end);
  out.group(`${name}: type ${typeNames[u16(b, after)] ?? 'Unknown'}`, at, after + 4 - at);
  out.add(f.name, at, after - at, name);
  out.add(f.type, after, 2);
  out.add(f.class, after + 2, 2);
  out.close();
  return after + 4;
}

function emitRecord(b: Uint8Array, at: number, start: number, end: number, out: Sink): number {
  const after = skipName(b, at, end);
  if (after < 0 || after + 10 > end) return -1;
  const type = u16(b, after);
  const data = after + 10;
  const next = data + u16(b, after + 8);
  const stop = Math.min(next, end);
  const name = type === NB ? describedName(b, at, start, end) : netbiosName(b, at, start, end);
  out.group(`${name}: type ${typeNames[type] ?? 'Unknown'}`, at, stop - at);
  out.add(f.name, at, after - at, name);
  out.add(f.type, after, 2);
  out.add(f.class, after + 2, 2);
  out.add(f.ttl, after + 4, 4);
  out.add(f.dataLength, after + 8, 2);
  if (type === NB) emitAddresses(data, stop, out);
  else if (type === NBSTAT) emitStatus(b, data, stop, out);
  else if (stop > data) out.add(f.data, data, stop - data);
  out.close();
  return next > end ? -1 : next;
}

/** RFC 1002 §4.2.2. */
function emitAddresses(at: number, stop: number, out: Sink): void {
  for (; at + 6 <= stop; at += 6) {
    out.open(f.nbFlags, at, 2);
    out.add(f.nbGroup, at, 2);
    out.add(f.nbOnt, at, 2);
    out.close();
    out.add(f.addr, at + 2, 4);
  }
}

/** RFC 1002 §4.2.18. */
function emitStatus(b: Uint8Array, at: number, stop: number, out: Sink): void {
  if (at >= stop) return;
  out.add(f.numberOfNames, at, 1);
  let left = b[at]!;
  for (at++; left > 0 && at + STATUS_NAME <= stop; left--, at += STATUS_NAME) {
    out.add(f.netbiosName, at, 16, plainName(b, at));
    out.note(`<${b[at + 15]!.toString(16).padStart(2, '0')}>`);
    out.open(f.nameFlags, at + 16, 2);
    for (const field of [f.nameGroup, f.nameOnt, f.nameDrg, f.nameCnf, f.nameAct, f.namePrm])
      out.add(field, at + 16, 2);
    out.close();
  }
  if (at + 10 > stop) return;
  out.add(f.unitId, at, 6);
  out.add(f.jumpers, at + 6, 1);
  out.add(f.testResult, at + 7, 1);
  out.add(f.versionNumber, at + 8, 2);
}
