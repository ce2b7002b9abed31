// HPKE (RFC 9180), base mode, with X-Wing, HKDF-SHA256 and AES-256-GCM. Base mode does not authenticate the sender:
// callers add a signature.

import { createCipheriv, createDecipheriv, createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { decapsulate, encapsulate, type XWingPrivateKey } from './xwing.ts';

export const TAG_BYTES = 16;
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const HASH_BYTES = 32;

/** suite_id (RFC 9180 §5.1): "HPKE" and the identifiers of KEM (X-Wing, 0x647a), KDF (§7.2) and AEAD (§7.3). */
const SUITE = Buffer.concat([Buffer.from('HPKE'), Buffer.from('647a00010002', 'hex')]);
const MODE_BASE = Buffer.of(0);
const NOTHING = Buffer.alloc(0);

/** §5.1, KeySchedule, base mode with no pre-shared key. For suites whose KDF is HKDF-SHA256 and whose keys have 32 bytes. */
export function keySchedule(sharedSecret: Uint8Array, info: Uint8Array, suite: Uint8Array = SUITE) {
  const idHash = labelledExtract(suite, NOTHING, 'psk_id_hash', NOTHING);
  const infoHash = labelledExtract(suite, NOTHING, 'info_hash', info);
  const context = Buffer.concat([MODE_BASE, idHash, infoHash]);
  const secret = labelledExtract(suite, sharedSecret, 'secret', NOTHING);
  const exporter = labelledExpand(suite, secret, 'exp', context, HASH_BYTES);
  return {
    key: labelledExpand(suite, secret, 'key', context, KEY_BYTES),
    baseNonce: labelledExpand(suite, secret, 'base_nonce', context, NONCE_BYTES),
    /** §5.3, Context.Export: a secret for another purpose from the same context. */
    export: (purpose: Uint8Array, length: number) => labelledExpand(suite, exporter, 'sec', purpose, length),
  };
}

/** One direction of a pair: messages are numbered in sequence. */
export class HpkeContext {
  readonly #key: KeyObject;
  readonly #baseNonce: Buffer;
  readonly #export: (purpose: Uint8Array, length: number) => Buffer;

  constructor(sharedSecret: Uint8Array, info: Uint8Array) {
    const schedule = keySchedule(sharedSecret, info);
    this.#key = createSecretKey(schedule.key);
    this.#baseNonce = schedule.baseNonce;
    this.#export = schedule.export;
  }

  /** Must not be called twice with one number: the nonce derives from it. */
  seal(number: number, plain: Uint8Array, associated: Uint8Array): Buffer {
    const cipher = createCipheriv('aes-256-gcm', this.#key, this.#nonce(number));
    cipher.setAAD(associated);
    return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  }

  /** Null if authentication fails: not sealed in this context with this number and these associated data. */
  open(number: number, sealed: Uint8Array, associated: Uint8Array): Buffer | null {
    if (sealed.length < TAG_BYTES) return null;
    const decipher = createDecipheriv('aes-256-gcm', this.#key, this.#nonce(number));
    decipher.setAAD(associated);
    decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
    try {
      return Buffer.concat([decipher.update(sealed.subarray(0, -TAG_BYTES)), decipher.final()]);
    } catch {
      return null;
    }
  }

  /** §5.3: another secret of the same two. */
  export(purpose: string, length: number): Buffer {
    return this.#export(Buffer.from(purpose), length);
  }

  /** §5.2, ComputeNonce: base nonce XOR sequence number. */
  #nonce(number: number): Buffer {
    const nonce = Buffer.from(this.#baseNonce);
    const low = nonce.readUIntBE(6, 6);
    // Numbers are below 2^48, far more than an epoch uses. Two halves, because ^ works on 32 bits.
    const high = Math.floor(low / 2 ** 32) ^ Math.floor(number / 2 ** 32);
    nonce.writeUInt16BE(high & 0xffff, 6);
    nonce.writeUInt32BE(((low >>> 0) ^ (number >>> 0)) >>> 0, 8);
    return nonce;
  }
}

/** §5.1.1, SetupBaseS. `encapsulated` goes to the receiver. */
export function setupSender(
  publicKey: Uint8Array,
  info: Uint8Array,
): { encapsulated: Buffer; context: HpkeContext } {
  const { secret, ciphertext } = encapsulate(publicKey);
  return { encapsulated: ciphertext, context: new HpkeContext(secret, info) };
}

/** §5.1.1, SetupBaseR. */
export function setupReceiver(key: XWingPrivateKey, encapsulated: Uint8Array, info: Uint8Array): HpkeContext {
  return new HpkeContext(decapsulate(key, encapsulated), info);
}

/** Node is five times slower with raw key bytes than with a KeyObject. */
const hmac = (key: Uint8Array) => createHmac('sha256', createSecretKey(key));

/** §4, LabeledExtract: HKDF-Extract (RFC 5869 §2.2) over a labelled input. */
function labelledExtract(suite: Uint8Array, salt: Uint8Array, label: string, input: Uint8Array): Buffer {
  return hmac(salt).update('HPKE-v1').update(suite).update(label).update(input).digest();
}

/** §4, LabeledExpand: HKDF-Expand (RFC 5869 §2.3) limited to one block, which suffices here. */
function labelledExpand(
  suite: Uint8Array,
  secret: Uint8Array,
  label: string,
  info: Uint8Array,
  length: number,
): Buffer {
  if (length > HASH_BYTES) throw new RangeError('HKDF-Expand of one block gives 32 bytes at most');
  const size = Buffer.of(length >> 8, length & 0xff);
  const block = hmac(secret).update(size).update('HPKE-v1').update(suite).update(label);
  return block.update(info).update(Buffer.of(1)).digest().subarray(0, length);
}
