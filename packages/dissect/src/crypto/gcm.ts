// AES-GCM decryption (NIST SP 800-38D) with 12-byte nonces.
import { AES_BLOCK_BYTES, type Aes } from './aes.ts';

const GCM_TAG_BYTES = 16;
const NONCE_BYTES = 12;

/**
 * Decrypts `sealed` (ciphertext and 16-byte tag); null if the tag does not match key, nonce and `header` (the
 * additional authenticated data).
 */
export function openGcm(
  cipher: Aes,
  nonce: Uint8Array,
  header: Uint8Array,
  sealed: Uint8Array,
): Uint8Array | null {
  const length = sealed.length - GCM_TAG_BYTES;
  if (length < 0) return null;
  const counter = new Uint8Array(AES_BLOCK_BYTES);
  counter.set(nonce.subarray(0, NONCE_BYTES));
  counter[15] = 1;
  const block = new Uint8Array(AES_BLOCK_BYTES);
  cipher.encrypt(counter, 0, block);
  const tag = ghash(cipher, header, sealed.subarray(0, length));
  let difference = 0;
  for (let i = 0; i < GCM_TAG_BYTES; i++) difference |= tag[i]! ^ block[i]! ^ sealed[length + i]!;
  if (difference !== 0) return null;
  const plain = new Uint8Array(length);
  const count = new DataView(counter.buffer);
  for (let at = 0, n = 2; at < length; at += AES_BLOCK_BYTES, n++) {
    count.setUint32(NONCE_BYTES, n);
    cipher.encrypt(counter, 0, block);
    const end = Math.min(AES_BLOCK_BYTES, length - at);
    for (let i = 0; i < end; i++) plain[at + i] = sealed[at + i]! ^ block[i]!;
  }
  return plain;
}

/** GHASH over the header, the ciphertext, and their lengths in bits (SP 800-38D §6.4). */
function ghash(cipher: Aes, header: Uint8Array, text: Uint8Array): Uint8Array {
  const hash = new Ghash(cipher);
  hash.add(header);
  hash.add(text);
  const lengths = new Uint8Array(AES_BLOCK_BYTES);
  const view = new DataView(lengths.buffer);
  view.setUint32(4, header.length * 8);
  view.setUint32(12, text.length * 8);
  hash.add(lengths);
  return hash.digest();
}

class Ghash {
  /** The products of the hash key with the powers x^0 to x^127, four words each. */
  readonly #powers = new Int32Array(128 * 4);
  readonly #state = new Int32Array(4);

  constructor(cipher: Aes) {
    const key = new Uint8Array(AES_BLOCK_BYTES);
    cipher.encrypt(key, 0, key);
    const view = new DataView(key.buffer);
    const powers = this.#powers;
    for (let i = 0; i < 4; i++) powers[i] = view.getInt32(i * 4);
    // Multiplication by x is a right shift, reduced by x^128 + x^7 + x^2 + x + 1 (§6.3).
    for (let k = 4; k < powers.length; k += 4) {
      powers[k + 3] = (powers[k - 1]! >>> 1) | (powers[k - 2]! << 31);
      powers[k + 2] = (powers[k - 2]! >>> 1) | (powers[k - 3]! << 31);
      powers[k + 1] = (powers[k - 3]! >>> 1) | (powers[k - 4]! << 31);
      powers[k] = (powers[k - 4]! >>> 1) ^ (powers[k - 1]! & 1 ? 0xe1000000 : 0);
    }
  }

  add(bytes: Uint8Array): void {
    const state = this.#state;
    for (let at = 0; at < bytes.length; at += AES_BLOCK_BYTES) {
      for (let i = 0; i < AES_BLOCK_BYTES && at + i < bytes.length; i++)
        state[i >> 2]! ^= bytes[at + i]! << (24 - (i & 3) * 8);
      this.#multiply();
    }
  }

  #multiply(): void {
    const state = this.#state;
    const powers = this.#powers;
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    for (let word = 0, k = 0; word < 4; word++) {
      for (let bits = state[word]!, n = 0; n < 32; n++, bits <<= 1, k += 4) {
        if (bits >= 0) continue;
        a ^= powers[k]!;
        b ^= powers[k + 1]!;
        c ^= powers[k + 2]!;
        d ^= powers[k + 3]!;
      }
    }
    state[0] = a;
    state[1] = b;
    state[2] = c;
    state[3] = d;
  }

  digest(): Uint8Array {
    const out = new Uint8Array(AES_BLOCK_BYTES);
    const view = new DataView(out.buffer);
    for (let i = 0; i < 4; i++) view.setInt32(i * 4, this.#state[i]!);
    return out;
  }
}
