// Names of control requests: standard (USB 2.0 §9.4) and class-specific.
import type { Request } from './devices.ts';

const standard: Readonly<Record<number, string>> = {
  0: 'GET STATUS',
  1: 'CLEAR FEATURE',
  3: 'SET FEATURE',
  5: 'SET ADDRESS',
  6: 'GET DESCRIPTOR',
  7: 'SET DESCRIPTOR',
  8: 'GET CONFIGURATION',
  9: 'SET CONFIGURATION',
  10: 'GET INTERFACE',
  11: 'SET INTERFACE',
  12: 'SYNCH FRAME',
};
const GET_DESCRIPTOR = 6;
const descriptors: Readonly<Record<number, string>> = {
  1: 'DEVICE',
  2: 'CONFIGURATION',
  3: 'STRING',
  4: 'INTERFACE',
  5: 'ENDPOINT',
  6: 'DEVICE QUALIFIER',
  15: 'BOS',
  33: 'HID',
  34: 'HID Report',
};
/** Class-specific requests: HID 1.11 §7.2, hubs USB 2.0 §11.24.2, mass storage, CDC 1.2 §6.3, printers 1.1 §4.2. */
export const hidRequests: Readonly<Record<number, string>> = {
  1: 'GET_REPORT',
  2: 'GET_IDLE',
  3: 'GET_PROTOCOL',
  9: 'SET_REPORT',
  10: 'SET_IDLE',
  11: 'SET_PROTOCOL',
};
export const hubRequests: Readonly<Record<number, string>> = {
  0: 'GET_STATUS',
  1: 'CLEAR_FEATURE',
  3: 'SET_FEATURE',
  6: 'GET_DESCRIPTOR',
  7: 'SET_DESCRIPTOR',
  8: 'CLEAR_TT_BUFFER',
  9: 'RESET_TT',
  10: 'GET_TT_STATE',
  11: 'STOP_TT',
};
export const storageRequests: Readonly<Record<number, string>> = {
  0xfe: 'GET MAX LUN',
  0xff: 'BULK ONLY RESET',
};
export const communicationRequests: Readonly<Record<number, string>> = {
  0x00: 'SEND ENCAPSULATED COMMAND',
  0x01: 'GET ENCAPSULATED RESPONSE',
  0x20: 'SET LINE CODING',
  0x21: 'GET LINE CODING',
  0x22: 'SET CONTROL LINE STATE',
  0x23: 'SEND BREAK',
};
export const printerRequests: Readonly<Record<number, string>> = {
  0: 'GET_DEVICE_ID',
  1: 'GET_PORT_STATUS',
  2: 'SOFT_RESET',
};

const KIND = 0x60;
export const CLASS = 0x20;
export const kindOf = (r: Request): number => r.type & KIND;
export const isDescriptorRequest = (r: Request): boolean => kindOf(r) === 0 && r.request === GET_DESCRIPTOR;
export const descriptorType = (r: Request): number => r.value >> 8;

/** Info text of a standard request; null if the request is not a standard one. */
export function standardText(r: Request, isSubmit: boolean): string | null {
  const name = kindOf(r) === 0 ? standard[r.request] : undefined;
  if (name === undefined) return null;
  const summary = `${name} ${isSubmit ? 'Request' : 'Response'}`;
  return r.request === GET_DESCRIPTOR
    ? `${summary} ${descriptors[descriptorType(r)] ?? ''}`.trimEnd()
    : summary;
}
