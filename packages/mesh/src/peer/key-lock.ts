// The private keys of a peer on disk, in the clear or encrypted with a passphrase.

import {
  isPassphraseSealed,
  openWithPassphrase,
  PassphraseError,
  sealWithPassphrase,
} from '../sealed/passphrase.ts';
import type { Storage } from './storage.ts';

/** Any of these lets its holder impersonate the peer, decrypt what was sealed for it or the group, or admit members. */
export const SECRET_FILES = [
  'peer.key',
  'sealing.key',
  'group.key',
  'authority/root.key',
  'authority/next.key',
  'authority/offline-root.key',
] as const;

/** Reads a secret; null if there is none. @throws PassphraseError if it is encrypted and the passphrase missing or wrong */
export function readSecret(storage: Storage, name: string, passphrase: string | null): Buffer | null {
  const data = storage.read(name);
  if (data === null || !isPassphraseSealed(data)) return data;
  if (!passphrase)
    throw new PassphraseError('the keys are encrypted: set EYRIE_PASSPHRASE or start on a terminal');
  return openWithPassphrase(passphrase, data);
}

/** Writes a secret, encrypted if the key of the peer is. @throws PassphraseError if the passphrase is not that key's */
export function writeSecret(
  storage: Storage,
  name: string,
  data: Uint8Array,
  passphrase: string | null,
): void {
  const key = storage.read('peer.key');
  const isSealed = key !== null && isPassphraseSealed(key);
  if (isSealed) readSecret(storage, 'peer.key', passphrase);
  storage.write(name, isSealed ? sealWithPassphrase(passphrase!, data) : data);
}

/** Whether any secret of the folder is encrypted. */
export function isLocked(storage: Storage): boolean {
  return SECRET_FILES.some((name) => {
    const data = storage.read(name);
    return data !== null && isPassphraseSealed(data);
  });
}

/** Encrypts all secrets; returns how many were in the clear. */
export function lockSecrets(storage: Storage, passphrase: string): number {
  return changed(storage, (data) => (isPassphraseSealed(data) ? null : sealWithPassphrase(passphrase, data)));
}

/** Decrypts all secrets; returns how many. @throws PassphraseError if one cannot be decrypted; then none is changed */
export function unlockSecrets(storage: Storage, passphrase: string): number {
  for (const name of SECRET_FILES) readSecret(storage, name, passphrase);
  return changed(storage, (data) => (isPassphraseSealed(data) ? openWithPassphrase(passphrase, data) : null));
}

function changed(storage: Storage, change: (data: Buffer) => Buffer | null): number {
  let count = 0;
  for (const name of SECRET_FILES) {
    const data = storage.read(name);
    const now = data === null ? null : change(data);
    if (now === null) continue;
    storage.write(name, now);
    count++;
  }
  return count;
}
