// Ed25519 keys of peers (32 raw bytes on the wire, PEM on disk) and a cache of verified signatures.

import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hash,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';

/** The DER prefix of an Ed25519 public key (RFC 8410 §4); 32 raw bytes follow. */
const SPKI_HEAD = Buffer.from('302a300506032b6570032100', 'hex');
const CHECKED_MAX = 20_000;
const KEY_OBJECTS_MAX = 1024;

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

/** SHA-256 of the raw key in hexadecimal, for comparison by people. */
export function keyFingerprint(publicKey: Uint8Array): string {
  return sha256(publicKey).toString('hex');
}

export function sha256(...parts: (Uint8Array | string)[]): Buffer {
  return Buffer.from(sha256Text(...parts), 'latin1');
}

/** Hexadecimal digits, without copying the bytes first. */
export function hex(data: Uint8Array): string {
  return Buffer.from(data.buffer, data.byteOffset, data.length).toString('hex');
}

/** `sha256` as a binary string, for use as a map key. The one-shot `hash` is three times as fast as a hash object. */
export function sha256Text(...parts: (Uint8Array | string)[]): string {
  const [first = ''] = parts;
  const whole =
    parts.length < 2
      ? first
      : Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
  return hash('sha256', whole, 'binary');
}

/**
 * What a peer signs begins with its purpose, so that no signature can be passed off as one of another kind. None may begin with
 * another: the purpose is not delimited from what follows.
 */
export const purposes = [
  'eyrie here',
  'eyrie gone',
  'eyrie seal',
  'eyrie document',
  'eyrie all',
  'eyrie count',
  'eyrie asks',
  'eyrie lan',
  'eyrie ack',
  'eyrie beacon',
  'eyrie suspicion',
] as const;
export type Purpose = (typeof purposes)[number];

export function signWith(key: KeyObject, purpose: Purpose, ...parts: (Uint8Array | string)[]): Buffer {
  return sign(null, sha256(purpose, ...parts), key);
}

const checked = new Map<string, boolean>();

/**
 * Whether `signature` is a signature by the key over the parts, for that purpose. Results are cached, so that a thousand peers in one
 * process verify a broadcast once.
 */
export function isSignedBy(
  publicKey: Uint8Array,
  signature: Uint8Array,
  purpose: Purpose,
  ...parts: (Uint8Array | string)[]
): boolean {
  const digest = sha256(purpose, ...parts);
  return remembered(sha256Text(publicKey, signature, digest), () =>
    verify(null, digest, publicKeyObject(publicKey), signature),
  );
}

/** Caches the result of `check` under `question`. Only for results that never change. A check that throws is false. */
export function remembered(question: string, check: () => boolean): boolean {
  const known = checked.get(question);
  if (known !== undefined) return known;
  const answer = safely(check);
  if (checked.size >= CHECKED_MAX) checked.delete(checked.keys().next().value!);
  checked.set(question, answer);
  return answer;
}

const keyObjects = new Map<string, KeyObject>();

/** Cached: parsing a key takes a third of the time of a verification with it. */
export function publicKeyObject(publicKey: Uint8Array): KeyObject {
  const bytes = Buffer.concat([SPKI_HEAD, publicKey]);
  const name = bytes.toString('latin1');
  const known = keyObjects.get(name);
  if (known !== undefined) return known;
  const made = createPublicKey({ key: bytes, format: 'der', type: 'spki' });
  if (keyObjects.size >= KEY_OBJECTS_MAX) keyObjects.delete(keyObjects.keys().next().value!);
  keyObjects.set(name, made);
  return made;
}

function safely(check: () => boolean): boolean {
  try {
    return check();
  } catch {
    return false;
  }
}
