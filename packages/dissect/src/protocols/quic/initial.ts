// Initial packets: anyone who saw the client's first connection identifier can read them (RFC 9001 §5.2 to §5.4).
import { AES_BLOCK_BYTES, Aes } from '../../crypto/aes.ts';
import { GCM_TAG_BYTES, openGcm } from '../../crypto/gcm.ts';
import { hkdfExpandLabel, hkdfExtract } from '../../crypto/hkdf.ts';
import { initialSalt, labelPrefix } from './versions.ts';

const KEY_BYTES = 16;
const IV_BYTES = 12;

/** Keys of one direction. */
interface Keys {
  readonly cipher: Aes;
  readonly iv: Uint8Array;
  readonly header: Aes;
}

export interface InitialKeys {
  readonly client: Keys;
  readonly server: Keys;
}

/** From the destination connection identifier of the client's first Initial; null when the version's salt is unknown. */
export function initialKeys(version: number, dcid: Uint8Array): InitialKeys | null {
  const salt = initialSalt(version);
  if (salt === null) return null;
  const secret = hkdfExtract(salt, dcid);
  return { client: keysOf(secret, 'client in', version), server: keysOf(secret, 'server in', version) };
}

function keysOf(initial: Uint8Array, side: string, version: number): Keys {
  const secret = hkdfExpandLabel(initial, side, 32);
  const prefix = labelPrefix(version);
  return {
    cipher: new Aes(hkdfExpandLabel(secret, `${prefix} key`, KEY_BYTES)),
    iv: hkdfExpandLabel(secret, `${prefix} iv`, IV_BYTES),
    header: new Aes(hkdfExpandLabel(secret, `${prefix} hp`, KEY_BYTES)),
  };
}

export interface Unprotected {
  /** First byte of the packet in clear. */
  readonly first: number;
  readonly packetNumber: number;
  readonly packetNumberBytes: number;
  /** The frames; null when the tag doesn't fit. */
  readonly plain: Uint8Array | null;
}

const mask = new Uint8Array(AES_BLOCK_BYTES);
const nonce = new Uint8Array(IV_BYTES);

/**
 * Opens the packet [start, end) whose packet number stands at `at`. `largest` is the largest packet number seen so far
 * in this direction, -1: none. Null when it is too short for a sample.
 */
export function unprotect(
  keys: Keys,
  b: Uint8Array,
  start: number,
  at: number,
  end: number,
  largest: number,
): Unprotected | null {
  // RFC 9001 §5.4.2: the sample is taken as if the packet number had four bytes.
  if (at + 4 + AES_BLOCK_BYTES > end) return null;
  keys.header.encrypt(b, at + 4, mask);
  const first = b[start]! ^ (mask[0]! & 0x0f);
  const bytes = (first & 3) + 1;
  const header = b.slice(start, at + bytes);
  header[0] = first;
  let truncated = 0;
  for (let k = 0; k < bytes; k++) {
    const byte = b[at + k]! ^ mask[k + 1]!;
    header[at - start + k] = byte;
    truncated = truncated * 256 + byte;
  }
  const packetNumber = fullNumber(truncated, bytes * 8, largest);
  nonce.set(keys.iv);
  for (let k = 0, rest = packetNumber; k < 6; k++, rest = Math.floor(rest / 256))
    nonce[IV_BYTES - 1 - k]! ^= rest % 256;
  const sealed = b.subarray(at + bytes, end);
  const plain = sealed.length < GCM_TAG_BYTES ? null : openGcm(keys.cipher, nonce, header, sealed);
  return { first, packetNumber, packetNumberBytes: bytes, plain };
}

/** RFC 9000 §A.3: the number nearest to the one expected that ends in these bits. */
function fullNumber(truncated: number, bits: number, largest: number): number {
  const expected = largest + 1;
  const window = 2 ** bits;
  const candidate = Math.floor(expected / window) * window + truncated;
  if (candidate <= expected - window / 2 && candidate + window < 2 ** 62) return candidate + window;
  return candidate > expected + window / 2 && candidate >= window ? candidate - window : candidate;
}
