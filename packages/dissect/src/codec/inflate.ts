// Inflate: raw DEFLATE (RFC 1951), gzip (RFC 1952) or zlib (RFC 1950). Bounded; after damaged or truncated input, the
// output decoded so far is returned, since a body with a missing tail is still useful.

export interface Inflated {
  readonly bytes: Uint8Array;
  /** False if the input was truncated or damaged, or the limit was reached. */
  readonly isComplete: boolean;
}

/** Default limit of the output in bytes, against decompression bombs. */
export const INFLATE_BYTES_MAX = 8 << 20;

const NOTHING = new Uint8Array(0);

/** Decompresses [start, end) of `source`; null if there is no output. Checksums are not verified. */
export function inflate(
  source: Uint8Array,
  start: number,
  end: number,
  limit: number = INFLATE_BYTES_MAX,
): Inflated | null {
  const body = skipWrapping(source, start, end);
  if (body < 0) return null;
  const reader = new Inflater(source, body, end, limit, NOTHING);
  const isComplete = reader.run();
  return reader.length === 0 && !isComplete
    ? null
    : { bytes: reader.out.subarray(0, reader.length), isComplete };
}

/**
 * As `inflate`, for raw DEFLATE data that continue an earlier stream: `dictionary` is the last 32 KiB of its output.
 * Incomplete if the data end without a final block, as those of RFC 7692 do.
 */
export function inflateWithWindow(
  source: Uint8Array,
  dictionary: Uint8Array,
  limit: number = INFLATE_BYTES_MAX,
): Uint8Array {
  const reader = new Inflater(source, 0, source.length, limit + dictionary.length, dictionary);
  reader.run();
  return reader.out.subarray(dictionary.length, reader.length);
}

const FHCRC = 2;
const FEXTRA = 4;
const FNAME = 8;
const FCOMMENT = 16;

/** Where the DEFLATE stream begins. */
function skipWrapping(b: Uint8Array, start: number, end: number): number {
  if (end - start < 2) return -1;
  if (b[start] === 0x1f && b[start + 1] === 0x8b) return skipGzipHeader(b, start, end);
  // RFC 1950 §2.2: method 8, a window of at most 32 KiB, and the first two bytes a multiple of 31.
  const isZlib =
    (b[start]! & 0x0f) === 8 && b[start]! >> 4 <= 7 && ((b[start]! << 8) | b[start + 1]!) % 31 === 0;
  return isZlib ? start + 2 : start;
}

/** RFC 1952 §2.3. */
function skipGzipHeader(b: Uint8Array, start: number, end: number): number {
  if (end - start < 10 || b[start + 2] !== 8) return -1;
  const flags = b[start + 3]!;
  let at = start + 10;
  if (flags & FEXTRA) at += 2 + (b[at]! | (b[at + 1]! << 8));
  for (const part of [FNAME, FCOMMENT]) {
    if ((flags & part) === 0) continue;
    const zero = b.indexOf(0, at);
    if (zero < 0 || zero >= end) return -1;
    at = zero + 1;
  }
  if (flags & FHCRC) at += 2;
  return at < end ? at : -1;
}

const LENGTH_BASE = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195,
  227, 258,
];
const LENGTH_EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const DISTANCE_BASE = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097,
  6145, 8193, 12289, 16385, 24577,
];
const DISTANCE_EXTRA = [
  0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
];
/** RFC 1951 §3.2.7: the order in which the lengths of the code length codes are stored. */
const CODE_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

const CODE_BITS_MAX = 15;
/** Bits decoded by one table look-up; longer codes are decoded bit by bit. */
const FAST_BITS = 9;

/** A canonical Huffman code (RFC 1951 §3.2.2). */
class Code {
  /** By the next FAST_BITS bits: symbol * 16 + code length; 0 if the code is longer or unused. */
  readonly fast = new Uint16Array(1 << FAST_BITS);
  /** The number of codes of each length, and the symbols ordered by code. */
  readonly counts = new Uint16Array(CODE_BITS_MAX + 1);
  readonly symbols = new Uint16Array(288);
  readonly #next = new Uint16Array(CODE_BITS_MAX + 2);

