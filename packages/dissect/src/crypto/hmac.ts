// HMAC (RFC 2104 §2) with any digest of blocks of 64 bytes.
import { joined } from '../core/bytes.ts';
import type { Hmac } from './hkdf.ts';
import { md5 } from './md5.ts';
import { sha1 } from './sha1.ts';

const BLOCK = 64;

function hmacOf(digest: (message: Uint8Array) => Uint8Array): Hmac {
  return (key, ...parts) => {
    const short = key.length > BLOCK ? digest(key) : key;
    const inner = new Uint8Array(BLOCK).fill(0x36);
    const outer = new Uint8Array(BLOCK).fill(0x5c);
    for (let i = 0; i < short.length; i++) {
      inner[i]! ^= short[i]!;
      outer[i]! ^= short[i]!;
    }
    return digest(joined(outer, digest(joined(inner, ...parts))));
  };
}

/** Both for TLS 1.0 and 1.1 alone, which have no other. */
export const hmacMd5 = hmacOf(md5);
export const hmacSha1 = hmacOf(sha1);
