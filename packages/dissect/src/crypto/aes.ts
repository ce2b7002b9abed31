// AES with 128- and 256-bit keys, forward direction (FIPS 197), which counter modes and header protection need.
// The inverse direction is in aes-cbc.ts.

export const AES_BLOCK_BYTES = 16;

/** The S-box (FIPS 197 §5.1.1), computed from inverses in GF(2^8). */
export const SBOX = new Uint8Array(256);
/** SubBytes and MixColumns of one byte as a word; the other three tables are rotations of this one. */
const TABLE = new Int32Array(256);

/** Multiplication by x in GF(2^8), FIPS 197 §4.2.1. */
export const double = (x: number): number => ((x << 1) ^ (x & 0x80 ? 0x11b : 0)) & 0xff;

function build(): void {
  // The powers of the generator 3 are all non-zero elements, so logarithms yield inverses.
  const power = new Uint8Array(256);
  const log = new Uint8Array(256);
  for (let i = 0, x = 1; i < 255; i++) {
    power[i] = x;
    log[x] = i;
    x ^= double(x);
  }
  for (let i = 0; i < 256; i++) {
    const inverse = i === 0 ? 0 : power[(255 - log[i]!) % 255]!;
    let s = inverse | (inverse << 8);
    s = (s ^ (s >> 4) ^ (s >> 5) ^ (s >> 6) ^ (s >> 7) ^ 0x63) & 0xff;
    SBOX[i] = s;
    TABLE[i] = (double(s) << 24) | (s << 16) | (s << 8) | (double(s) ^ s);
  }
}
build();

function substituted(word: number): number {
  return (
    (SBOX[word >>> 24]! << 24) |
    (SBOX[(word >>> 16) & 255]! << 16) |
    (SBOX[(word >>> 8) & 255]! << 8) |
    SBOX[word & 255]!
  );
}

/** One column of a round: FIPS 197 §5.1.1 to §5.1.4. */
function column(a: number, b: number, c: number, d: number, key: number): number {
  const tb = TABLE[(b >>> 16) & 255]!;
  const tc = TABLE[(c >>> 8) & 255]!;
  const td = TABLE[d & 255]!;
  return (
    TABLE[a >>> 24]! ^
    ((tb >>> 8) | (tb << 24)) ^
    ((tc >>> 16) | (tc << 16)) ^
    ((td >>> 24) | (td << 8)) ^
    key
  );
}

function lastColumn(a: number, b: number, c: number, d: number, key: number): number {
  return (
    ((SBOX[a >>> 24]! << 24) |
      (SBOX[(b >>> 16) & 255]! << 16) |
      (SBOX[(c >>> 8) & 255]! << 8) |
      SBOX[d & 255]!) ^
    key
  );
}

/** The key schedule: four words for the initial round key and each round (FIPS 197 §5.2), from 16 or 32 bytes. */
export function expanded(key: Uint8Array): Int32Array {
  const size = key.length / 4;
  const keys = new Int32Array(4 * (size + 7));
  const view = new DataView(key.buffer, key.byteOffset, key.length);
  for (let i = 0; i < size; i++) keys[i] = view.getInt32(i * 4);
  for (let i = size, constant = 1; i < keys.length; i++) {
    let word = keys[i - 1]!;
    if (i % size === 0) {
      word = substituted((word << 8) | (word >>> 24)) ^ (constant << 24);
      constant = double(constant);
    } else if (size > 6 && i % size === 4) word = substituted(word);
    keys[i] = keys[i - size]! ^ word;
  }
  return keys;
}

export class Aes {
  readonly #keys: Int32Array;
  readonly #rounds: number;

  constructor(key: Uint8Array) {
    this.#keys = expanded(key);
    this.#rounds = this.#keys.length / 4 - 1;
  }

  /** Encrypts the 16 bytes at `at` of `from` into the first 16 bytes of `to`. */
  encrypt(from: Uint8Array, at: number, to: Uint8Array): void {
    const keys = this.#keys;
    const view = new DataView(from.buffer, from.byteOffset + at, AES_BLOCK_BYTES);
    let a = view.getInt32(0) ^ keys[0]!;
    let b = view.getInt32(4) ^ keys[1]!;
    let c = view.getInt32(8) ^ keys[2]!;
    let d = view.getInt32(12) ^ keys[3]!;
    let k = 4;
    for (let round = 1; round < this.#rounds; round++, k += 4) {
      const a2 = column(a, b, c, d, keys[k]!);
      const b2 = column(b, c, d, a, keys[k + 1]!);
      const c2 = column(c, d, a, b, keys[k + 2]!);
      d = column(d, a, b, c, keys[k + 3]!);
      a = a2;
      b = b2;
      c = c2;
    }
    const out = new DataView(to.buffer, to.byteOffset, AES_BLOCK_BYTES);
    out.setInt32(0, lastColumn(a, b, c, d, keys[k]!));
    out.setInt32(4, lastColumn(b, c, d, a, keys[k + 1]!));
    out.setInt32(8, lastColumn(c, d, a, b, keys[k + 2]!));
    out.setInt32(12, lastColumn(d, a, b, c, keys[k + 3]!));
  }
}
