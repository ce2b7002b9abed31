// Encrypts secrets with a passphrase: scrypt (RFC 7914) for the key, AES-256-GCM for the data.

import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto';

const MAGIC = Buffer.from('eyrie-passphrase-1\n');
const SALT_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Cost of a guess: 128 MiB and a few tenths of a second. */
const LOG_N = 17;
/** Highest cost accepted from a file: 1 GiB. */
const LOG_N_MAX = 20;
const BLOCK = 8;

interface MadeKey {
  readonly passphrase: string;
  readonly logN: number;
  readonly salt: Buffer;
  readonly key: Buffer;
}

/** Cache of derived keys, oldest first: opening all secrets of a peer costs one derivation. */
const made: MadeKey[] = [];
const MADE_MAX = 8;

export class PassphraseError extends Error {}

export function sealWithPassphrase(passphrase: string, plain: Uint8Array): Buffer {
  const { salt, key } =
    made.find((each) => each.passphrase === passphrase && each.logN === LOG_N) ??
    makeKey(passphrase, randomBytes(SALT_BYTES), LOG_N);
  const nonce = randomBytes(NONCE_BYTES);
  const head = Buffer.concat([MAGIC, Buffer.of(LOG_N), salt, nonce]);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(head);
  return Buffer.concat([head, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

export function isPassphraseSealed(data: Uint8Array): boolean {
  return MAGIC.equals(data.subarray(0, MAGIC.length));
}

/** @throws PassphraseError with one line */
export function openWithPassphrase(passphrase: string, sealed: Uint8Array): Buffer {
  const headBytes = MAGIC.length + 1 + SALT_BYTES + NONCE_BYTES;
  if (!isPassphraseSealed(sealed) || sealed.length < headBytes + TAG_BYTES)
    throw new PassphraseError('this was not encrypted with a passphrase, or is not whole');
  const head = sealed.subarray(0, headBytes);
  const logN = head[MAGIC.length]!;
  if (logN < 10 || logN > LOG_N_MAX) throw new PassphraseError('the head of the encrypted data is damaged');
  const salt = head.subarray(MAGIC.length + 1, MAGIC.length + 1 + SALT_BYTES);
  const { key } =
    made.find((each) => each.passphrase === passphrase && each.logN === logN && each.salt.equals(salt)) ??
    makeKey(passphrase, salt, logN);
  const decipher = createDecipheriv('aes-256-gcm', key, head.subarray(-NONCE_BYTES));
  decipher.setAAD(head);
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(headBytes, -TAG_BYTES)), decipher.final()]);
  } catch {
    throw new PassphraseError('wrong passphrase, or the data was changed');
  }
}

function makeKey(passphrase: string, salt: Uint8Array, logN: number): MadeKey {
  const N = 2 ** logN;
  const options = { N, r: BLOCK, p: 1, maxmem: 256 * N * BLOCK };
  const key = scryptSync(passphrase.normalize('NFC'), salt, 32, options);
  if (made.length === MADE_MAX) made.shift();
  const one = { passphrase, logN, salt: Buffer.from(salt), key };
  made.push(one);
  return one;
}
