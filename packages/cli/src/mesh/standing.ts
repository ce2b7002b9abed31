// Identity and trust of one of this user's peers, from its folder.
import {
  eyrieHome,
  FolderError,
  FolderStorage,
  peerFolder,
  readStanding,
  type Standing,
  systemRuntime,
} from '@eyrie/mesh';
import { PassphraseError } from '@eyrie/mesh/sealed';
import { FAILED, UserError } from '../errors.ts';

/** @throws UserError if a file is damaged, or its keys are under a passphrase that EYRIE_PASSPHRASE is not */
export function standingFrom(id: string): Standing {
  const storage = new FolderStorage(peerFolder(eyrieHome(), id));
  try {
    return readStanding(storage, systemRuntime()).standing;
  } catch (error) {
    const isTheirs = error instanceof PassphraseError || error instanceof FolderError;
    throw isTheirs ? new UserError(`${id}: ${error.message}`, FAILED) : error;
  }
}
