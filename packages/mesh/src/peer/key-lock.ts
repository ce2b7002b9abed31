// The private keys of a peer on disk, in plain text or encrypted with a passphrase.

import {
  isPassphraseSealed,
  openWithPassphrase,
  PassphraseError,
  sealWithPassphrase,
} from '../sealed/passphrase.ts';
import type { Storage } from './storage.ts';

/** Who has one of these can pretend to be the peer, read what was sealed for it or for all, or let others in. */
export const SECRET_FILES = [
  'peer.key',
  'sealing.key',
  'group.key',
  'authority/root.key',
  'authority/next.key',
  'authority/offline-root.key',
] as const;

/** A secret of the folder; null if there is none. @throws PassphraseError without the right passphrase */
export function readSecret(storage: Storage, name: string, passphrase: string | null): Buffer | null {
  const data = storage.read(name);
  if (data === null || !isPassphraseSealed(data)) return data;
  if (!passphrase)
    throw new PassphraseError('the keys are under a passphrase: set EYRIE_PASSPHRASE or start on a terminal');
  return openWithPassphrase(passphrase, data);
}

/** Puts a secret beside the key of the peer: under the same passphrase if that is. @throws PassphraseError */
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

/** True if any secret of the folder is under a passphrase. */
export function isLocked(storage: Storage): boolean {
  return SECRET_FILES.some((name) => {
    const data = storage.read(name);
    return data !== null && isPassphraseSealed(data);
  });
}

/** Puts all under the passphrase; gives how many were not yet. */
export function lockSecrets(storage: Storage, passphrase: string): number {
  return changed(storage, (data) => (isPassphraseSealed(data) ? null : sealWithPassphrase(passphrase, data)));
}

/** Takes all out again; gives how many. @throws PassphraseError, and then none is changed */
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
