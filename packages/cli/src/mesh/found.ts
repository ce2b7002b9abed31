// eyrie mesh init, join, create: new peers.
import { existsSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join as joinPath } from 'node:path';
import {
  EnrolError,
  eyrieHome,
  FolderError,
  FolderStorage,
  foundMesh,
  type Invitation,
  isComplete,
  joinMesh,
  MESH_NAME,
  meshFingerprint,
  meshNameOf,
  OFFLINE_KEY,
  PEER_ID,
  PEER_ID_RULE,
  type PeerSettings,
  parseAddress,
  parseToken,
  peerFolder,
  peerIdOf,
  peersIn,
  systemRuntime,
  TokenError,
} from '@eyrie/mesh';
import { commandName } from '../command-name.ts';
import { FAILED, UserError } from '../errors.ts';
import { newPassphrase } from './passphrase.ts';
import { ask, readTime, readWhole, selectAuthority } from './select.ts';

interface Where {
  name?: string;
  port: string;
  host: string;
  advertise?: string[];
}

export async function init(
  mesh: string,
  options: Where & { passphrase?: boolean; intermediate?: boolean },
): Promise<void> {
  if (!MESH_NAME.test(mesh))
    throw new UserError(`"${mesh}" cannot be a name: lower-case letters, digits, dots and dashes`);
  const settings = settingsOf(options);
  const storage = newFolder(settings.id);
  const home = eyrieHome();
  const other = peersIn(home).find((id) => meshNameOf(peerFolder(home, id)) === mesh);
  // Two meshes of one name are two all the same, and their peers refuse each other.
  if (other !== undefined)
    throw new UserError(
      `${other} is in a mesh ${mesh} already: eyrie mesh create NAME makes one more peer in it; a second mesh takes another name`,
      FAILED,
    );
  const passphrase = options.passphrase === true ? await newPassphrase() : null;
  const hasIntermediate = options.intermediate === true;
  foundMesh(storage, systemRuntime(), mesh, settings, passphrase, hasIntermediate);
  console.log(`Mesh ${mesh} is founded; ${settings.id} is its first peer and holds the authority.
  Folder:  ${storage.folder}
  Next:    ${commandName()} mesh start ${settings.id}
           ${commandName()} mesh invite`);
  if (hasIntermediate)
    console.log(`  Root:    ${joinPath(storage.folder, OFFLINE_KEY)}
           Take this file to a safe place, away from here; eyrie mesh ca rotate --root-key FILE needs it again.`);
}

export async function join(token: string, options: Where & { wait: string }): Promise<void> {
  const waitMs = readTime(options.wait, '--wait');
  await joinBy(readInvitation(token), settingsOf(options), waitMs);
}

export async function create(id: string, options: Where & { peer?: string }): Promise<void> {
  const settings = settingsOf({ ...options, name: id });
  // Before the new peer has a folder, which would be one more to choose from.
  const inviter = selectAuthority(options.peer);
  // It is made once there is an invitation: what is refused leaves none behind.
  if (peersIn(eyrieHome()).includes(id)) newFolder(id);
  const { token } = await ask<{ token: string }>(inviter, 'invite', {
    name: id,
    uses: 1,
    ttlMs: 60_000,
  });
  await joinBy(readInvitation(token), settings, 0);
}

async function joinBy(invitation: Invitation, settings: PeerSettings, waitMs: number): Promise<void> {
  const { id } = settings;
  const folder = peerFolder(eyrieHome(), id);
  let isUseless = !existsSync(folder);
  // The same again, as a script may: nothing is left to do.
  const root = Buffer.from(invitation.root).toString('hex');
  if (isComplete(openFolder(id)) && meshFingerprint(folder) === root)
    return console.log(`${id} is in mesh ${invitation.mesh} already: eyrie mesh start ${id}`);
  const storage = newFolder(id);
  const onWaiting = (fingerprint: string) => {
    isUseless = false;
    console.error(
      `${id} waits for approval. Its key is ${fingerprint.slice(0, 32)}: whoever approves should see the same.`,
    );
  };
  try {
    const isIn = await joinMesh({
      runtime: systemRuntime(),
      storage,
      invitation,
      settings,
      waitMs,
      onWaiting,
    });
    if (!isIn)
      throw new UserError(`${id} still waits for approval: run the same command again later`, FAILED);
  } catch (error) {
    // Without an answer it is repeated with the same keys, which the authority may have admitted. Keys refused at once were never of use.
    if (isUseless && error instanceof EnrolError && !error.isUnanswered) rmSync(folder, { recursive: true });
    if (error instanceof EnrolError)
      throw new UserError(`cannot join ${invitation.mesh}: ${error.message}`, FAILED);
    if (error instanceof FolderError) throw new UserError(`${id}: ${error.message}`, FAILED);
    throw error;
  }
  console.log(
    `${id} is in mesh ${invitation.mesh}.\n  Folder:  ${storage.folder}\n  Next:    ${commandName()} mesh start ${id}`,
  );
}

function readInvitation(token: string): Invitation {
  try {
    return parseToken(token);
  } catch (error) {
    if (error instanceof TokenError) throw new UserError(error.message);
    throw error;
  }
}

function settingsOf({ name, port, host, advertise = [] }: Where): PeerSettings {
  const id = name ?? peerIdOf(hostname());
  if (id === null || !PEER_ID.test(id))
    throw new UserError(`"${id ?? hostname()}" cannot be a name: ${PEER_ID_RULE}; give one with --name`);
  const bad = advertise.find((address) => parseAddress(address) === null);
  if (bad !== undefined) throw new UserError(`--advertise ${bad}: write host:port`);
  return {
    id,
    host,
    port: readWhole(port, '--port', 65_535),
    advertise: advertise.slice(0, 4),
    bootstrap: [],
  };
}

function openFolder(id: string): FolderStorage {
  try {
    return new FolderStorage(peerFolder(eyrieHome(), id));
  } catch (error) {
    throw error instanceof FolderError ? new UserError(error.message, FAILED) : error;
  }
}

function newFolder(id: string): FolderStorage {
  const storage = openFolder(id);
  if (isComplete(storage))
    throw new UserError(
      `${id} is a member already (${storage.folder}): take another name, or remove that folder`,
      FAILED,
    );
  return storage;
}
