// NTS cookies: the client's keys, encrypted so that the server can be stateless (RFC 8915 §6).
import { randomBytes } from 'node:crypto';
import { aessiv } from '@noble/ciphers/aes.js';
import { concat } from '../ntp/packet.ts';
import { KEY_BYTES, type NtsKeys } from './keys.ts';
import { decrypt } from './protect.ts';

/** Cookies handed out at key establishment, and kept in store by a client (RFC 8915 §5.7). */
export const COOKIES_MAX = 8;
const ID_BYTES = 4;
const NONCE_BYTES = 16;
const TAG_BYTES = 16;
const SEALED_BYTES = TAG_BYTES + 2 * KEY_BYTES;
export const COOKIE_BYTES = ID_BYTES + NONCE_BYTES + SEALED_BYTES;
/** Master keys: the latest encrypts, older ones only decrypt, so that a cookie lives two to three rotations. */
const KEYS_KEPT = 3;

interface MasterKey {
  readonly id: Uint8Array;
  readonly secret: Uint8Array;
}

export class CookieJar {
  readonly #keys: MasterKey[] = [newKey()];

  /** Adds a master key and drops the oldest, whose cookies are rejected from now on, so that their clients rekey. */
  rotate(): void {
    this.#keys.unshift(newKey());
    this.#keys.length = Math.min(this.#keys.length, KEYS_KEPT);
  }

  seal({ clientToServer, serverToClient }: NtsKeys): Uint8Array {
    const { id, secret } = this.#keys[0]!;
    const nonce = randomBytes(NONCE_BYTES);
    const sealed = aessiv(secret, id, nonce).encrypt(concat(clientToServer, serverToClient));
    return concat(id, nonce, sealed);
  }

  /** The keys in a cookie; null if it is not ours or too old. */
  open(cookie: Uint8Array): NtsKeys | null {
    if (cookie.length < COOKIE_BYTES) return null;
    const key = this.#keys.find(({ id }) => id.every((byte, i) => byte === cookie[i]));
    if (key === undefined) return null;
    const nonce = cookie.subarray(ID_BYTES, ID_BYTES + NONCE_BYTES);
    const sealed = cookie.subarray(ID_BYTES + NONCE_BYTES, COOKIE_BYTES);
    const keys = decrypt(key.secret, key.id, nonce, sealed);
    if (keys === null) return null;
    return { clientToServer: keys.subarray(0, KEY_BYTES), serverToClient: keys.subarray(KEY_BYTES) };
  }
}

function newKey(): MasterKey {
  return { id: randomBytes(ID_BYTES), secret: randomBytes(KEY_BYTES) };
}
