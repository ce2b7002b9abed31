// 802.11 MAC header: frame type, length, and offsets of the addresses (IEEE Std 802.11-2020 §9.2, §9.3).
import { u16le } from '../../core/bytes.ts';

export const MANAGEMENT = 0;
export const CONTROL = 1;
export const DATA = 2;
export const EXTENSION = 3;

// Bits of the second byte of the frame control field (§9.2.4.1).
export const TO_DS = 0x01;
export const FROM_DS = 0x02;
export const MORE_FRAGMENTS = 0x04;
export const PROTECTED = 0x40;
export const ORDER = 0x80;

/** Subtypes of control frames (§9.3.1). */
const WRAPPER = 0x17;
export const BLOCK_ACK = 0x19;
export const PS_POLL = 0x1a;
export const RTS = 0x1b;
export const CTS = 0x1c;
export const ACK = 0x1d;
export const CF_END = 0x1e;

/** Bits of a data frame's subtype. */
const NO_DATA = 0x4;
const QOS = 0x8;

/** QoS control: the payload is an A-MSDU (§9.2.4.5.9). */
const AMSDU = 0x80;

export interface Frame {
  type: number;
  subtype: number;
  /** Frame type * 16 + subtype. */
  kind: number;
  flags: number;
  /** Length up to the body, without the HT control field and padding. */
  header: number;
  /** Offsets of the addresses in the buffer; -1 if absent. */
  ra: number;
  ta: number;
  da: number;
  sa: number;
  bssid: number;
  sequence: number;
  qos: number;
  isAmsdu: boolean;
  hasBody: boolean;
}

const frame: Frame = {
  type: 0,
  subtype: 0,
  kind: 0,
  flags: 0,
  header: 0,
  ra: -1,
  ta: -1,
  da: -1,
  sa: -1,
  bssid: -1,
  sequence: -1,
  qos: -1,
  isAmsdu: false,
  hasBody: false,
};

/** Reads the header at `start`, of which at least two bytes must be captured. The result is reused by the next call. */
export function readFrame(b: Uint8Array, start: number, stop: number): Frame {
  const f = frame;
  f.type = (b[start]! >> 2) & 3;
  f.subtype = b[start]! >> 4;
  f.kind = f.type * 16 + f.subtype;
  f.flags = b[start + 1]!;
  f.ra = start + 4;
  f.ta = f.da = f.sa = f.bssid = f.sequence = f.qos = -1;
  f.isAmsdu = false;
  f.hasBody = false;
  if (f.type === CONTROL) readControl(f, start);
  else if (f.type === EXTENSION) f.header = 10;
  else readManagementOrData(f, b, start, stop);
  return f;
}

function readControl(f: Frame, start: number): void {
  const second = start + 10;
  f.header = 16;
  switch (f.kind) {
    case CTS:
    case ACK:
      f.header = 10;
      return;
    case WRAPPER:
      f.header = 16;
      return;
    case PS_POLL:
      f.bssid = f.ra;
      f.ra = -1;
      f.ta = second;
      return;
    default:
      f.ta = second;
  }
}

function readManagementOrData(f: Frame, b: Uint8Array, start: number, stop: number): void {
  const second = start + 10;
  const third = start + 16;
  f.header = 24;
  f.ta = second;
  f.sequence = start + 22;
  f.hasBody = f.type === MANAGEMENT || (f.subtype & NO_DATA) === 0;
  const ds = f.type === MANAGEMENT ? 0 : f.flags & (TO_DS | FROM_DS);
  f.da = ds & TO_DS ? third : f.ra;
  f.sa = ds === (TO_DS | FROM_DS) ? start + 24 : ds === FROM_DS ? third : second;
  f.bssid = ds === 0 ? third : ds === TO_DS ? f.ra : ds === FROM_DS ? second : -1;
  if (ds === (TO_DS | FROM_DS)) f.header += 6;
  if (f.type !== DATA || (f.subtype & QOS) === 0) return;
  f.qos = start + f.header;
  f.header += 2;
  f.isAmsdu = f.hasBody && f.qos + 2 <= stop && (u16le(b, f.qos) & AMSDU) !== 0;
}

/**
 * Formats flags as `.p.....TC`: one letter per bit, highest first; `hasFcs` appends the C of a frame check sequence.
 */
export function flagsText(flags: number, hasFcs: boolean): string {
  const letters = 'opmPRMFT';
  let flagText = '';
  for (let bit = 0; bit < 8; bit++) flagText += flags & (0x80 >> bit) ? letters[bit] : '.';
  return hasFcs ? `${flagText}C` : flagText;
}
