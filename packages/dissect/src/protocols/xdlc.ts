// HDLC control field, as used by LLC, Frame Relay and LAPB (ISO/IEC 13239 §5.3, IEEE Std 802.2-1998 §5.2).
import { u16le } from '../core/bytes.ts';

const UNNUMBERED = 3;
/** Modifier bits of unnumbered frames. */
const MODIFIER = 0xec;
const UI = 0x03;
const XID = 0xaf;

/** Length of the control field in extended operation: one byte for unnumbered frames (low bits 11), two for others. */
export function controlWidth(first: number): number {
  return (first & UNNUMBERED) === UNNUMBERED ? 1 : 2;
}

/** Whether the frame carries a packet: an information frame, or unnumbered information without the poll bit. */
export function isInformation(first: number): boolean {
  return (first & 1) === 0 || first === UI;
}

export function isXid(first: number): boolean {
  return (first & 0xef) === XID;
}

export const supervisoryNames: Readonly<Record<number, string>> = {
  0: 'Receiver ready',
  1: 'Receiver not ready',
  2: 'Reject',
  3: 'Selective reject',
};

export const modifierNames: Readonly<Record<number, string>> = {
  0x00: 'Unnumbered Information',
  0x01: 'Set Initialization Mode',
  0x03: 'Set Asynchronous Response Mode',
  0x08: 'Unnumbered Poll',
  0x0b: 'Set Asynchronous Balanced Mode',
  0x10: 'Disconnect',
  0x13: 'Set Asynchronous Response Mode Extended',
  0x18: 'Unnumbered Acknowledge',
  0x1b: 'Set Asynchronous Balanced Mode Extended',
  0x20: 'Set Normal Response Mode',
  0x21: 'Frame reject',
  0x23: 'Reset',
  0x2b: 'Exchange identification',
  0x31: 'Configure',
  0x33: 'Set Normal Response Mode Extended',
  0x38: 'Test',
  0x3b: 'Beacon',
};

/** Names of responses whose bits mean a different command. */
export const modifierNamesOfResponse: Readonly<Record<number, string>> = {
  ...modifierNames,
  0x01: 'Request Initialization Mode',
  0x03: 'Disconnected mode',
  0x10: 'Request Disconnect',
};

const shortNames: Readonly<Record<number, string>> = {
  0x00: 'UI',
  0x04: 'SIM',
  0x0c: 'SARM',
  0x20: 'UP',
  0x2c: 'SABM',
  0x40: 'DISC',
  0x4c: 'SARME',
  0x60: 'UA',
  0x6c: 'SABME',
  0x80: 'SNRM',
  0x84: 'FRMR',
  0x8c: 'RESET',
  0xac: 'XID',
  0xc4: 'CFGR',
  0xcc: 'SNRME',
  0xe0: 'TEST',
  0xec: 'BCN',
};
const shortNamesOfResponse: Readonly<Record<number, string>> = {
  ...shortNames,
  0x04: 'RIM',
  0x0c: 'DM',
  0x40: 'RD',
};
const supervisoryShort = ['RR', 'RNR', 'REJ', 'SREJ'];

/** Formats `U P, func=XID`, `S, func=RR, N(R)=1`, `I, N(R)=2, N(S)=1`; `controlWidth` bytes must be captured. */
export function controlText(b: Uint8Array, at: number, isResponse: boolean): string {
  const first = b[at]!;
  const flag = isResponse ? ' F' : ' P';
  if ((first & UNNUMBERED) === UNNUMBERED) {
    const name = (isResponse ? shortNamesOfResponse : shortNames)[first & MODIFIER] ?? 'Unknown';
    return `U${first & 0x10 ? flag : ''}, func=${name}`;
  }
  const control = u16le(b, at);
  const mark = control & 0x100 ? flag : '';
  const received = control >> 9;
  if (first & 1) return `S${mark}, func=${supervisoryShort[(first >> 2) & 3]}, N(R)=${received}`;
  return `I${mark}, N(R)=${received}, N(S)=${(first >> 1) & 0x7f}`;
}
