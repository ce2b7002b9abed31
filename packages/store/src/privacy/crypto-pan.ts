// Pseudonyms of addresses that keep prefixes: two addresses that share their first n bits do so afterwards. Crypto-PAn:
// J. Xu, J. Fan, M. Ammar, S. Moon, "Prefix-Preserving IP Address Anonymization", ICNP 2002.
import { createCipheriv } from 'node:crypto';

export const KEY_BYTES = 32;
const BLOCK = 16;

export class CryptoPan {
  readonly #key: Uint8Array;
  readonly #pad: Uint8Array;

  /** 16 bytes of AES key, and 16 from which the padding is made. */
  constructor(key: Uint8Array) {
    if (key.length !== KEY_BYTES) throw new RangeError(`a key has ${KEY_BYTES} bytes, not ${key.length}`);
    this.#key = key.slice(0, BLOCK);
    this.#pad = this.#encrypt(key.slice(BLOCK));
  }

  /** Of 4 or 16 bytes, in the order of the network. */
  disguise(address: Uint8Array): Uint8Array {
    const bits = address.length * 8;
    // For each bit a block: the bits before it, then the padding. All are encrypted in one call.
    const blocks = new Uint8Array(bits * BLOCK);
    for (let bit = 0; bit < bits; bit++) {
      const at = bit * BLOCK;
      const whole = bit >> 3;
      blocks.set(this.#pad, at);
      blocks.set(address.subarray(0, whole), at);
      const kept = (0xff00 >> (bit & 7)) & 0xff;
      blocks[at + whole] = (address[whole]! & kept) | (this.#pad[whole]! & ~kept);
    }
    const encrypted = this.#encrypt(blocks);
    const made = address.slice();
    // The first bit of each block says whether the address's bit is turned.
    for (let bit = 0; bit < bits; bit++) made[bit >> 3]! ^= (encrypted[bit * BLOCK]! >> 7) << (7 - (bit & 7));
    return made;
  }

  #encrypt(blocks: Uint8Array): Uint8Array {
    const cipher = createCipheriv('aes-128-ecb', this.#key, null).setAutoPadding(false);
    return cipher.update(blocks);
  }
}
