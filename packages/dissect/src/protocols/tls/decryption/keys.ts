// Derivation of record keys from session secrets (RFC 2246 §6.3, RFC 5246 §6.3, RFC 8446 §7).
import { joined } from '../../../core/bytes.ts';
import { hkdfExpandLabel } from '../../../crypto/hkdf.ts';
import { type Hmac, hmacMd5, hmacSha1 } from '../../../crypto/hmac.ts';
import { TLS10, TLS12 } from '../session.ts';
import { AeadCipher } from './aead.ts';
import { CbcCipher } from './cbc.ts';
import { RecordKeys } from './record-keys.ts';
import type { Suite } from './suites.ts';

export function keysOf13(suite: Suite, secret: Uint8Array): RecordKeys {
  const key = hkdfExpandLabel(secret, 'key', suite.keyBytes, suite.hmac);
  return new RecordKeys(new AeadCipher(suite, key, hkdfExpandLabel(secret, 'iv', 12, suite.hmac), true));
}

/** RFC 8446 §7.2: after a KeyUpdate. */
export function nextSecret(suite: Suite, secret: Uint8Array): Uint8Array {
  return hkdfExpandLabel(secret, 'traffic upd', secret.length, suite.hmac);
}

/** Inputs of the key derivation before TLS 1.3. */
export interface Agreed {
  readonly version: number;
  readonly master: Uint8Array;
  readonly clientRandom: Uint8Array;
  readonly serverRandom: Uint8Array;
  readonly isMacOutside: boolean;
}

/** RFC 5246 §6.3: what both sides need is cut out of one block: first the keys of MACs, then those of ciphers, then IVs. */
export function keysBefore13(suite: Suite, agreed: Agreed, isClient: boolean): RecordKeys {
  const { version, master, clientRandom, serverRandom, isMacOutside } = agreed;
  const sizes = [
    suite.mode === 'cbc' ? suite.macBytes : 0,
    suite.keyBytes,
    suite.mode === 'cbc' ? 16 : suite.mode === 'chacha' ? 12 : 4,
  ];
  const seed = joined(new TextEncoder().encode('key expansion'), serverRandom, clientRandom);
  const length = 2 * sizes.reduce((sum, size) => sum + size);
  const block = version >= TLS12 ? stretched(suite.hmac, master, seed, length) : older(master, seed, length);
  let at = 0;
  const [macKey, key, iv] = sizes.map((size) => {
    const part = isClient ? block.slice(at, at + size) : block.slice(at + size, at + 2 * size);
    at += 2 * size;
    return part;
  }) as [Uint8Array, Uint8Array, Uint8Array];
  if (suite.mode !== 'cbc') return new RecordKeys(new AeadCipher(suite, key, iv, false));
  return new RecordKeys(
    new CbcCipher(suite, key, macKey, iv, { isChained: version === TLS10, isMacOutside }),
  );
}

/** P_hash (RFC 5246 §5). */
function stretched(hmac: Hmac, secret: Uint8Array, seed: Uint8Array, length: number): Uint8Array {
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

/** RFC 2246 §5: of each half of the secret another digest, one over the other. */
function older(secret: Uint8Array, seed: Uint8Array, length: number): Uint8Array {
  const half = Math.ceil(secret.length / 2);
  const out = stretched(hmacMd5, secret.subarray(0, half), seed, length);
  const other = stretched(hmacSha1, secret.subarray(secret.length - half), seed, length);
  return out.map((byte, i) => byte ^ other[i]!);
}
