// The frame of DHCPv6 messages (RFC 8415 §8, §9): where their options start, and which of those hold others.
import { u16 } from '../../core/bytes.ts';

const RELAY_FORWARD = 12;
export const RELAY_REPLY = 13;
export const RELAY_MESSAGE = 9;
/** Type and transaction; a relayed message has a hop count and two addresses instead. */
const HEADER = 4;
const RELAY_HEADER = 34;
/** Type and length of an option. */
export const OPTION_HEADER = 4;
/** Relays in relays and options in options followed; RFC 8415 §7.6 has relays stop at 8. */
export const DEPTH_MAX = 32;

/** Bytes before the options that an option holds (RFC 8415 §21.4 to §21.6, §21.21, §21.22; RFC 5007 §4.1.2). */
const INNER = new Map([
  [3, 12],
  [4, 4],
  [5, 24],
  [25, 12],
  [26, 25],
  [44, 17],
  [45, 0],
]);

const isRelayed = (type: number): boolean => type === RELAY_FORWARD || type === RELAY_REPLY;

export const headerBytes = (type: number): number => (isRelayed(type) ? RELAY_HEADER : HEADER);

/** Bytes before the options in an option of this type, -1: it holds none. */
export const innerHeader = (type: number): number => INNER.get(type) ?? -1;

/** Where the option at `at` ends: 0 where its length says more than is there, which ends the options. */
export function optionEnd(b: Uint8Array, at: number, end: number): number {
  if (at + OPTION_HEADER > end) return 0;
  const stop = at + OPTION_HEADER + u16(b, at + 2);
  return stop > end ? 0 : stop;
}

/** Are the headers of the messages within relayed messages all there? */
export function isWhole(b: Uint8Array, at: number, end: number): boolean {
  for (let depth = 0; depth < DEPTH_MAX; depth++) {
    const type = b[at]!;
    const header = headerBytes(type);
    if (end - at < header) return false;
    if (!isRelayed(type)) return true;
    let inner = at + header;
    let stop = optionEnd(b, inner, end);
    while (stop > 0 && u16(b, inner) !== RELAY_MESSAGE) {
      inner = stop;
      stop = optionEnd(b, inner, end);
    }
    if (stop === 0) return true;
    at = inner + OPTION_HEADER;
    end = stop;
  }
  return false;
}
