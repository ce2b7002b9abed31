// HMAC (RFC 2104 §2) with each of the digests here.
import { joined } from '../core/bytes.ts';
import { md5 } from './md5.ts';
import { sha1 } from './sha1.ts';
import { sha256 } from './sha256.ts';
import { sha384 } from './sha384.ts';

/** Of the parts, one after the other. */
export type Hmac = (key: Uint8Array, ...parts: readonly Uint8Array[]) => Uint8Array;

export function hmacOf(digest: (message: Uint8Array) => Uint8Array, blockBytes: number): Hmac {
  return (key, ...parts) => {
    const short = key.length > blockBytes ? digest(key) : key;
    const inner = new Uint8Array(blockBytes).fill(0x36);
    const outer = new Uint8Array(blockBytes).fill(0x5c);
    for (let i = 0; i < short.length; i++) {
      inner[i]! ^= short[i]!;
      outer[i]! ^= short[i]!;
    }
    return digest(joined(outer, digest(joined(inner, ...parts))));
  };
}

export const hmacSha256 = hmacOf(sha256, 64);
export const hmacSha384 = hmacOf(sha384, 128);
/** Both for TLS 1.0 and 1.1 alone, which have no other. */
export const hmacMd5 = hmacOf(md5, 64);
export const hmacSha1 = hmacOf(sha1, 64);
