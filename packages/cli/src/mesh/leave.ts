// eyrie mesh leave: ends the membership of a peer of this machine.
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '@eyrie/capture';
import { eyrieHome, FolderStorage, isComplete, meshNameOf, peerFolder } from '@eyrie/mesh';
import { FAILED, UserError, writeProblem } from '../errors.ts';
import { shellWord } from '../terminal/shell.ts';
import { start, stop } from './process.ts';
import { isRunning } from './running.ts';
import { askPeer, holdsAuthority, selectPeer } from './select.ts';

export async function leave(
  named: string | undefined,
  options: { delete?: boolean; force?: boolean },
): Promise<void> {
  const id = selectPeer(named, 'as in eyrie mesh leave ID');
  const folder = peerFolder(eyrieHome(), id);
  if (!isComplete(new FolderStorage(folder)))
    throw new UserError(`${id} is in no mesh yet: to delete it, rm -r ${shellWord(folder)}`, FAILED);
  if (holdsAuthority(id))
    throw new UserError(
      `${id} holds the authority, without which nobody can be admitted or revoked: to end the mesh, eyrie mesh stop ${id} and rm -r ${shellWord(folder)}`,
      FAILED,
    );
  const mesh = meshNameOf(folder);
  const isForced = await requestLeave(id, options.force === true);
  if (await isRunning(id)) await stop([id]);
  console.log(
    isForced
      ? `${id} no longer takes part in mesh ${mesh}.`
      : `${id} has left mesh ${mesh}: its key is revoked, and its name is free.`,
  );
  if (options.delete === true) deleteFolder(folder);
  else console.log(`Its messages and files are in ${setAside(id, folder)}`);
}

/** Has the authority revoke it; a peer that did not run is started for that. Returns whether it leaves without that, by force. */
async function requestLeave(id: string, mayForce: boolean): Promise<boolean> {
  const wasRunning = await isRunning(id);
  try {
    if (!wasRunning) await start([id]);
    await askPeer(id, 'leave');
    return false;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    if (mayForce) {
      console.error(
        `eyrie: ${error.message}; it stays a member until an administrator runs "eyrie mesh revoke ${id}"`,
      );
      return true;
    }
    if (!wasRunning && (await isRunning(id))) await stop([id]);
    throw new UserError(
      `${error.message}; with --force it leaves without that, and must be revoked later`,
      FAILED,
    );
  }
}

function deleteFolder(folder: string): void {
  try {
    rmSync(folder, { recursive: true });
  } catch (error) {
    throw new UserError(writeProblem(folder, error), FAILED);
  }
}

/** Out of the folder of peers, so that its name is free here, too. Returns the new place. */
function setAside(id: string, folder: string): string {
  const parent = join(eyrieHome(), 'left');
  try {
    makeFolder(parent, 0o700);
    let place = join(parent, id);
    for (let i = 2; existsSync(place); i++) place = join(parent, `${id}.${i}`);
    renameSync(folder, place);
    return place;
  } catch (error) {
    throw new UserError(writeProblem(folder, error), FAILED);
  }
}
