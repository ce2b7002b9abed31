// Symmetric-key authentication: a key identifier, a pre-shared secret, and a digest appended to the packet (RFC 5905 §7.3;
// AES-CMAC: RFC 8573).
import { createHash, timingSafeEqual } from 'node:crypto';
import { cmac } from '@noble/ciphers/aes.js';
import { ClockError } from '../errors.ts';
import { concat, HEADER_BYTES } from './packet.ts';

export interface SymmetricKey {
  /** Key identifier, 1 to 2³² − 1; identifies the key to the other end. */
  readonly id: number;
  readonly type: keyof typeof DIGESTS;
  readonly secret: Uint8Array;
}

type Digest = (secret: Uint8Array, packet: Uint8Array) => Uint8Array;

const ID_BYTES = 4;
/** Digests are truncated to this: a longer MAC would be parsed as an extension field (RFC 7822 §7.5.1). */
const DIGEST_BYTES_MAX = 20;
/** MD5 is absent: it is no longer secure (RFC 8573 §1). */
const DIGESTS = {
  SHA1: hashing('sha1'),
  SHA256: hashing('sha256'),
  SHA384: hashing('sha384'),
  SHA512: hashing('sha512'),
  AES128: cmacOf,
  AES256: cmacOf,
} satisfies Record<string, Digest>;
const SECRET_BYTES: Record<string, number> = { AES128: 16, AES256: 32 };

function hashing(name: string): Digest {
  return (secret, packet) => createHash(name).update(secret).update(packet).digest();
}

function cmacOf(secret: Uint8Array, packet: Uint8Array): Uint8Array {
  return cmac(packet, secret);
}

/** Appends a MAC (key identifier and digest) to a packet. */
export function withMac(key: SymmetricKey, packet: Uint8Array): Uint8Array {
  return concat(packet, macOf(key, packet));
}

/** Whether the packet ends with a valid MAC. A lone key identifier, the crypto-NAK, is no MAC. */
export function isProvenBy(key: SymmetricKey, bytes: Uint8Array): boolean {
  const macBytes = ID_BYTES + digestOf(key, new Uint8Array(0)).length;
  const end = bytes.length - macBytes;
  return end >= HEADER_BYTES && timingSafeEqual(macOf(key, bytes.subarray(0, end)), bytes.subarray(end));
}

function macOf(key: SymmetricKey, packet: Uint8Array): Uint8Array {
  const id = new Uint8Array(ID_BYTES);
  new DataView(id.buffer).setUint32(0, key.id);
  return concat(id, digestOf(key, packet));
}

function digestOf({ type, secret }: SymmetricKey, packet: Uint8Array): Uint8Array {
  return DIGESTS[type](secret, packet).subarray(0, DIGEST_BYTES_MAX);
}

/**
 * Parses a key file in chrony's format: `ID TYPE KEY` per line; the key is `HEX:…`, `ASCII:…` or plain text.
 * @throws ClockError that names the line of the error
 */
export function parseKeys(text: string): Map<number, SymmetricKey> {
  const keys = new Map<number, SymmetricKey>();
  for (const [i, line] of text.split('\n').entries()) {
    const words = line.trim().split(/\s+/);
    if (words[0] === '' || /^[#%;!]/.test(words[0]!)) continue;
    const key = keyOf(words, `line ${i + 1}`);
    keys.set(key.id, key);
  }
  return keys;
}

function keyOf(words: readonly string[], where: string): SymmetricKey {
  const [number, kind, written] = words;
  const id = Number(number);
  if (words.length !== 3 || !/^\d+$/.test(number!) || id < 1 || id > 0xffff_ffff)
    throw new ClockError('keys', `${where}: a key has the form ID TYPE KEY, such as 10 AES128 HEX:…`);
  const type = kind!.toUpperCase();
  if (!isType(type))
    throw new ClockError('keys', `${where}: unknown type ${kind}; use one of ${TYPES.join(', ')}`);
  const secret = secretOf(written!);
  if (secret === null)
    throw new ClockError('keys', `${where}: HEX: must be followed by pairs of hexadecimal digits`);
  const bytes = SECRET_BYTES[type];
  if (bytes !== undefined && secret.length !== bytes)
    throw new ClockError('keys', `${where}: a key of ${type} has ${bytes} bytes, not ${secret.length}`);
  return { id, type, secret };
}

const TYPES = Object.keys(DIGESTS);

function isType(name: string): name is SymmetricKey['type'] {
  return TYPES.includes(name);
}

function secretOf(written: string): Uint8Array | null {
  const hex = /^HEX:(.*)$/i.exec(written)?.[1];
  if (hex === undefined) return Buffer.from(written.replace(/^ASCII:/i, ''), 'latin1');
  return /^([0-9a-f]{2})+$/i.test(hex) ? Buffer.from(hex, 'hex') : null;
}
