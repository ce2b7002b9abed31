// The authority's key on disk. A new key is stored beside the old one until the list of members names it: after a power
// failure at any moment, the key that the list names is present.

import { createPublicKey, type KeyObject } from 'node:crypto';
import { readKeyPem, rootKey } from '../identity/certificate.ts';
import { privateKeyPem } from '../identity/keys.ts';
import type { Roster } from '../members/roster.ts';
import { isPassphraseSealed, PassphraseError, sealWithPassphrase } from '../sealed/passphrase.ts';
import { damaged } from './damaged.ts';
import { readSecret } from './key-lock.ts';
import type { Storage } from './storage.ts';

const KEY = 'authority/root.key';
const NEXT = 'authority/next.key';

export function writeRootKey(storage: Storage, key: KeyObject, passphrase: string | null): void {
  write(storage, KEY, key, passphrase);
}

/** Initial location of the offline root key of a mesh with an intermediate: the operator moves it off this machine. */
export const OFFLINE_KEY = 'authority/offline-root.key';

export function writeOfflineKey(storage: Storage, key: KeyObject, passphrase: string | null): void {
  write(storage, OFFLINE_KEY, key, passphrase);
}

/**
 * Returns the key of the newest root in the list of members; null if the folder holds no authority.
 * @throws PassphraseError, or FolderError if a key file is damaged
 */
export function readRootKey(storage: Storage, roster: Roster, passphrase: string | null): KeyObject | null {
  const [own, next] = [KEY, NEXT].map((name) => {
    const pem = readSecret(storage, name, passphrase);
    return pem === null ? null : keyIn(pem, name);
  });
  if (own == null) return null;
  const newest = rootKey(roster.roots.at(-1)!);
  if (next == null || !createPublicKey(next).equals(newest)) return own;
  settle(storage);
  return next;
}

/**
 * Returns a function that stores a new key like the old one: in the clear, or encrypted with the same passphrase.
 *
 * @param passphrase the one with which the peer was started
 * @throws PassphraseError if the keys have been encrypted with another one since
 */
export function keeperOfNextKey(storage: Storage, passphrase: string | null): (key: KeyObject) => void {
  const now = storage.read(KEY);
  const isSealed = now !== null && isPassphraseSealed(now);
  if (isSealed) {
    try {
      readSecret(storage, KEY, passphrase);
    } catch (error) {
      if (!(error instanceof PassphraseError)) throw error;
      throw new PassphraseError(
        'the keys were encrypted after this peer started: restart it with the passphrase, then rotate',
      );
    }
  }
  return (key) => {
    // A key left from an earlier rotation is in the list already.
    if (storage.read(NEXT) !== null) settle(storage);
    write(storage, NEXT, key, isSealed ? passphrase : null);
  };
}

function keyIn(pem: Buffer, name: string): KeyObject {
  try {
    return readKeyPem(pem.toString());
  } catch {
    throw damaged(name, 'put a copy of it back');
  }
}

function settle(storage: Storage): void {
  storage.write(KEY, storage.read(NEXT)!);
  storage.remove(NEXT);
}

function write(storage: Storage, name: string, key: KeyObject, passphrase: string | null): void {
  const pem = privateKeyPem(key);
  storage.write(name, passphrase === null ? pem : sealWithPassphrase(passphrase, Buffer.from(pem)));
}
