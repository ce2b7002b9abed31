// HKDF (RFC 5869), with SHA-256 unless told otherwise, and the labelled expansion of TLS 1.3 (RFC 8446 §7.1) that QUIC derives its keys with.
import { type Hmac, hmacSha256 } from './hmac.ts';

/** RFC 5869 §2.2. */
export function hkdfExtract(salt: Uint8Array, keyMaterial: Uint8Array): Uint8Array {
  return hmacSha256(salt, keyMaterial);
}

/** RFC 5869 §2.3; at most 255 digests. */
export function hkdfExpand(
  key: Uint8Array,
  info: Uint8Array,
  length: number,
  hmac: Hmac = hmacSha256,
): Uint8Array {
  const out = new Uint8Array(length);
  let block: Uint8Array = new Uint8Array(0);
  for (let at = 0, i = 1; at < length; at += block.length, i++) {
    block = hmac(key, block, info, Uint8Array.of(i));
    out.set(block.subarray(0, Math.min(block.length, length - at)), at);
  }
  return out;
}

/** RFC 8446 §7.1, with an empty context. */
export function hkdfExpandLabel(
  secret: Uint8Array,
  label: string,
  length: number,
  hmac: Hmac = hmacSha256,
): Uint8Array {
  const name = new TextEncoder().encode(`tls13 ${label}`);
  const info = new Uint8Array(4 + name.length);
  info[0] = length >> 8;
  info[1] = length;
  info[2] = name.length;
  info.set(name, 3);
  return hkdfExpand(secret, info, length, hmac);
}
