// The key that captures on disk are encrypted with: 32 bytes out of a file, or made of a passphrase. Each capture file has a
// key of its own, which this one only wraps: so none is used for too much, and the same bytes never look alike twice.
import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { CaptureError } from '../errors.ts';

export const KEY_BYTES = 32;
export const SALT_BYTES = 16;
export const NONCE_BYTES = 12;
export const TAG_BYTES = 16;
const KEY_LINE = /^eyrie-key-1 ([0-9a-f]{64})$/;
/** scrypt (RFC 7914): 128 MiB and some tenths of a second for each guess. */
export const LOG_N = 17;
const LOG_N_MAX = 20;
const BLOCK = 8;

const keyKinds = { file: 1, passphrase: 2 } as const;

/** How a file's own key is wrapped; it stands at the beginning of the file. */
export interface Wrapped {
  readonly kind: number;
  readonly logN: number;
  readonly salt: Uint8Array;
  readonly nonce: Uint8Array;
  /** The key and a tag. */
  readonly sealed: Uint8Array;
}

export class VaultKey {
  readonly kind: number;
  readonly #secret: Buffer | string;
  /** What scrypt made of the passphrase, by salt: files of one process share one. */
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

  /** Null: it is not the key of that file. */
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

/** The 32 bytes of a key file. @throws CaptureError if it holds no key, or others may read it */
export function readKeyFile(path: string): Buffer {
  let text: string;
  try {
    const { mode } = statSync(path);
    if (process.platform !== 'win32' && (mode & 0o077) !== 0)
      throw locked(`${path}: others may read this key: chmod 600 it first`);
    text = readFileSync(path, 'utf8').trim();
  } catch (error) {
    if (error instanceof CaptureError) throw error;
    throw locked(`${path}: the key cannot be read: ${(error as Error).message}`);
  }
  const found = KEY_LINE.exec(text);
  if (found === null) throw locked(`${path}: this is no key: make one with "eyrie privacy key FILE"`);
  return Buffer.from(found[1]!, 'hex');
}

/** A new key in a new file. @throws if there is one */
export function makeKeyFile(path: string): void {
  writeFileSync(path, `eyrie-key-1 ${randomBytes(KEY_BYTES).toString('hex')}\n`, { mode: 0o600, flag: 'wx' });
}

let known: { from: string; key: VaultKey | null } | null = null;

/**
 * The key that this process was given: EYRIE_CAPTURE_KEY names its file, EYRIE_CAPTURE_PASSPHRASE is the passphrase. A
 * variable of the process reaches the threads that read captures, too.
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
