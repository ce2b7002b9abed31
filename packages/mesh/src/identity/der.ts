// The subset of DER (X.690 §10) that certificates and certificate requests need.

export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  oid: 0x06,
  utf8: 0x0c,
  printable: 0x13,
  utcTime: 0x17,
  time: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** The tag of a constructed, context-specific field: [0], [1] … (X.690 §8.1.2). */
export const numbered = (number: number): number => 0xa0 | number;

export class DerError extends Error {}

export function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([Buffer.of(tag, ...lengthOf(length)), ...parts]);
}

/** The length in the minimal number of bytes (§10.1); lengths up to 65,535. */
function lengthOf(length: number): number[] {
  if (length < 0x80) return [length];
  return length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
}

export const sequence = (...parts: readonly Uint8Array[]): Buffer => der(tags.sequence, ...parts);

/** A non-negative integer from its big-endian bytes. */
export function integer(...bytes: readonly number[]): Buffer {
  return der(tags.integer, Buffer.from(bytes[0]! >= 0x80 ? [0, ...bytes] : bytes));
}

/** From dotted decimals (X.690 §8.19). */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return der(tags.oid, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

function base128(value: number): number[] {
  const digits = [value & 0x7f];
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) digits.unshift((rest & 0x7f) | 0x80);
  return digits;
}

/** A BIT STRING without unused bits. */
export const bits = (bytes: Uint8Array): Buffer => der(tags.bits, Buffer.of(0), bytes);

/** A named bit list: bit 0 is the most significant, and trailing zero bits are removed (§11.2.2). */
export function flags(...set: readonly number[]): Buffer {
  const last = Math.max(...set);
  const bytes = Buffer.alloc((last >> 3) + 1);
  for (const each of set) bytes[each >> 3]! |= 0x80 >> (each & 7);
  return der(tags.bits, Buffer.of(7 - (last & 7)), bytes);
}

/** UTCTime up to 2049, GeneralizedTime from then on (RFC 5280 §4.1.2.5). */
export function time(ms: number): Buffer {
  const date = new Date(ms);
  const digits = date.toISOString().replace(/[-:T]|\.\d+/g, '');
  const isShort = date.getUTCFullYear() < 2050;
  return der(isShort ? tags.utcTime : tags.time, Buffer.from(isShort ? digits.slice(2) : digits));
}

export interface Element {
  tag: number;
  /** Without tag and length; `whole` includes both. */
  content: Buffer;
  whole: Buffer;
}

/** Reads elements in order. All methods throw DerError if the encoding is invalid. */
export class DerReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** Returns the next element, whose tag must be one of `allowed`. */
  take(...allowed: readonly number[]): Element {
    const begin = this.#at;
    const head = this.#bytes.subarray(begin);
    const [tag = 0, first = 0x80] = head;
    if (!allowed.includes(tag)) throw new DerError(`tag ${tag} where ${allowed.join(' or ')} is expected`);
    const longer = first < 0x80 ? 0 : first & 0x7f;
    if (first >= 0x80 && (longer < 1 || longer > 2)) throw new DerError('unsupported form of length');
    if (head.length < 2 + longer) throw new DerError('it ends early');
    const length = longer === 0 ? first : head.readUIntBE(2, longer);
    const end = begin + 2 + longer + length;
    if (end > this.#bytes.length) throw new DerError('it ends early');
    this.#at = end;
    return {
      tag,
      content: this.#bytes.subarray(end - length, end),
      whole: this.#bytes.subarray(begin, end),
    };
  }

  /** Returns a reader of the next element's content. */
  enter(tag: number): DerReader {
    return new DerReader(this.take(tag).content);
  }

  /** @throws DerError if there are trailing bytes */
  end(): void {
    if (!this.isAtEnd) throw new DerError('trailing bytes');
  }
}
