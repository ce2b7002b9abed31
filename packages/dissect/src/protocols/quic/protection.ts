// Packet protection (RFC 9001 §5): the keys of one direction, header protection and AEAD decryption.
import { Aes } from '../../crypto/aes.ts';
import { chachaBlock, openChaCha } from '../../crypto/chacha20-poly1305.ts';
import { openGcm } from '../../crypto/gcm.ts';
import { hkdfExpandLabel } from '../../crypto/hkdf.ts';
import type { Suite } from '../tls/decryption/suites.ts';
import { labelPrefix } from './versions.ts';

const IV_BYTES = 12;
const SAMPLE_BYTES = 16;
const BLOCK_BYTES = 64;
/** The longest packet number; where the sample is taken, it is taken for as long (RFC 9001 §5.4.2). */
const NUMBER_BYTES_MAX = 4;
const LONG_MASK = 0x0f;
const SHORT_MASK = 0x1f;

const block = new Uint8Array(BLOCK_BYTES);
const nonce = new Uint8Array(IV_BYTES);

/** Keys that come of one secret. */
export class PacketKeys {
  readonly #suite: Suite;
  readonly #secret: Uint8Array;
  readonly #version: number;
  readonly #key: Uint8Array;
  readonly #iv: Uint8Array;
  readonly #aes: Aes | null;
  /** The mask for the header, from the 16 bytes of `b` at `at`, is written to `block`. */
  readonly #mask: (b: Uint8Array, at: number) => void;

  constructor(suite: Suite, secret: Uint8Array, version: number, before: PacketKeys | null = null) {
    const derived = (label: string, bytes: number): Uint8Array =>
      hkdfExpandLabel(secret, `${labelPrefix(version)} ${label}`, bytes, suite.hmac);
    this.#suite = suite;
    this.#secret = secret;
    this.#version = version;
    this.#key = derived('key', suite.keyBytes);
    this.#iv = derived('iv', IV_BYTES);
    this.#aes = suite.mode === 'chacha' ? null : new Aes(this.#key);
    // RFC 9001 §6.1: an update of keys leaves that of the header.
    this.#mask = before === null ? headerMask(suite, derived('hp', suite.keyBytes)) : before.#mask;
  }

  /** RFC 9001 §6.1: the keys of the next phase. */
  next(): PacketKeys {
    const label = `${labelPrefix(this.#version)} ku`;
    const secret = hkdfExpandLabel(this.#secret, label, this.#secret.length, this.#suite.hmac);
    return new PacketKeys(this.#suite, secret, this.#version, this);
  }

  /**
   * RFC 9001 §5.4.1: removes header protection from the packet [start, end), whose packet number is at `at`. `largest`
   * is the largest packet number seen in this direction, -1 if none. Null if the packet is too short for a sample.
   */
  unmask(b: Uint8Array, start: number, at: number, end: number, largest: number): ClearHeader | null {
    const sample = at + NUMBER_BYTES_MAX;
    if (sample + SAMPLE_BYTES > end) return null;
    this.#mask(b, sample);
    const first = b[start]! ^ (block[0]! & ((b[start]! & 0x80) === 0 ? SHORT_MASK : LONG_MASK));
    const numberBytes = (first & 3) + 1;
    const bytes = b.slice(start, at + numberBytes);
    bytes[0] = first;
    let truncated = 0;
    for (let k = 0; k < numberBytes; k++) {
      const byte = b[at + k]! ^ block[k + 1]!;
      bytes[at - start + k] = byte;
      truncated = truncated * 256 + byte;
    }
    return { first, bytes, number: fullNumber(truncated, numberBytes * 8, largest), numberBytes };
  }

  /** RFC 9001 §5.3: the decrypted payload behind this header; null if authentication fails. */
  open(header: ClearHeader, sealed: Uint8Array): Uint8Array | null {
    nonce.set(this.#iv);
    for (let k = 0, rest = header.number; k < 6; k++, rest = Math.floor(rest / 256))
      nonce[IV_BYTES - 1 - k]! ^= rest % 256;
    return this.#aes === null
      ? openChaCha(this.#key, nonce, header.bytes, sealed)
      : openGcm(this.#aes, nonce, header.bytes, sealed);
  }
}

/** A header without its protection. */
export interface ClearHeader {
  readonly first: number;
  /** First byte to packet number. */
  readonly bytes: Uint8Array;
  readonly number: number;
  readonly numberBytes: number;
}

/** RFC 9001 §5.4.3 and §5.4.4. */
function headerMask(suite: Suite, key: Uint8Array): (b: Uint8Array, at: number) => void {
  if (suite.mode === 'chacha')
    return (b, at) => {
      const count = new DataView(b.buffer, b.byteOffset + at, 4).getInt32(0, true);
      chachaBlock(key, b.subarray(at + 4, at + SAMPLE_BYTES), count, block);
    };
  const aes = new Aes(key);
  return (b, at) => aes.encrypt(b, at, block);
}

/** RFC 9000 §A.3: the number nearest to the one expected that ends in these bits. */
export function fullNumber(truncated: number, bits: number, largest: number): number {
  const expected = largest + 1;
  const window = 2 ** bits;
  const candidate = Math.floor(expected / window) * window + truncated;
  if (candidate <= expected - window / 2 && candidate + window < 2 ** 62) return candidate + window;
  return candidate > expected + window / 2 && candidate >= window ? candidate - window : candidate;
}
