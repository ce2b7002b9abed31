// Signalling Connection Control Part (ITU-T Q.713): messages between subsystems of signalling points.
import { u16le, u24le } from '../../core/bytes.ts';
import { type Field, text, uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { linkTypes } from '../../core/table.ts';
import { thenData } from '../link/head.ts';
import { digitsOf } from './digits.ts';
import { bssap, ranap } from './named.ts';
import { isTcap, tcap, userOfSubsystem } from './tcap.ts';

/** Message type (Q.713 table 1) with the position of its pointers. */
interface Message {
  readonly name: string;
  /** Offset of the first pointer; 0: none. */
  readonly pointers: number;
  /** Index of the pointer to the data; -1: optional or absent. */
  readonly data: number;
  /** Indices of the pointers to called and calling address; -1 if absent. */
  readonly called: number;
  readonly calling: number;
}
const UNITDATA = { pointers: 2, data: 2, called: 0, calling: 1 };
const EXTENDED = { pointers: 3, data: 2, called: 0, calling: 1 };
const NOTHING = { pointers: 0, data: -1, called: -1, calling: -1 };
const messages: Readonly<Record<number, Message>> = {
  1: { name: 'CR', pointers: 5, data: -1, called: 0, calling: -1 },
  2: { name: 'CC', ...NOTHING },
  3: { name: 'CREF', ...NOTHING },
  4: { name: 'RLSD', ...NOTHING },
  5: { name: 'RLC', ...NOTHING },
  6: { name: 'DT1', pointers: 5, data: 0, called: -1, calling: -1 },
  7: { name: 'DT2', pointers: 6, data: 0, called: -1, calling: -1 },
  8: { name: 'AK', ...NOTHING },
  9: { name: 'UDT', ...UNITDATA },
  10: { name: 'UDTS', ...UNITDATA },
  11: { name: 'ED', pointers: 4, data: 0, called: -1, calling: -1 },
  12: { name: 'EA', ...NOTHING },
  13: { name: 'RSR', ...NOTHING },
  14: { name: 'RSC', ...NOTHING },
  15: { name: 'ERR', ...NOTHING },
  16: { name: 'IT', ...NOTHING },
  17: { name: 'XUDT', ...EXTENDED },
  18: { name: 'XUDTS', ...EXTENDED },
};
const XUDT = 17;
const CR = 1;
const OPTIONAL_DATA = 0x0f;
/** Segmentation parameter (Q.713 §3.17): the low four bits of the first octet are the number of remaining segments. */
const SEGMENTATION = 0x10;

const names = Object.fromEntries(Object.entries(messages).map(([n, m]) => [n, m.name]));

interface Address {
  readonly ri: Field;
  readonly ssn: Field;
  readonly pc: Field;
  readonly digits: Field;
}
function address(side: 'called' | 'calling', title: string): Address {
  return {
    ri: uint(`sccp.${side}.ri`, 'Routing Indicator').mask(0x40).hex(1),
    ssn: uint(`sccp.${side}.ssn`, 'SubSystem Number').named(subsystemName),
    pc: uint(`sccp.${side}.pc`, 'PC').mask(0x3fff),
    digits: text(`sccp.${side}.digits`, `${title} Party Digits`),
  };
}
function subsystemName(ssn: number): string | undefined {
  return subsystems[ssn];
}
/** Subsystem names (Q.713 §3.4.2.2, 3GPP TS 23.003 §8). */
const subsystems: Readonly<Record<number, string>> = {
  0: 'SSN not known/not used',
  1: 'SCCP management',
  3: 'ISUP',
  5: 'MAP',
  6: 'HLR (Home Location Register)',
  7: 'VLR (Visited Location Register)',
  8: 'MSC (Mobile Switching Center)',
  9: 'EIC/EIR (Equipment Identifier Center/Equipment Identification Register)',
  10: 'AuC/AC (Authentication Center)',
  142: 'RANAP',
  146: 'CAP',
  147: 'gsmSCF (MAP) or IM-SSF (MAP) or Presence Network Agent',
  149: 'SGSN',
  150: 'GGSN',
  254: 'BSSAP/BSAP',
};

const called = address('called', 'Called');
const calling = address('calling', 'Calling');
const f = {
  type: uint('sccp.message_type', 'Message Type').at(0, 1).hex().named(names),
  dlr: uint('sccp.dlr', 'Destination Local Reference').hex(3),
  slr: uint('sccp.slr', 'Source Local Reference').hex(3),
  ssn: uint('sccp.ssn', 'Called or Calling SubSystem Number').hidden(),
  digits: text('sccp.digits', 'Called or Calling GT Digits').hidden(),
  calledRi: called.ri,
  calledSsn: called.ssn,
  calledPc: called.pc,
  calledDigits: called.digits,
  callingRi: calling.ri,
  callingSsn: calling.ssn,
  callingPc: calling.pc,
  callingDigits: calling.digits,
};

/** Contents [at, end) of the variable parameter at a pointer; null if truncated. */
function parameter(b: Uint8Array, pointer: number, end: number): readonly [number, number] | null {
  if (pointer >= end || b[pointer] === 0) return null;
  const at = pointer + b[pointer]!;
  if (at >= end) return null;
  return [at + 1, Math.min(at + 1 + b[at]!, end)];
}

/** Subsystem number in an address (Q.713 §3.4); -1: none. */
function subsystemOf(b: Uint8Array, place: readonly [number, number] | null): number {
  if (place === null || place[0] >= place[1] || (b[place[0]]! & 2) === 0) return -1;
  const at = place[0] + 1 + (b[place[0]]! & 1 ? 2 : 0);
  return at < place[1] ? b[at]! : -1;
}

function ssnAt(b: Uint8Array, start: number, end: number, message: Message, index: number): number {
  return index < 0 ? -1 : subsystemOf(b, parameter(b, start + message.pointers + index, end));
}

/** Protocol of the data, by called subsystem, calling subsystem, or heuristics. */
export function sccpUser(p: Packet, calledSsn: number, callingSsn: number): Protocol | undefined {
  for (const ssn of [calledSsn, callingSsn]) {
    if (ssn === 142) return ranap;
    if (userOfSubsystem(ssn) !== undefined && isTcap(p.buf, p.at, p.end)) return tcap;
  }
  return undefined;
}

export const sccp: Protocol = protocol({
  name: 'sccp',
  title: 'Signalling Connection Control Part',
  column: 'SCCP (Int. ITU)',
  fields: f,
  on: [[linkTypes, 142]],
  step(p) {
    const b = p.buf;
    const start = p.at;
    if (p.end - start < 1) return p.cut(1);
    const type = b[start]!;
    const message = messages[type];
    p.at = p.end;
    if (message === undefined || message.pointers === 0) return null;
    if (start + message.pointers >= p.end) {
      p.at = start;
      return p.cut(message.pointers + 1);
    }
    const place = dataOf(b, start, p.end, type, message);
    if (place === null || place[0] >= place[1]) return null;
    const calledSsn = ssnAt(b, start, p.end, message, message.called);
    const callingSsn = ssnAt(b, start, p.end, message, message.calling);
    p.mark[p.layer] = (calledSsn + 1) | ((callingSsn + 1) << 12);
    p.at = place[0];
    p.end = p.wireEnd = place[1];
    return sccpUser(p, calledSsn, callingSsn) ?? orBssap(p);
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    if (end <= start) return;
    out.fixed(f.type);
    const type = b[start]!;
    const message = messages[type];
    // Connection-oriented messages have 3-octet references.
    if (type >= 2 && type <= 16 && type !== 9 && type !== 10)
      out.add(f.dlr, start + 1, 3, u24le(b, start + 1));
    if (type === CR) out.add(f.slr, start + 1, 3, u24le(b, start + 1));
    if (message === undefined) return;
    if (message.called >= 0)
      emitAddress(b, parameter(b, start + message.pointers + message.called, end), called, out);
    if (message.calling >= 0)
      emitAddress(b, parameter(b, start + message.pointers + message.calling, end), calling, out);
  },
  info(p, layer) {
    const start = p.start[layer]!;
    if (p.stop[layer]! <= start) return '';
    return `${messages[p.bufferOf(layer)[start]!]?.name ?? 'Unknown'} `;
  },
});

/** BSSAP begins with a discriminator: 0 and a length, or 1, a link identifier and a length (3GPP TS 48.006 §9.3). */
function orBssap(p: Packet): Protocol | null {
  const { buf: b, at, end } = p;
  const isBssap =
    (b[at] === 0 && end - at >= 2 && b[at + 1] === end - at - 2) ||
    (b[at] === 1 && end - at >= 3 && b[at + 2] === end - at - 3);
  return isBssap ? bssap : thenData(p);
}

function dataOf(
  b: Uint8Array,
  start: number,
  end: number,
  type: number,
  message: Message,
): readonly [number, number] | null {
  if (type === CR) return optional(b, start + message.pointers + 1, end, OPTIONAL_DATA);
  if (message.data < 0) return null;
  if (type === XUDT) {
    const segmentation = optional(b, start + message.pointers + 3, end, SEGMENTATION);
    // Data of a segmented message are not dissected.
    const isPart =
      segmentation !== null && ((b[segmentation[0]]! & 0x0f) !== 0 || (b[segmentation[0]]! & 0x80) === 0);
    if (isPart) return null;
  }
  return parameter(b, start + message.pointers + message.data, end);
}

/** The optional parameter with this code. */
function optional(
  b: Uint8Array,
  pointer: number,
  end: number,
  code: number,
): readonly [number, number] | null {
  if (pointer >= end || b[pointer] === 0) return null;
  let at = pointer + b[pointer]!;
  for (let i = 0; i < 32 && at + 2 <= end && b[at] !== 0; i++) {
    if (b[at] === code) return [at + 2, Math.min(at + 2 + b[at + 1]!, end)];
    at += 2 + b[at + 1]!;
  }
  return null;
}

/** Address (Q.713 §3.4): an indicator, then point code, subsystem number and global title as it indicates. */
function emitAddress(b: Uint8Array, place: readonly [number, number] | null, side: Address, out: Sink): void {
  if (place === null || place[0] >= place[1]) return;
  let [at] = place;
  const end = place[1];
  const indicator = b[at]!;
  out.add(side.ri, at, 1);
  at++;
  if (indicator & 1) {
    out.add(side.pc, at, 2, u16le(b, at) & 0x3fff);
    at += 2;
  }
  if (indicator & 2) {
    out.add(side.ssn, at, 1);
    out.add(f.ssn, at, 1);
    at++;
  }
  const title = (indicator >> 2) & 15;
  // Global title formats 1 to 4 differ in the octets before the digits.
  const before = [0, 1, 1, 2, 3][title] ?? 0;
  if (before === 0 || at + before >= end) return;
  const isOdd = title === 1 ? (b[at]! & 0x80) !== 0 : title === 2 ? false : (b[at + 1]! & 15) === 1;
  const digits = digitsOf(b, at + before, end, isOdd);
  out.add(side.digits, at + before, end - at - before, digits);
  out.add(f.digits, at + before, end - at - before, digits);
}
