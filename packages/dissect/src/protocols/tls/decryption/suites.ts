// Record protection of a cipher suite, from its name (RFC 5246 §A.5, RFC 8446 §B.4).

import { type Hmac, hmacSha1, hmacSha256, hmacSha384 } from '../../../crypto/hmac.ts';
import { cipherSuiteNames } from '../cipher-suites.ts';

export interface Suite {
  readonly mode: 'gcm' | 'cbc' | 'chacha';
  readonly keyBytes: 16 | 32;
  /** Makes the keys, from TLS 1.2 on: SHA-256 for suites that are older than it (RFC 5246 §5). */
  readonly hmac: Hmac;
  /** Of CBC: what guards each record, and its bytes. */
  readonly mac: Hmac;
  readonly macBytes: number;
}

const NAME = /^TLS_(?:\w+_WITH_)?(?:AES_(128|256)_(GCM|CBC)|CHACHA20_POLY1305)_(SHA(?:256|384)?)$/;

const suites = new Map<number, Suite | null>();

/** Null for suites that are not supported: RC4, DES, CCM and other rare ones. */
export function suiteOf(cipher: number): Suite | null {
  let suite = suites.get(cipher);
  if (suite === undefined) {
    suite = named(cipherSuiteNames[cipher] ?? '');
    suites.set(cipher, suite);
  }
  return suite;
}

function named(name: string): Suite | null {
  const match = NAME.exec(name);
  if (match === null) return null;
  const [, bits, mode, digest] = match;
  const hmac = digest === 'SHA384' ? hmacSha384 : hmacSha256;
  return {
    mode: mode === 'GCM' ? 'gcm' : mode === 'CBC' ? 'cbc' : 'chacha',
    keyBytes: bits === '128' ? 16 : 32,
    hmac,
    mac: digest === 'SHA' ? hmacSha1 : hmac,
    macBytes: digest === 'SHA' ? 20 : digest === 'SHA384' ? 48 : 32,
  };
}
