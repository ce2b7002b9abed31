// Decryption of CBC records of TLS 1.0 to 1.2 (RFC 5246 §6.2.3.2), MAC-then-encrypt or encrypt-then-MAC (RFC 7366).
import { joined } from '../../../core/bytes.ts';
import { AES_BLOCK_BYTES } from '../../../crypto/aes.ts';
import { AesCbc } from '../../../crypto/aes-cbc.ts';
import { additionalData, type RecordCipher } from './record-keys.ts';
import type { Suite } from './suites.ts';

export interface CbcOptions {
  /** RFC 2246: the last block of a record is the IV of the next one; later versions send one with each record. */
  readonly isChained: boolean;
  /** Both agreed on encrypt-then-MAC (RFC 7366). */
  readonly isMacOutside: boolean;
}

export class CbcCipher implements RecordCipher {
  readonly #suite: Suite;
  readonly #aes: AesCbc;
  readonly #macKey: Uint8Array;
  readonly #options: CbcOptions;
  /** Of TLS 1.0, for the next record. */
  #iv: Uint8Array;

  constructor(suite: Suite, key: Uint8Array, macKey: Uint8Array, iv: Uint8Array, options: CbcOptions) {
    this.#suite = suite;
    this.#aes = new AesCbc(key);
    this.#macKey = macKey;
    this.#iv = iv;
    this.#options = options;
  }

  open(sequence: number, header: Uint8Array, body: Uint8Array): Uint8Array | null {
    const { macBytes } = this.#suite;
    const { isChained, isMacOutside } = this.#options;
    const end = isMacOutside ? body.length - macBytes : body.length;
    const start = isChained ? 0 : AES_BLOCK_BYTES;
    if (end <= start || (end - start) % AES_BLOCK_BYTES !== 0) return null;
    if (isMacOutside && !this.#isGuarded(sequence, header, body.subarray(0, end), body.subarray(end)))
      return null;
    const plain = this.#aes.decrypt(
      isChained ? this.#iv : body.subarray(0, start),
      body.subarray(start, end),
    );
    // The last byte is the number of padding bytes before it.
    let length = plain.length - 1 - plain[plain.length - 1]!;
    if (!isMacOutside) {
      length -= macBytes;
      const mac = plain.subarray(Math.max(0, length), Math.max(0, length) + macBytes);
      if (length < 0 || !this.#isGuarded(sequence, header, plain.subarray(0, length), mac)) return null;
    }
    if (length < 0) return null;
    if (isChained) this.#iv = body.slice(end - AES_BLOCK_BYTES, end);
    return plain.subarray(0, length);
  }

  /** RFC 5246 §6.2.3.1, RFC 7366 §3. */
  #isGuarded(sequence: number, header: Uint8Array, bytes: Uint8Array, mac: Uint8Array): boolean {
    const data = joined(additionalData(sequence, header, bytes.length), bytes);
    return this.#suite.mac(this.#macKey, data).every((byte, i) => byte === mac[i]);
  }
}
