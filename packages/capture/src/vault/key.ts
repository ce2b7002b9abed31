// The master key for captures on disk: 32 bytes from a file, or derived from a passphrase. It only wraps a random key per
// capture file, so that no key encrypts too much and nonces can be plain counters.
import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { CaptureError, readError } from '../errors.ts';

export const KEY_BYTES = 32;
export const SALT_BYTES = 16;
export const NONCE_BYTES = 12;
export const TAG_BYTES = 16;
const KEY_LINE = /^eyrie-key-1 ([0-9a-f]{64})$/;
/** scrypt cost (RFC 7914): 128 MiB and some tenths of a second per guess. */
const LOG_N = 17;
const LOG_N_MAX = 20;
const BLOCK = 8;

const keyKinds = { file: 1, passphrase: 2 } as const;

/** A file's wrapped key and how it was wrapped, as stored at the beginning of the file. */
export interface Wrapped {
  readonly kind: number;
  readonly logN: number;
  readonly salt: Uint8Array;
  readonly nonce: Uint8Array;
  /** The encrypted key and its tag. */
  readonly sealed: Uint8Array;
}

export class VaultKey {
  readonly kind: number;
  readonly #secret: Buffer | string;
  /** Keys derived from the passphrase, by salt; all files that a process writes share one salt. */
  readonly #made = new Map<string, Buffer>();
  #salt: Buffer | null = null;

  private constructor(kind: number, secret: Buffer | string) {
    this.kind = kind;
    this.#secret = secret;
  }

  /** @throws CaptureError */
  static fromFile(path: string): VaultKey {
    return new VaultKey(keyKinds.file, readKeyFile(path));
  }

  static fromPassphrase(passphrase: string): VaultKey {
    return new VaultKey(keyKinds.passphrase, passphrase.normalize('NFC'));
  }

  wrap(fileKey: Uint8Array, bound: Uint8Array): Wrapped {
    this.#salt ??= randomBytes(SALT_BYTES);
    const [salt, nonce] = [this.#salt, randomBytes(NONCE_BYTES)];
    const cipher = createCipheriv('aes-256-gcm', this.#keyFor(salt, LOG_N), nonce).setAAD(bound);
    const sealed = Buffer.concat([cipher.update(fileKey), cipher.final(), cipher.getAuthTag()]);
    return { kind: this.kind, logN: LOG_N, salt, nonce, sealed };
  }

  /** Unwraps a file's key; null if this is not its master key. */
  unwrap({ kind, logN, salt, nonce, sealed }: Wrapped, bound: Uint8Array): Buffer | null {
    if (kind !== this.kind || logN > LOG_N_MAX) return null;
    const decipher = createDecipheriv('aes-256-gcm', this.#keyFor(salt, logN), nonce).setAAD(bound);
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    try {
      return Buffer.concat([decipher.update(sealed.subarray(0, -TAG_BYTES)), decipher.final()]);
    } catch {
      return null;
    }
  }

  #keyFor(salt: Uint8Array, logN: number): Buffer {
    if (typeof this.#secret !== 'string') return this.#secret;
    const name = `${logN} ${Buffer.from(salt).toString('hex')}`;
    const known = this.#made.get(name);
    if (known !== undefined) return known;
    const N = 2 ** logN;
    const made = scryptSync(this.#secret, salt, KEY_BYTES, { N, r: BLOCK, p: 1, maxmem: 256 * N * BLOCK });
    this.#made.set(name, made);
    return made;
  }
}

/** Reads a key file. @throws CaptureError if it does not hold a key, or others may read it */
export function readKeyFile(path: string): Buffer {
  let text: string;
  try {
    const { mode } = statSync(path);
    if (process.platform !== 'win32' && (mode & 0o077) !== 0)
      throw locked(`${path}: others may read this key: chmod 600 it first`);
    text = readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw readError(path, error);
  }
  const found = KEY_LINE.exec(text);
  if (found === null) throw locked(`${path}: this is not a key: make one with "eyrie privacy key FILE"`);
  return Buffer.from(found[1]!, 'hex');
}

/** Creates a key file. @throws if the file exists */
export function makeKeyFile(path: string): void {
  writeFileSync(path, `eyrie-key-1 ${randomBytes(KEY_BYTES).toString('hex')}\n`, { mode: 0o600, flag: 'wx' });
}

let known: { from: string; key: VaultKey | null } | null = null;

/**
 * The key given to this process: EYRIE_CAPTURE_KEY names its file, EYRIE_CAPTURE_PASSPHRASE is the passphrase. The
 * environment also reaches the threads that read captures.
 *
 * @throws CaptureError
 */
export function ambientKey(env: NodeJS.ProcessEnv = process.env): VaultKey | null {
  const [path = '', passphrase = ''] = [env.EYRIE_CAPTURE_KEY, env.EYRIE_CAPTURE_PASSPHRASE];
  const from = `${path}\n${passphrase}`;
  if (known?.from === from) return known.key;
  const key =
    path !== '' ? VaultKey.fromFile(path) : passphrase !== '' ? VaultKey.fromPassphrase(passphrase) : null;
  known = { from, key };
  return key;
}

export function locked(message: string): CaptureError {
  return new CaptureError('ERR_CAPTURE_LOCKED', message);
}
