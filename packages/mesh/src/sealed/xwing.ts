// X-Wing (draft-connolly-cfrg-xwing-kem): X25519 and ML-KEM-768 as one key encapsulation. Both halves are OpenSSL's; this
// file is the combiner and the encodings.

import {
  createHash,
  createPrivateKey,
  createPublicKey,
  decapsulate as decapsulateMlKem,
  diffieHellman,
  encapsulate as encapsulateMlKem,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { ownCopy } from '../wire/schema.ts';

export const SEED_BYTES = 32;
const PUBLIC_KEY_BYTES = 1216;
export const CIPHERTEXT_BYTES = 1120;

const MLKEM_PUBLIC_BYTES = 1184;
const MLKEM_CIPHERTEXT_BYTES = 1088;
const X25519_BYTES = 32;
/** XWingLabel, §5.3 of the draft: \.//^\ */
const LABEL = Buffer.from('5c2e2f2f5e5c', 'hex');

// DER prefixes of the raw keys (RFC 8410; draft-ietf-lamps-kyber-certificates, private key as seed).
const X25519_SPKI = Buffer.from('302a300506032b656e032100', 'hex');
const X25519_PKCS8 = Buffer.from('302e020100300506032b656e04220420', 'hex');
const MLKEM_SPKI = Buffer.from('308204b2300b0609608648016503040402038204a100', 'hex');
const MLKEM_PKCS8 = Buffer.from('3054020100300b060960864801650304040204428040', 'hex');

export interface XWingPrivateKey {
  seed: Uint8Array;
  /** Raw, 1216 bytes: ML-KEM-768 and X25519. */
  publicKey: Uint8Array;
}

/** Both halves as OpenSSL key objects: 9 KB. */
interface Opened {
  mlKem: KeyObject;
  x25519: KeyObject;
}

/** Bounded LRU cache: many peers may share a process, and each opens messages only occasionally. */
const opened = new Map<XWingPrivateKey, Opened>();
const OPENED_MAX = 64;

/** §5.2, expandDecapsulationKey: derives both halves from a 32-byte seed. */
export function privateKeyFrom(seed: Uint8Array): XWingPrivateKey {
  const { mlKem, x25519 } = open(seed);
  const publicKey = ownCopy(Buffer.concat([rawPublic(mlKem, MLKEM_SPKI), rawPublic(x25519, X25519_SPKI)]));
  return { seed: ownCopy(seed), publicKey };
}

function open(seed: Uint8Array): Opened {
  const expanded = createHash('shake256', { outputLength: 96 }).update(seed).digest();
  return {
    mlKem: privateKey(MLKEM_PKCS8, expanded.subarray(0, 64)),
    x25519: privateKey(X25519_PKCS8, expanded.subarray(64)),
  };
}

function openedOf(key: XWingPrivateKey): Opened {
  const halves = opened.get(key) ?? open(key.seed);
  opened.delete(key);
  opened.set(key, halves);
  if (opened.size > OPENED_MAX) opened.delete(opened.keys().next().value!);
  return halves;
}

export function encapsulate(publicKey: Uint8Array): { secret: Buffer; ciphertext: Buffer } {
  if (publicKey.length !== PUBLIC_KEY_BYTES) throw new RangeError('an X-Wing key has 1216 bytes');
  const rawX = publicKey.subarray(MLKEM_PUBLIC_BYTES);
  const mlKem = encapsulateMlKem(publicKeyOf(MLKEM_SPKI, publicKey.subarray(0, MLKEM_PUBLIC_BYTES)));
  const ephemeral = generateKeyPairSync('x25519');
  const ciphertextX = rawPublic(ephemeral.publicKey, X25519_SPKI);
  const secretX = agree(ephemeral.privateKey, rawX);
  return {
    secret: combine(mlKem.sharedKey, secretX, ciphertextX, rawX),
    ciphertext: Buffer.concat([mlKem.ciphertext, ciphertextX]),
  };
}

/** A modified ciphertext yields a different secret, not an error (implicit rejection): the AEAD then fails. */
export function decapsulate(key: XWingPrivateKey, ciphertext: Uint8Array): Buffer {
  if (ciphertext.length !== CIPHERTEXT_BYTES) throw new RangeError('an X-Wing ciphertext has 1120 bytes');
  const ciphertextX = ciphertext.subarray(MLKEM_CIPHERTEXT_BYTES);
  const { mlKem, x25519 } = openedOf(key);
  const secretM = decapsulateMlKem(mlKem, ciphertext.subarray(0, MLKEM_CIPHERTEXT_BYTES));
  const secretX = agree(x25519, ciphertextX);
  return combine(secretM, secretX, ciphertextX, key.publicKey.subarray(MLKEM_PUBLIC_BYTES));
}

/** Whether `encapsulate` accepts the key: OpenSSL rejects ML-KEM keys with coefficients out of range (FIPS 203 §7.2). */
export function isPublicKey(raw: Uint8Array): boolean {
  if (raw.length !== PUBLIC_KEY_BYTES) return false;
  try {
    publicKeyOf(MLKEM_SPKI, raw.subarray(0, MLKEM_PUBLIC_BYTES));
    publicKeyOf(X25519_SPKI, raw.subarray(MLKEM_PUBLIC_BYTES));
    return true;
  } catch {
    return false;
  }
}

/** X25519 of a low-order point is all zeros (RFC 7748 §6.1): an error for OpenSSL, but X-Wing hashes it like any other. */
function agree(privateKey: KeyObject, rawX: Uint8Array): Uint8Array {
  try {
    return diffieHellman({ privateKey, publicKey: publicKeyOf(X25519_SPKI, rawX) });
  } catch {
    return Buffer.alloc(X25519_BYTES);
  }
}

function combine(
  secretM: Uint8Array,
  secretX: Uint8Array,
  ciphertextX: Uint8Array,
  publicX: Uint8Array,
): Buffer {
  const hash = createHash('sha3-256');
  for (const part of [secretM, secretX, ciphertextX, publicX, LABEL]) hash.update(part);
  return hash.digest();
}

function privateKey(head: Buffer, raw: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([head, raw]), format: 'der', type: 'pkcs8' });
}

function publicKeyOf(head: Buffer, raw: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.concat([head, raw]), format: 'der', type: 'spki' });
}

function rawPublic(key: KeyObject, head: Buffer): Buffer {
  const open = key.type === 'private' ? createPublicKey(key) : key;
  return open.export({ format: 'der', type: 'spki' }).subarray(head.length);
}
