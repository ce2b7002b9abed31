// ISDN User Part (ITU-T Q.763) and its bearer-independent variant BICC (Q.1902.3).
import { u16le, u32le } from '../../core/bytes.ts';
import { text, uint } from '../../core/field.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { sctpPayloads } from '../../core/table.ts';
import { digitsOf } from './digits.ts';

/** Q.763 table 4. */
const types: Readonly<Record<number, readonly [string, string]>> = {
  1: ['IAM', 'Initial address'],
  2: ['SAM', 'Subsequent address'],
  3: ['INR', 'Information request (national use)'],
  4: ['INF', 'Information (national use)'],
  5: ['COT', 'Continuity'],
  6: ['ACM', 'Address complete'],
  7: ['CON', 'Connect'],
  8: ['FOT', 'Forward transfer'],
  9: ['ANM', 'Answer'],
  12: ['REL', 'Release'],
  13: ['SUS', 'Suspend'],
  14: ['RES', 'Resume'],
  16: ['RLC', 'Release complete'],
  17: ['CCR', 'Continuity check request'],
  18: ['RSC', 'Reset Circuit'],
  19: ['BLO', 'Blocking'],
  20: ['UBL', 'Unblocking'],
  21: ['BLA', 'Blocking acknowledgement'],
  22: ['UBLA', 'Unblocking acknowledgment'],
  23: ['GRS', 'Circuit group reset'],
  24: ['CGB', 'Circuit group blocking'],
  25: ['CGU', 'Circuit group unblocking'],
  26: ['CGBA', 'Circuit group blocking acknowledgement'],
  27: ['CGUA', 'Circuit group unblocking acknowledgement'],
  31: ['FAR', 'Facility request'],
  32: ['FAA', 'Facility accepted'],
  33: ['FRJ', 'Facility reject'],
  36: ['LPA', 'Loop back acknowledgement (national use)'],
  40: ['PAM', 'Pass-along (national use)'],
  41: ['GRA', 'Circuit group reset acknowledgement'],
  42: ['CQM', 'Circuit group query (national use)'],
  43: ['CQR', 'Circuit group query response (national use)'],
  44: ['CPG', 'Call progress'],
  45: ['USR', 'User-to-user information'],
  46: ['UEC', 'Unequipped CIC (national use)'],
  47: ['CFN', 'Confusion'],
  48: ['OLM', 'Overload (national use)'],
  49: ['CRG', 'Charge information (national use)'],
  50: ['NRM', 'Network resource management'],
  51: ['FAC', 'Facility (national use)'],
  52: ['UPT', 'User Part test'],
  53: ['UPA', 'User Part available'],
  54: ['IDR', 'Identification Request'],
  55: ['IDS', 'Identification Response'],
  56: ['SEG', 'Segmentation'],
  64: ['LPR', 'Loop prevention'],
  65: ['APM', 'Application transport'],
  66: ['PRI', 'Pre-release information'],
};
const typeNames = Object.fromEntries(
  Object.entries(types).map(([number, [short, long]]) => [number, `${long} (${short})`]),
);
const IAM = 1;
const REL = 12;
const CALLING_NUMBER = 0x0a;

const f = {
  cic: uint('isup.cic', 'CIC'),
  type: uint('isup.message_type', 'Message Type').named(typeNames),
  called: text('isup.called', 'ISUP Called Number'),
  calling: text('isup.calling', 'ISUP Calling Number'),
  cause: uint('isup.cause_indicator', 'Cause indicator').mask(0x7f),
};

function userPart(
  name: string,
  title: string,
  column: string,
  on: readonly number[],
  cicWidth: 2 | 4,
): Protocol {
  const cicOf = (b: Uint8Array, at: number): number =>
    cicWidth === 2 ? u16le(b, at) & 0x0fff : u32le(b, at);
  const HEADER = cicWidth + 1;
  return protocol({
    name,
    title,
    column,
    fields: f,
    on: [[sctpPayloads, ...on]],
    step(p) {
      if (p.end - p.at < HEADER) return p.cut(HEADER);
      p.at = p.end;
      return null;
    },
    emit(p, layer, out) {
      const b = p.bufferOf(layer);
      const start = p.start[layer]!;
      const end = p.stop[layer]!;
      if (end - start < HEADER) return;
      out.add(f.cic, start, cicWidth, cicOf(b, start));
      out.add(f.type, start + cicWidth, 1);
      if (b[start + cicWidth] === IAM) emitInitialAddress(b, start + HEADER, end, out);
      else if (b[start + cicWidth] === REL) emitCause(b, start + HEADER, end, out);
    },
    info(p, layer) {
      const b = p.bufferOf(layer);
      const start = p.start[layer]!;
      if (p.stop[layer]! - start < HEADER) return '';
      const short = types[b[start + cicWidth]!]?.[0] ?? 'Unknown';
      return `${short} (CIC ${cicOf(b, start)}) `;
    },
  });
}

/** Party number (Q.763 §3.9, §3.10): nature of address, numbering plan, digits in semi-octets. */
function addNumber(field: typeof f.called, b: Uint8Array, at: number, length: number, out: Sink): void {
  if (length < 3) return;
  const isOdd = (b[at]! & 0x80) !== 0;
  out.add(field, at + 2, length - 2, digitsOf(b, at + 2, at + length, isOdd));
}

/** Initial address message (Q.763 table 32): five fixed octets, pointers to called number and optional part. */
function emitInitialAddress(b: Uint8Array, at: number, end: number, out: Sink): void {
  if (at + 7 > end) return;
  const called = at + 5 + b[at + 5]!;
  if (called < end) addNumber(f.called, b, called + 1, Math.min(b[called]!, end - called - 1), out);
  const pointer = b[at + 6]!;
  if (pointer === 0) return;
  let option = at + 6 + pointer;
  for (let i = 0; i < 64 && option + 2 <= end && b[option] !== 0; i++) {
    const length = Math.min(b[option + 1]!, end - option - 2);
    if (b[option] === CALLING_NUMBER) addNumber(f.calling, b, option + 2, length, out);
    option += 2 + b[option + 1]!;
  }
}

/** Cause (Q.763 table 33): a pointer to the cause indicators, whose second octet is the cause (Q.850 §2.2). */
function emitCause(b: Uint8Array, at: number, end: number, out: Sink): void {
  if (at >= end) return;
  const cause = at + b[at]!;
  if (cause + 2 < end && b[cause]! >= 2) out.add(f.cause, cause + 2, 1);
}

export const isup = userPart('isup', 'ISDN User Part', 'ISUP(ITU)', [], 2);
export const bicc = userPart('bicc', 'Bearer Independent Call Control', 'BICC(ITU)', [8], 4);
