// Commands of an SMB1 message: the first and those chained by AndX ([MS-CIFS] §2.2.3.4), each with parameter words and
// data bytes.
import { textEnd, utf16le } from '../../codec/utf16.ts';
import { ascii, u16le, u32le } from '../../core/bytes.ts';
import { printable } from '../../core/printable.ts';

export const HEADER = 32;
export const REPLY = 0x80;
export const UNICODE = 0x8000;
export const NT_STATUS = 0x4000;

export const CLOSE = 0x04;
export const READ = 0x0a;
export const WRITE = 0x0b;
export const LOCKING_ANDX = 0x24;
export const TRANSACTION = 0x25;
export const OPEN_ANDX = 0x2d;
export const READ_ANDX = 0x2e;
export const WRITE_ANDX = 0x2f;
export const TRANSACTION2 = 0x32;
export const NEGOTIATE = 0x72;
export const SESSION_SETUP = 0x73;
export const LOGOFF = 0x74;
export const TREE_CONNECT = 0x75;
export const NT_TRANSACT = 0xa0;
export const NT_CREATE = 0xa2;
const NONE = 0xff;

const CHAIN_MAX = 8;

export interface Part {
  readonly command: number;
  /** Offset and number of the parameter words. */
  readonly words: number;
  readonly wordCount: number;
  /** Bytes [bytes, stop); `stop` is captured. */
  readonly bytes: number;
  readonly stop: number;
}

function isAndX(command: number): boolean {
  switch (command) {
    case LOCKING_ANDX:
    case OPEN_ANDX:
    case READ_ANDX:
    case WRITE_ANDX:
    case SESSION_SETUP:
    case LOGOFF:
    case TREE_CONNECT:
    case NT_CREATE:
      return true;
    default:
      return false;
  }
}

/** Splits the message [start, end) into commands; none if the header is truncated. */
export function partsOf(b: Uint8Array, start: number, end: number): Part[] {
  const parts: Part[] = [];
  let command = b[start + 4]!;
  let at = start + HEADER;
  while (command !== NONE && at < end && parts.length < CHAIN_MAX) {
    const wordCount = b[at]!;
    const words = at + 1;
    const bytes = words + wordCount * 2 + 2;
    const length = bytes <= end ? u16le(b, bytes - 2) : 0;
    // §2.2.4.42.2: the byte count of long reads has only the low 16 bits; the rest of the message belongs to it.
    const isLong = command === READ_ANDX || command === WRITE_ANDX;
    const stop = isLong ? end : Math.min(end, bytes + length);
    parts.push({
      command,
      words,
      wordCount,
      bytes: Math.min(bytes, end),
      stop: Math.max(stop, Math.min(bytes, end)),
    });
    if (!isAndX(command) || wordCount < 2 || words + 4 > end) break;
    command = b[words]!;
    const next = start + u16le(b, words + 2);
    if (next <= at) break;
    at = next;
  }
  return parts;
}

/** Offset in the file of a READ_ANDX or WRITE_ANDX request; its upper half is in the last words, of 12 or 14 (§2.2.4.42.1). */
export function fileOffset(b: Uint8Array, { command, words, wordCount }: Part): number {
  const high = command === READ_ANDX ? 20 : 24;
  return u32le(b, words + 6) + (wordCount * 2 >= high + 4 ? u32le(b, words + high) * 0x1_0000_0000 : 0);
}

export function isReply(b: Uint8Array, start: number): boolean {
  return (b[start + 9]! & REPLY) !== 0;
}

function isUnicode(b: Uint8Array, start: number): boolean {
  return (u16le(b, start + 10) & UNICODE) !== 0;
}

/** Iterates over consecutive strings; those in UTF-16 are aligned relative to the header (§2.2.1.1). */
export class Texts {
  readonly #b: Uint8Array;
  readonly #start: number;
  readonly #end: number;
  readonly #isUnicode: boolean;
  at: number;
  /** Offset of the last string, and its length including the terminating zero. */
  from = 0;
  length = 0;

  constructor(b: Uint8Array, start: number, at: number, end: number, unicode = isUnicode(b, start)) {
    this.#b = b;
    this.#start = start;
    this.#end = end;
    this.#isUnicode = unicode;
    this.at = at;
  }

  next(): string {
    const b = this.#b;
    if (this.#isUnicode) this.at += (this.at - this.#start) & 1;
    this.from = Math.min(this.at, this.#end);
    const width = this.#isUnicode ? 2 : 1;
    const stop = textEnd(b, this.from, this.#end, width);
    this.at = Math.min(this.#end, stop + width);
    this.length = this.at - this.from;
    return printable(this.#isUnicode ? utf16le(b, this.from, stop) : ascii(b, this.from, stop));
  }

  /** For servers that send ASCII despite the Unicode flag. */
  nextAscii(): string {
    const texts = new Texts(this.#b, this.#start, this.at, this.#end, false);
    const text = texts.next();
    this.from = texts.from;
    this.length = texts.length;
    this.at = texts.at;
    return text;
  }
}

/** Sections of a transaction (§2.2.4.33, §2.2.4.46, §2.2.4.62): set-up words, parameters, data. */
export interface Sections {
  readonly setup: number;
  readonly setupCount: number;
  readonly parameters: number;
  readonly parameterCount: number;
  readonly data: number;
  readonly dataCount: number;
  /** Function of NT_TRANSACT, else 0. */
  readonly function: number;
}

export function sectionsOf(b: Uint8Array, start: number, part: Part, reply: boolean): Sections | null {
  const { words, wordCount } = part;
  if (words + wordCount * 2 > part.stop) return null;
  const isNt = part.command === NT_TRANSACT;
  if (isNt) {
    if (wordCount < (reply ? 18 : 19)) return null;
    const at = words + (reply ? 11 : 19);
    return {
      parameterCount: u16le(b, at),
      parameters: start + u16le(b, at + 4),
      dataCount: u16le(b, at + (reply ? 12 : 8)),
      data: start + u16le(b, at + (reply ? 16 : 12)),
      setupCount: b[words + 35]!,
      setup: words + (reply ? 36 : 38),
      function: reply ? 0 : u16le(b, words + 36),
    };
  }
  if (wordCount < (reply ? 10 : 14)) return null;
  const at = words + (reply ? 6 : 18);
  return {
    parameterCount: u16le(b, at),
    parameters: start + u16le(b, at + 2),
    dataCount: u16le(b, at + (reply ? 6 : 4)),
    data: start + u16le(b, at + (reply ? 8 : 6)),
    setupCount: b[words + (reply ? 18 : 26)]!,
    setup: words + (reply ? 20 : 28),
    function: 0,
  };
}

const IOCTL = 2;
const SET_SECURITY = 3;
const NOTIFY = 4;
const QUERY_SECURITY = 6;

/** FID of an NT transaction (§2.2.7), in its set-up words or parameters; -1: none. */
export function ntFileOf(b: Uint8Array, part: Part, sections: Sections): number {
  const { function: number, setup, setupCount, parameters, parameterCount } = sections;
  if ((number === IOCTL || number === NOTIFY) && setupCount >= 4) return u16le(b, setup + 4);
  const hasParameter = parameterCount >= 2 && parameters + 2 <= part.stop;
  return (number === SET_SECURITY || number === QUERY_SECURITY) && hasParameter ? u16le(b, parameters) : -1;
}
