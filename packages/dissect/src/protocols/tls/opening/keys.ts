// From the secrets of a session to the keys of its records (RFC 5246 §6.3, RFC 8446 §7).
import { Aes } from '../../../crypto/aes.ts';
import { openChaCha } from '../../../crypto/chacha20-poly1305.ts';
import { openGcm } from '../../../crypto/gcm.ts';
import { type Hmac, hkdfExpandLabel } from '../../../crypto/hkdf.ts';
import { hmacSha256 } from '../../../crypto/sha256.ts';
import { hmacSha384 } from '../../../crypto/sha384.ts';

export interface Suite {
  readonly isChaCha: boolean;
  readonly keyBytes: 16 | 32;
  readonly hmac: Hmac;
}

const AES_128: Suite = { isChaCha: false, keyBytes: 16, hmac: hmacSha256 };
const AES_256: Suite = { isChaCha: false, keyBytes: 32, hmac: hmacSha384 };
const CHACHA: Suite = { isChaCha: true, keyBytes: 32, hmac: hmacSha256 };

/** RFC 8446 §B.4, RFC 5288, RFC 5289, RFC 7905: the suites of today. Those with CBC are not opened. */
const SUITES: Readonly<Record<number, Suite>> = {
  4865: AES_128,
  4866: AES_256,
  4867: CHACHA,
  156: AES_128,
  157: AES_256,
  158: AES_128,
  159: AES_256,
  49195: AES_128,
  49196: AES_256,
  49199: AES_128,
  49200: AES_256,
  52392: CHACHA,
  52393: CHACHA,
  52394: CHACHA,
  // With keys agreed on before (RFC 5487, RFC 7905, RFC 8442).
  168: AES_128,
  169: AES_256,
  170: AES_128,
  171: AES_256,
  172: AES_128,
  173: AES_256,
  52395: CHACHA,
  52396: CHACHA,
  52397: CHACHA,
  52398: CHACHA,
  53249: AES_128,
  53250: AES_256,
};

export function suiteOf(cipher: number): Suite | undefined {
  return SUITES[cipher];
}

/** The keys of one direction, and how many records it has protected with them. */
export class RecordKeys {
  readonly #suite: Suite;
  readonly #key: Uint8Array;
  readonly #iv: Uint8Array;
  readonly #aes: Aes | null;
  /** Number of the next record. */
  sequence = 0;

  constructor(suite: Suite, key: Uint8Array, iv: Uint8Array) {
    this.#suite = suite;
    this.#key = key;
    this.#iv = iv;
    this.#aes = suite.isChaCha ? null : new Aes(key);
  }

  /** Opens a record of TLS 1.3 (RFC 8446 §5.2); null when these are not its keys. Only what opens is counted. */
  open13(header: Uint8Array, sealed: Uint8Array): Uint8Array | null {
    return this.#open(this.#numbered(), header, sealed);
  }

  /** Opens a record of TLS 1.2: [type, version and length] in `header`, the body with its explicit nonce, if any. */
  open12(header: Uint8Array, body: Uint8Array): Uint8Array | null {
    // RFC 5288 §3: four bytes of the nonce are secret, eight stand before the record; RFC 7905 §2 has none there.
    const explicit = this.#suite.isChaCha ? 0 : 8;
    const nonce = this.#suite.isChaCha ? this.#numbered() : joined(this.#iv, body.subarray(0, explicit));
    const sealed = body.subarray(explicit);
    const data = new Uint8Array(13);
    const view = new DataView(data.buffer);
    view.setUint32(0, Math.floor(this.sequence / 2 ** 32));
    view.setUint32(4, this.sequence);
    data.set(header.subarray(0, 3), 8);
    view.setUint16(11, Math.max(0, sealed.length - 16));
    return this.#open(nonce, data, sealed);
  }

  #open(nonce: Uint8Array, header: Uint8Array, sealed: Uint8Array): Uint8Array | null {
    const plain =
      this.#aes === null
        ? openChaCha(this.#key, nonce, header, sealed)
        : openGcm(this.#aes, nonce, header, sealed);
    if (plain !== null) this.sequence++;
    return plain;
  }

  /** RFC 8446 §5.3: the record's number over the end of the fixed nonce. */
  #numbered(): Uint8Array {
    const nonce = this.#iv.slice();
    for (let i = 0, rest = this.sequence; i < 6; i++, rest = Math.floor(rest / 256))
      nonce[11 - i]! ^= rest & 255;
    return nonce;
  }
}

export function keysOf13(suite: Suite, secret: Uint8Array): RecordKeys {
  const key = hkdfExpandLabel(secret, 'key', suite.keyBytes, suite.hmac);
  return new RecordKeys(suite, key, hkdfExpandLabel(secret, 'iv', 12, suite.hmac));
}

/** RFC 8446 §7.2: after a KeyUpdate. */
export function nextSecret(suite: Suite, secret: Uint8Array): Uint8Array {
  return hkdfExpandLabel(secret, 'traffic upd', secret.length, suite.hmac);
}

/** RFC 5246 §6.3: the keys of both sides are cut out of one block; AEADs have no key for a MAC. */
export function keysOf12(
  suite: Suite,
  master: Uint8Array,
  clientRandom: Uint8Array,
  serverRandom: Uint8Array,
  isClient: boolean,
): RecordKeys {
  const ivBytes = suite.isChaCha ? 12 : 4;
  const { keyBytes } = suite;
  const seed = joined(new TextEncoder().encode('key expansion'), serverRandom, clientRandom);
  const block = pseudoRandom(suite.hmac, master, seed, 2 * (keyBytes + ivBytes));
  const side = isClient ? 0 : 1;
  const keyAt = side * keyBytes;
  const ivAt = 2 * keyBytes + side * ivBytes;
  return new RecordKeys(suite, block.slice(keyAt, keyAt + keyBytes), block.slice(ivAt, ivAt + ivBytes));
}

/** RFC 5246 §5. */
function pseudoRandom(hmac: Hmac, secret: Uint8Array, seed: Uint8Array, length: number): Uint8Array {
  const out = new Uint8Array(length);
  let a = hmac(secret, seed);
  for (let at = 0; at < length; ) {
    const part = hmac(secret, a, seed);
    out.set(part.subarray(0, Math.min(part.length, length - at)), at);
    at += part.length;
    a = hmac(secret, a);
  }
  return out;
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
