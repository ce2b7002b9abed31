// Decryption and authentication of AEAD records (RFC 5288, RFC 7905, RFC 8446 §5.2).
import { joined } from '../../../core/bytes.ts';
import { Aes } from '../../../crypto/aes.ts';
import { openChaCha } from '../../../crypto/chacha20-poly1305.ts';
import { openGcm } from '../../../crypto/gcm.ts';
import { additionalData, type RecordCipher } from './record-keys.ts';
import type { Suite } from './suites.ts';

const TAG_BYTES = 16;

export class AeadCipher implements RecordCipher {
  readonly #suite: Suite;
  readonly #key: Uint8Array;
  readonly #iv: Uint8Array;
  readonly #aes: Aes | null;
  readonly #isTls13: boolean;

  /** `iv`: 12 bytes, of GCM before TLS 1.3 only the first four. */
  constructor(suite: Suite, key: Uint8Array, iv: Uint8Array, isTls13: boolean) {
    this.#suite = suite;
    this.#key = key;
    this.#iv = iv;
    this.#aes = suite.mode === 'gcm' ? new Aes(key) : null;
    this.#isTls13 = isTls13;
  }

  open(sequence: number, header: Uint8Array, body: Uint8Array): Uint8Array | null {
    const isNumbered = this.#isTls13 || this.#suite.mode === 'chacha';
    // RFC 5288 §3: the nonce is four secret bytes and eight explicit ones before the ciphertext; RFC 7905 §2 has no
    // explicit part.
    const explicit = isNumbered ? 0 : 8;
    const nonce = isNumbered ? this.#numbered(sequence) : joined(this.#iv, body.subarray(0, explicit));
    const sealed = body.subarray(explicit);
    // RFC 8446 §5.2, RFC 5246 §6.2.3.3.
    const data = this.#isTls13
      ? header
      : additionalData(sequence, header, Math.max(0, sealed.length - TAG_BYTES));
    return this.#aes === null
      ? openChaCha(this.#key, nonce, data, sealed)
      : openGcm(this.#aes, nonce, data, sealed);
  }

  /** RFC 8446 §5.3: the record's number over the end of the fixed nonce. */
  #numbered(sequence: number): Uint8Array {
    const nonce = this.#iv.slice();
    for (let i = 0, rest = sequence; i < 6; i++, rest = Math.floor(rest / 256)) nonce[11 - i]! ^= rest & 255;
    return nonce;
  }
}
