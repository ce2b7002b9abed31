// Comparison of two values of a filter.
import { type Constant, isPrefix, utf8Bytes } from './literal.ts';

/** Negative, 0 or positive; NaN if the two have no order. */
export function compare(x: Constant, y: Constant): number {
  if (isPrefix(y)) return comparePrefix(x, y.bytes, y.bits);
  if (isPrefix(x)) return -comparePrefix(y, x.bytes, x.bits);
  if (x instanceof Uint8Array || y instanceof Uint8Array) return compareBytes(asBytes(x), asBytes(y));
  if (typeof x === 'string' || typeof y === 'string')
    return String(x) < String(y) ? -1 : String(x) > String(y) ? 1 : 0;
  return order(asNumber(x), asNumber(y));
}

export function holds(operator: '==' | '!=' | '<' | '<=' | '>' | '>=', x: Constant, y: Constant): boolean {
  const order = compare(x, y);
  switch (operator) {
    case '==':
      return order === 0;
    case '!=':
      return order !== 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}

/** `contains`: text within text, bytes within bytes. */
export function holdsBytes(x: Constant, y: Constant): boolean {
  if (typeof x === 'string' && typeof y === 'string') return x.includes(y);
  const hay = asBytes(x);
  const needle = asBytes(y);
  if (needle.length === 0) return true;
  for (let at = hay.indexOf(needle[0]!); at >= 0; at = hay.indexOf(needle[0]!, at + 1)) {
    if (at + needle.length > hay.length) return false;
    let k = 1;
    while (k < needle.length && hay[at + k] === needle[k]) k++;
    if (k === needle.length) return true;
  }
  return false;
}

/** JavaScript compares numbers and bigints by value; NaN has no order. */
function order(x: number | bigint, y: number | bigint): number {
  if (x < y) return -1;
  if (x > y) return 1;
  // biome-ignore lint/suspicious/noDoubleEquals: 1n == 1 is the point.
  return x == y ? 0 : Number.NaN;
}

function asNumber(value: Constant): number | bigint {
  return typeof value === 'boolean' ? Number(value) : (value as number | bigint);
}

function comparePrefix(x: Constant, bytes: Uint8Array, bits: number): number {
  if (!(x instanceof Uint8Array) || x.length !== bytes.length) return Number.NaN;
  for (let i = 0, left = bits; left > 0; i++, left -= 8) {
    const mask = left >= 8 ? 0xff : (0xff << (8 - left)) & 0xff;
    const difference = (x[i]! & mask) - (bytes[i]! & mask);
    if (difference !== 0) return difference;
  }
  return 0;
}

function compareBytes(x: Uint8Array, y: Uint8Array): number {
  const length = Math.min(x.length, y.length);
  for (let i = 0; i < length; i++) if (x[i] !== y[i]) return x[i]! - y[i]!;
  return x.length - y.length;
}

function asBytes(value: Constant): Uint8Array {
  if (value instanceof Uint8Array) return value;
  return utf8Bytes(String(value));
}
