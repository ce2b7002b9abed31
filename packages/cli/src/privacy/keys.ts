// `eyrie privacy keys`: encrypts the keys of a peer with a passphrase, or decrypts them.
import { eyrieHome, FolderStorage, lockSecrets, peerFolder, unlockSecrets } from '@eyrie/mesh';
import { PassphraseError } from '@eyrie/mesh/sealed';
import { FAILED, UserError } from '../errors.ts';
import { knownPassphrase, newPassphrase } from '../mesh/passphrase.ts';
import { selectPeer } from '../mesh/select.ts';

export async function keys({ peer, open }: { peer?: string; open?: boolean }): Promise<void> {
  const id = selectPeer(peer);
  const storage = new FolderStorage(peerFolder(eyrieHome(), id));
  try {
    if (open === true) {
      const count = unlockSecrets(storage, await knownPassphrase());
      console.log(
        count === 0 ? `${id}: no key was under a passphrase` : `${id}: ${count} keys lie open again`,
      );
      return;
    }
    const count = lockSecrets(storage, await newPassphrase());
    if (count === 0) console.log(`${id}: all keys are under a passphrase already`);
    else
      console.log(`${id}: ${count} keys are under the passphrase; without it the peer does not start again`);
  } catch (error) {
    throw error instanceof PassphraseError ? new UserError(`${id}: ${error.message}`, FAILED) : error;
  }
}