  /** False if the code lengths are oversubscribed. */
  build(lengths: Uint8Array, from: number, count: number): boolean {
    const { counts, fast, symbols } = this;
    counts.fill(0);
    fast.fill(0);
    for (let i = 0; i < count; i++) counts[lengths[from + i]!]!++;
    counts[0] = 0;
    let free = 1;
    const offsets = this.#next;
    offsets[1] = 0;
    for (let bits = 1; bits <= CODE_BITS_MAX; bits++) {
      free = free * 2 - counts[bits]!;
      if (free < 0) return false;
      offsets[bits + 1] = offsets[bits]! + counts[bits]!;
    }
    for (let i = 0; i < count; i++) {
      const bits = lengths[from + i]!;
      if (bits !== 0) symbols[offsets[bits]!++] = i;
    }
    let code = 0;
    let index = 0;
    for (let bits = 1; bits <= FAST_BITS; bits++) {
      for (let k = 0; k < counts[bits]!; k++, code++, index++) {
        const entry = symbols[index]! * 16 + bits;
        for (let i = reversed(code, bits); i < fast.length; i += 1 << bits) fast[i] = entry;
      }
      code <<= 1;
    }
    return true;
  }
}

/** Huffman codes are packed from their most significant bit on, everything else from the least (RFC 1951 §3.1.1). */
function reversed(code: number, bits: number): number {
  let result = 0;
  for (let i = 0; i < bits; i++) result |= ((code >> i) & 1) << (bits - 1 - i);
  return result;
}

const literals = new Code();
const distances = new Code();
const lengths = new Uint8Array(320);

class Inflater {
  readonly #b: Uint8Array;
  readonly #end: number;
  readonly #limit: number;
  #at: number;
  #bits = 0;
  #bitCount = 0;
  out: Uint8Array;
  length = 0;

  constructor(b: Uint8Array, start: number, end: number, limit: number, dictionary: Uint8Array) {
    this.#b = b;
    this.#at = start;
    this.#end = end;
    this.#limit = limit;
    this.out = new Uint8Array(Math.min(limit, dictionary.length + Math.max(1024, (end - start) * 4)));
    this.out.set(dictionary);
    this.length = dictionary.length;
  }

