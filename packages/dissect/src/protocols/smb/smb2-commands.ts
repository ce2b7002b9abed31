// SMB2 constants that dissection depends on ([MS-SMB2] §2.2.1).
import { u16le } from '../../core/bytes.ts';

export const NEGOTIATE = 0;
export const SESSION_SETUP = 1;
export const LOGOFF = 2;
export const TREE_CONNECT = 3;
export const TREE_DISCONNECT = 4;
export const CREATE = 5;
export const CLOSE = 6;
export const FLUSH = 7;
export const READ = 8;
export const WRITE = 9;
export const LOCK = 10;
export const IOCTL = 11;
export const CANCEL = 12;
export const ECHO = 13;
export const FIND = 14;
export const NOTIFY = 15;
export const GET_INFO = 16;
export const SET_INFO = 17;
export const BREAK = 18;

/** Flags of the header. */
export const RESPONSE = 0x01;
export const ASYNC = 0x02;

export const HEADER = 64;
/** STATUS_PENDING: an interim reply; the final one follows later. */
export const STATUS_PENDING = 0x103;

const MORE_PROCESSING_REQUIRED = 0xc0000016;
const BUFFER_OVERFLOW = 0x80000005;
const NOTIFY_ENUM_DIR = 0x10c;

/**
 * Whether the body is an error response (§2.2.2), with StructureSize 9; some commands reply in full despite an error
 * status.
 */
export function isError(b: Uint8Array, body: number, command: number, status: number): boolean {
  if (status === 0 || u16le(b, body) !== 9) return false;
  if (command === SESSION_SETUP) return status !== MORE_PROCESSING_REQUIRED;
  if (command === GET_INFO || command === NOTIFY)
    return status !== BUFFER_OVERFLOW && status !== NOTIFY_ENUM_DIR;
  return true;
}
