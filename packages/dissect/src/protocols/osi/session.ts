// OSI session layer (ISO 8327-1, ITU-T X.225 §8), between COTP and presentation layer in MMS, X.400 and others.
import { u16 } from '../../core/bytes.ts';
import { uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { cotpHeuristics } from '../cotp.ts';
import { thenData } from '../link/head.ts';
import { isPresentation, presentation } from './presentation.ts';

/** SPDU identifiers (X.225 §8.3). 1 is GIVE TOKENS or, after another SPDU, DATA TRANSFER. */
const types: Readonly<Record<number, string>> = {
  1: 'Give tokens PDU',
  2: 'Please tokens PDU',
  5: 'EXPEDITED (EX) SPDU',
  7: 'PREPARE (PR) SPDU',
  8: 'NOT FINISHED (NF) SPDU',
  9: 'FINISH (FN) SPDU',
  10: 'DISCONNECT (DN) SPDU',
  12: 'REFUSE (RF) SPDU',
  13: 'CONNECT (CN) SPDU',
  14: 'ACCEPT (AC) SPDU',
  15: 'CONNECT DATA OVERFLOW (CDO) SPDU',
  16: 'OVERFLOW ACCEPT (OA) SPDU',
  25: 'ABORT (AB) SPDU',
  26: 'ABORT ACCEPT (AA) SPDU',
  29: 'ACTIVITY RESUME (AR) SPDU',
  33: 'TYPED DATA (TD) SPDU',
  34: 'RESYNCHRONIZE ACK (RA) SPDU',
  41: 'MAJOR SYNC POINT (MAP) SPDU',
  42: 'MAJOR SYNC ACK (MAA) SPDU',
  45: 'ACTIVITY START (AS) SPDU',
  49: 'MINOR SYNC POINT (MIP) SPDU',
  50: 'MINOR SYNC ACK (MIA) SPDU',
  53: 'RESYNCHRONIZE (RS) SPDU',
  57: 'ACTIVITY DISCARD (AD) SPDU',
  58: 'ACTIVITY DISCARD ACK (ADA) SPDU',
  61: 'CAPABILITY DATA (CD) SPDU',
  62: 'CAPABILITY DATA ACK (CDA) SPDU',
};
const TOKENS = 1;
const CONNECT = 13;
const ACCEPT = 14;
const ABORT = 25;
/** Parameter with user data (X.225 table 11), and its extended form. */
const USER_DATA = 193;
const EXTENDED_USER_DATA = 194;
/** A length indicator of 255 is followed by a 2-octet length (§8.2.5). */
const LONG = 0xff;
const PARAMETERS_MAX = 64;

const f = {
  type: uint('ses.type', 'SPDU Type').at(0, 1).named(types),
};

/** Whether an SPDU with a plausible length begins here. */
function isSession(p: Packet): boolean {
  const { buf: b, at, end } = p;
  if (end - at < 2 || types[b[at]!] === undefined || isS7(b, at)) return false;
  if (b[at] === TOKENS) return b[at + 1] === 0 && end - at >= 4 && b[at + 2] === TOKENS && b[at + 3] === 0;
  return parametersEnd(b, at) <= end;
}

/** First byte of Siemens S7 messages, here MINOR SYNC ACK; a message type up to 7 follows. */
const S7 = 0x32;
const isS7 = (b: Uint8Array, at: number): boolean => b[at] === S7 && b[at + 1]! <= 7;

const parametersAt = (b: Uint8Array, at: number): number => at + (b[at + 1] === LONG ? 4 : 2);
const parametersEnd = (b: Uint8Array, at: number): number =>
  b[at + 1] === LONG ? at + 4 + u16(b, at + 2) : at + 2 + b[at + 1]!;

/** Range [at, end) of the user data among the parameters, or null. */
function userData(b: Uint8Array, at: number, end: number): readonly [number, number] | null {
  let next = parametersAt(b, at);
  for (let i = 0; i < PARAMETERS_MAX && next + 2 <= end; i++) {
    const content = parametersAt(b, next);
    const stop = Math.min(parametersEnd(b, next), end);
    if (b[next] === USER_DATA || b[next] === EXTENDED_USER_DATA) return [content, stop];
    next = stop > next ? stop : end;
  }
  return null;
}

export const session: Protocol = protocol({
  name: 'ses',
  title: 'ISO 8327-1 OSI Session Protocol',
  column: 'SES',
  fields: f,
  heuristics: [[cotpHeuristics, isSession]],
  step(p) {
    const { buf: b, at: start, end } = p;
    if (end - start < 2) return p.cut(2);
    const type = b[start]!;
    if (type === TOKENS) {
      // §6.3.7: GIVE TOKENS and DATA TRANSFER, both without parameters, are concatenated.
      p.at = Math.min(start + 4, end);
      return p.at < end ? presentation : null;
    }
    const place = userData(b, start, Math.min(parametersEnd(b, start), end));
    p.at = end;
    if (place === null || place[0] >= place[1]) return null;
    p.at = place[0];
    p.end = p.wireEnd = place[1];
    const isKnown = type === CONNECT || type === ACCEPT || type === ABORT || isPresentation(b, p.at, p.end);
    return isKnown && isPresentation(b, p.at, p.end) ? presentation : thenData(p);
  },
  emit(p, layer, out) {
    const start = p.start[layer]!;
    out.fixed(f.type);
    if (p.bufferOf(layer)[start] === TOKENS) out.add(f.type, start + 2, 1);
  },
  info(p, layer) {
    const start = p.start[layer]!;
    const type = p.bufferOf(layer)[start]!;
    if (type === TOKENS) return 'DATA TRANSFER (DT) SPDU';
    return types[type] ?? '';
  },
});
