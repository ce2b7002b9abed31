// AES decryption in cipher block chaining mode (FIPS 197 §5.3, NIST SP 800-38A §6.2) by the equivalent inverse cipher,
// which has the structure of the forward cipher with other tables and keys.
import { AES_BLOCK_BYTES, double, expanded, SBOX } from './aes.ts';

/** The inverse S-box (FIPS 197 §5.3.2), and its bytes after InvMixColumns as words. Created on first use. */
interface Tables {
  readonly box: Uint8Array;
  readonly mixed: Int32Array;
}
let made: Tables | null = null;

function tables(): Tables {
  if (made !== null) return made;
  const box = new Uint8Array(256);
  const mixed = new Int32Array(256);
  for (let i = 0; i < 256; i++) box[SBOX[i]!] = i;
  for (let i = 0; i < 256; i++) mixed[i] = multiplied(box[i]!);
  made = { box, mixed };
  return made;
}

/** A byte multiplied by 14, 9, 13 and 11 in GF(2^8): FIPS 197 §5.3.3. */
function multiplied(x: number): number {
  const x2 = double(x);
  const x4 = double(x2);
  const x8 = double(x4);
  return ((x8 ^ x4 ^ x2) << 24) | ((x8 ^ x) << 16) | ((x8 ^ x4 ^ x) << 8) | (x8 ^ x2 ^ x);
}

function turned(word: number, bits: number): number {
  return bits === 0 ? word : (word >>> bits) | (word << (32 - bits));
}

export class AesCbc {
  /** FIPS 197 §5.3.5: the round keys in reverse order, with InvMixColumns applied to all but the first and last. */
  readonly #keys: Int32Array;

  /** @param key 16 or 32 bytes */
  constructor(key: Uint8Array) {
    const forward = expanded(key);
    const last = forward.length - 4;
    const { mixed } = tables();
    this.#keys = forward.map((_, i) => {
      const word = forward[last - (i & ~3) + (i & 3)]!;
      if (i < 4 || i >= last) return word;
      let sum = 0;
      for (let k = 0; k < 4; k++) sum ^= turned(mixed[SBOX[(word >>> (24 - 8 * k)) & 255]!]!, 8 * k);
      return sum;
    });
  }

  /** Decrypts whole blocks; the padding is kept. */
  decrypt(iv: Uint8Array, sealed: Uint8Array): Uint8Array {
    const plain = new Uint8Array(sealed.length);
    const from = new DataView(sealed.buffer, sealed.byteOffset, sealed.length);
    const to = new DataView(plain.buffer);
    const state = new Int32Array(4);
    for (let at = 0; at + AES_BLOCK_BYTES <= sealed.length; at += AES_BLOCK_BYTES) {
      for (let i = 0; i < 4; i++) state[i] = from.getInt32(at + 4 * i);
      this.#block(state);
      for (let i = 0; i < 4; i++) to.setInt32(at + 4 * i, state[i]!);
      const before = at === 0 ? iv : sealed.subarray(at - AES_BLOCK_BYTES, at);
      for (let i = 0; i < AES_BLOCK_BYTES; i++) plain[at + i]! ^= before[i]!;
    }
    return plain;
  }

  #block(state: Int32Array): void {
    const keys = this.#keys;
    const { box, mixed } = tables();
    let a = state[0]! ^ keys[0]!;
    let b = state[1]! ^ keys[1]!;
    let c = state[2]! ^ keys[2]!;
    let d = state[3]! ^ keys[3]!;
    let k = 4;
    for (; k < keys.length - 4; k += 4) {
      const a2 = column(mixed, a, d, c, b) ^ keys[k]!;
      const b2 = column(mixed, b, a, d, c) ^ keys[k + 1]!;
      const c2 = column(mixed, c, b, a, d) ^ keys[k + 2]!;
      d = column(mixed, d, c, b, a) ^ keys[k + 3]!;
      a = a2;
      b = b2;
      c = c2;
    }
    state[0] = lastColumn(box, a, d, c, b) ^ keys[k]!;
    state[1] = lastColumn(box, b, a, d, c) ^ keys[k + 1]!;
    state[2] = lastColumn(box, c, b, a, d) ^ keys[k + 2]!;
    state[3] = lastColumn(box, d, c, b, a) ^ keys[k + 3]!;
  }
}

/** One column of a round: InvShiftRows says which words its bytes come from (FIPS 197 §5.3.1). */
function column(mixed: Int32Array, a: number, b: number, c: number, d: number): number {
  return (
    mixed[a >>> 24]! ^
    turned(mixed[(b >>> 16) & 255]!, 8) ^
    turned(mixed[(c >>> 8) & 255]!, 16) ^
    turned(mixed[d & 255]!, 24)
  );
}

function lastColumn(box: Uint8Array, a: number, b: number, c: number, d: number): number {
  return (
    (box[a >>> 24]! << 24) | (box[(b >>> 16) & 255]! << 16) | (box[(c >>> 8) & 255]! << 8) | box[d & 255]!
  );
}