  /** Decodes blocks up to the final one; false if the input is damaged or truncated, or the output is full. */
  run(): boolean {
    for (;;) {
      const header = this.#take(3);
      if (header < 0) return false;
      const type = header >> 1;
      if (type === 0 ? !this.#stored() : type === 3 || !this.#compressed(type)) return false;
      if (header & 1) return true;
    }
  }

  /** The next `count` bits, at most 16; -1 at the end of the input. */
  #take(count: number): number {
    while (this.#bitCount < count) {
      if (this.#at >= this.#end) return -1;
      this.#bits |= this.#b[this.#at++]! << this.#bitCount;
      this.#bitCount += 8;
    }
    const value = this.#bits & ((1 << count) - 1);
    this.#bits >>>= count;
    this.#bitCount -= count;
    return value;
  }

  /** The next symbol of a code; -1 if there is none. */
  #symbol(code: Code): number {
    while (this.#bitCount < CODE_BITS_MAX && this.#at < this.#end) {
      this.#bits |= this.#b[this.#at++]! << this.#bitCount;
      this.#bitCount += 8;
    }
    const entry = code.fast[this.#bits & ((1 << FAST_BITS) - 1)]!;
    if (entry !== 0) {
      const bits = entry & 15;
      if (bits > this.#bitCount) return -1;
      this.#bits >>>= bits;
      this.#bitCount -= bits;
      return entry >> 4;
    }
    let value = 0;
    let first = 0;
    let index = 0;
    for (let bits = 1; bits <= CODE_BITS_MAX; bits++) {
      if (bits > this.#bitCount) return -1;
      value |= (this.#bits >>> (bits - 1)) & 1;
      const count = code.counts[bits]!;
      if (value - count < first) {
        this.#bits >>>= bits;
        this.#bitCount -= bits;
        return code.symbols[index + value - first]!;
      }
      index += count;
      first = (first + count) << 1;
      value <<= 1;
    }
    return -1;
  }

  /** Ensures room for `more` bytes; false at the limit. */
  #room(more: number): boolean {
    const needed = this.length + more;
    if (needed <= this.out.length) return true;
    if (needed > this.#limit) return false;
    const larger = new Uint8Array(Math.min(this.#limit, Math.max(needed, this.out.length * 2)));
    larger.set(this.out.subarray(0, this.length));
    this.out = larger;
    return true;
  }

  /** Stored block, RFC 1951 §3.2.4. */
  #stored(): boolean {
    this.#at -= this.#bitCount >> 3;
    this.#bits = this.#bitCount = 0;
    if (this.#end - this.#at < 4) return false;
    const b = this.#b;
    const at = this.#at + 4;
    const claimed = b[at - 4]! | (b[at - 3]! << 8);
    if ((claimed ^ 0xffff) !== (b[at - 2]! | (b[at - 1]! << 8))) return false;
    const length = Math.min(claimed, this.#end - at, this.#limit - this.length);
    this.#room(length);
    this.out.set(b.subarray(at, at + length), this.length);
    this.length += length;
    this.#at = at + length;
    return length === claimed;
  }

  #compressed(type: number): boolean {
    if (type === 1 ? !this.#fixedCodes() : !this.#dynamicCodes()) return false;
    for (;;) {
      const symbol = this.#symbol(literals);
      if (symbol < 256) {
        if (symbol < 0 || !this.#room(1)) return false;
        this.out[this.length++] = symbol;
      } else if (symbol === 256) return true;
      else if (!this.#copy(symbol - 257)) return false;
    }
  }

  /** Copies a match from earlier output (RFC 1951 §3.2.5). */
  #copy(lengthSymbol: number): boolean {
    if (lengthSymbol >= LENGTH_BASE.length) return false;
    const extra = this.#take(LENGTH_EXTRA[lengthSymbol]!);
    const distanceSymbol = this.#symbol(distances);
    if (extra < 0 || distanceSymbol < 0 || distanceSymbol >= DISTANCE_BASE.length) return false;
    const more = this.#take(DISTANCE_EXTRA[distanceSymbol]!);
    if (more < 0) return false;
    const length = LENGTH_BASE[lengthSymbol]! + extra;
    const distance = DISTANCE_BASE[distanceSymbol]! + more;
    if (distance > this.length || !this.#room(length)) return false;
    const { out } = this;
    let to = this.length;
    for (let from = to - distance, stop = to + length; to < stop; ) out[to++] = out[from++]!;
    this.length = to;
    return true;
  }

  /** Block with fixed Huffman codes, RFC 1951 §3.2.6. */
  #fixedCodes(): boolean {
    lengths.fill(8, 0, 144);
    lengths.fill(9, 144, 256);
    lengths.fill(7, 256, 280);
    lengths.fill(8, 280, 288);
    literals.build(lengths, 0, 288);
    lengths.fill(5, 0, 30);
    return distances.build(lengths, 0, 30);
  }

  /** Block with dynamic Huffman codes, RFC 1951 §3.2.7. */
  #dynamicCodes(): boolean {
    const counts = this.#take(14);
    if (counts < 0) return false;
    const literalCount = (counts & 31) + 257;
    const distanceCount = ((counts >> 5) & 31) + 1;
    if (literalCount > 286) return false;
    lengths.fill(0, 0, 19);
    for (let i = 0; i < (counts >> 10) + 4; i++) lengths[CODE_ORDER[i]!] = Math.max(0, this.#take(3));
    if (!literals.build(lengths, 0, 19)) return false;
    const total = literalCount + distanceCount;
    for (let i = 0; i < total; ) {
      const symbol = this.#symbol(literals);
      if (symbol < 0) return false;
      if (symbol < 16) {
        lengths[i++] = symbol;
        continue;
      }
      if (symbol === 16 && i === 0) return false;
      const value = symbol === 16 ? lengths[i - 1]! : 0;
      const repeat =
        symbol === 16 ? 3 + this.#take(2) : symbol === 17 ? 3 + this.#take(3) : 11 + this.#take(7);
      if (i + repeat > total) return false;
      lengths.fill(value, i, i + repeat);
      i += repeat;
    }
    return literals.build(lengths, 0, literalCount) && distances.build(lengths, literalCount, distanceCount);
  }
}
