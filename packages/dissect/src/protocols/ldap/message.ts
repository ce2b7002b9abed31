// LDAPMessage (RFC 4511 §4.1.1): envelope and operation.
import { BerItem, berInteger, SEQUENCE } from '../../codec/ber.ts';
import { utf8 } from '../../core/bytes.ts';

export const BIND_REQUEST = 0;
export const BIND_RESPONSE = 1;
export const SEARCH_REQUEST = 3;
export const SEARCH_ENTRY = 4;
export const SEARCH_DONE = 5;
export const MODIFY_REQUEST = 6;
export const ADD_REQUEST = 8;
export const DELETE_REQUEST = 10;
export const RENAME_REQUEST = 12;
export const COMPARE_REQUEST = 14;
export const ABANDON_REQUEST = 16;
export const SEARCH_REFERENCE = 19;
export const EXTENDED_REQUEST = 23;
export const EXTENDED_RESPONSE = 24;
export const INTERMEDIATE_RESPONSE = 25;

const REQUESTS = new Set([
  BIND_REQUEST,
  SEARCH_REQUEST,
  MODIFY_REQUEST,
  ADD_REQUEST,
  DELETE_REQUEST,
  RENAME_REQUEST,
  COMPARE_REQUEST,
  EXTENDED_REQUEST,
]);

/** Whether the request has a response. */
export function isAnswered(operation: number): boolean {
  return REQUESTS.has(operation);
}

export function isResponse(operation: number): boolean {
  return !REQUESTS.has(operation) && operation !== 2 && operation !== ABANDON_REQUEST;
}

const outer = new BerItem();
const id = new BerItem();

/** Parser of a message's envelope; one object is reused. */
export class Message {
  id = 0;
  /** Tag number of the operation, and range of its contents. */
  operation = -1;
  readonly body = new BerItem();
  /** Controls are in [controls, stop). */
  controls = 0;
  stop = 0;
  /** Offset of the next message. */
  next = 0;

  read(b: Uint8Array, at: number, end: number): boolean {
    if (!outer.read(b, at, end) || outer.id !== SEQUENCE || !id.read(b, outer.content, outer.stop))
      return false;
    this.id = Number(berInteger(b, id.content, id.stop));
    this.next = outer.next;
    this.stop = outer.stop;
    if (!this.body.read(b, id.next, outer.stop) || (this.body.id & 0xc0) !== 0x40) return false;
    this.operation = this.body.tag;
    this.controls = Math.min(this.body.next, outer.stop);
    return true;
  }
}

/** A value as text. */
export function textOf(b: Uint8Array, item: BerItem): string {
  return utf8(b, item.content, item.stop);
}

/** Iterates over the elements of [at, end), each read into `item`. */
export function* elements(b: Uint8Array, at: number, end: number): Generator<BerItem> {
  const item = new BerItem();
  while (item.read(b, at, end)) {
    at = item.next;
    yield item;
  }
}
