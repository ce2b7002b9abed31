// Prefix-preserving pseudonyms: if two addresses share their first n bits, so do their pseudonyms. Crypto-PAn:
// J. Xu, J. Fan, M. Ammar, S. Moon, "Prefix-Preserving IP Address Anonymization", ICNP 2002.
import { createCipheriv } from 'node:crypto';

export const KEY_BYTES = 32;
const BLOCK = 16;

export class CryptoPan {
  readonly #key: Uint8Array;
  readonly #pad: Uint8Array;

  /** `key`: 16 bytes of AES key, then 16 bytes from which the padding is derived. @throws RangeError for another length */
  constructor(key: Uint8Array) {
    if (key.length !== KEY_BYTES) throw new RangeError(`a key has ${KEY_BYTES} bytes, not ${key.length}`);
    this.#key = key.slice(0, BLOCK);
    this.#pad = this.#encrypt(key.slice(BLOCK));
  }

  /** The pseudonym of an address of 4 or 16 bytes, in network byte order. */
  disguise(address: Uint8Array): Uint8Array {
    const bits = address.length * 8;
    // One block per bit: the preceding bits, then the padding. All are encrypted in one call.
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
    // The first bit of each encrypted block is XORed with the bit of the address.
    for (let bit = 0; bit < bits; bit++) made[bit >> 3]! ^= (encrypted[bit * BLOCK]! >> 7) << (7 - (bit & 7));
    return made;
  }

  #encrypt(blocks: Uint8Array): Uint8Array {
    const cipher = createCipheriv('aes-128-ecb', this.#key, null).setAutoPadding(false);
    return cipher.update(blocks);
  }
}
