// Ed25519 keys of peers, as raw 32 bytes on the wire and PEM on disk; and signatures, each checked once per process.

import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hash,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';

/** RFC 8410 §4: what stands before the 32 bytes of an Ed25519 public key in DER. */
const SPKI_HEAD = Buffer.from('302a300506032b6570032100', 'hex');
const CHECKED_MAX = 20_000;

export interface KeyPair {
  privateKey: KeyObject;
  /** Raw, 32 bytes. */
  publicKey: Uint8Array;
}

export function newKeyPair(): KeyPair {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { privateKey, publicKey: rawKey(publicKey) };
}

export function privateKeyPem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

export function readPrivateKey(pem: string): KeyPair {
  const privateKey = createPrivateKey(pem);
  return { privateKey, publicKey: rawKey(createPublicKey(privateKey)) };
}

export function rawKey(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' }).subarray(SPKI_HEAD.length);
}

/** For people to compare: SHA-256 of the raw key, in hexadecimal. */
export function keyFingerprint(publicKey: Uint8Array): string {
  return sha256(publicKey).toString('hex');
}

export function sha256(...parts: (Uint8Array | string)[]): Buffer {
  return Buffer.from(sha256Text(...parts), 'latin1');
}

/** Also of a view into a larger buffer, without a copy. */
export function hex(data: Uint8Array): string {
  return Buffer.from(data.buffer, data.byteOffset, data.length).toString('hex');
}

/** The same as `sha256`, a byte a character: keys of maps. One call into OpenSSL is three times as fast as a hash object. */
export function sha256Text(...parts: (Uint8Array | string)[]): string {
  const [first = ''] = parts;
  const whole =
    parts.length < 2
      ? first
      : Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
  return hash('sha256', whole, 'binary');
}

export function signWith(key: KeyObject, ...parts: (Uint8Array | string)[]): Buffer {
  return sign(null, sha256(...parts), key);
}

const checked = new Map<string, boolean>();

/**
 * Whether `signature` is that of the key's holder over the parts. Results are cached, so that a thousand
 * peers in one process check a broadcast once.
 */
export function isSignedBy(
  publicKey: Uint8Array,
  signature: Uint8Array,
  ...parts: (Uint8Array | string)[]
): boolean {
  const digest = sha256(...parts);
  return remembered(sha256Text(publicKey, signature, digest), () =>
    verify(null, digest, publicKeyObject(publicKey), signature),
  );
}

/** The answer of `check` for this question, from memory if it was asked before. Not for questions that time changes. */
export function remembered(question: string, check: () => boolean): boolean {
  const known = checked.get(question);
  if (known !== undefined) return known;
  const answer = safely(check);
  if (checked.size >= CHECKED_MAX) checked.delete(checked.keys().next().value!);
  checked.set(question, answer);
  return answer;
}

export function publicKeyObject(publicKey: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.concat([SPKI_HEAD, publicKey]), format: 'der', type: 'spki' });
}

function safely(check: () => boolean): boolean {
  try {
    return check();
  } catch {
    return false;
  }
}
