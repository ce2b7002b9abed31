// Runs a peer as a process: opens its folder, serves its control socket, and runs until it is stopped.

import { rmSync } from 'node:fs';
import type { SourceOptions } from '@eyrie/clock';
import { isLoopback } from '../link/address.ts';
import { Parcels } from '../resources/parcels.ts';
import type { Cancel } from '../runtime.ts';
import { followTimeServers } from '../time/servers.ts';
import type { Companion } from './companion.ts';
import { controlPath, serveControl } from './control.ts';
import { type OpenOptions, openPeer } from './folder.ts';
import { refreshCertificate } from './join.ts';
import { controlMethods } from './methods.ts';
import type { Peer } from './peer.ts';
import { type Reloadable, type Reloaded, reload } from './reload.ts';
import type { Storage } from './storage.ts';
import { readPolicy } from './stored.ts';
import { trackAddresses } from './track-addresses.ts';

export interface RunOptions extends OpenOptions {
  companions?: readonly ((peer: Peer) => Companion)[];
  /** Time servers to follow while this peer leads the mesh clock; if none, it leads by its own clock. */
  timeServers?: readonly SourceOptions[];
}

export interface RunningPeer {
  peer: Peer;
  /** Stops the peer, like the control socket's method of that name. */
  stop(): Promise<void>;
  readonly stopped: Promise<void>;
  /** Reads the policies again; what cannot be read leaves the earlier one in force. */
  reload(): Reloaded[];
}

/** @throws FolderError, ControlError, or the system's error if a port is in use */
export async function runPeer(options: RunOptions): Promise<RunningPeer> {
  const { folder, passphrase = null } = options;
  await refreshCertificate(options);
  const { peer, transport, settings, storage, close } = openPeer(options);
  let whenStopped = () => {};
  const stopped = new Promise<void>((resolve) => {
    whenStopped = resolve;
  });
  let stopFollowing: Cancel = () => {};
  let stopLooking: Cancel = () => {};
  let stopping: Promise<void> | null = null;
  const stop = () => {
    stopping ??= (async () => {
      stopFollowing();
      stopLooking();
      endCompanions();
      await close();
      await new Promise((resolve) => control.close(resolve));
      if (process.platform !== 'win32') rmSync(controlPath(folder), { force: true });
      whenStopped();
    })();
    return stopping;
  };
  const parcels = new Parcels(peer, storage, folder);
  const companions: Companion[] = [parcels, ...(options.companions ?? []).map((start) => start(peer))];
  const files = [policyFile(peer, storage), ...companions.flatMap((each) => each.files ?? [])];
  const reloadAll = () => {
    const all = reload(files);
    for (const { file, problem } of all)
      if (problem === null) options.runtime.log('info', 'a policy was read again', { file });
      else
        options.runtime.log('warn', 'a policy cannot be read: the earlier one stays in force', {
          file,
          problem,
        });
    return all;
  };
  const endCompanions = () => {
    for (const companion of companions) companion.stop();
  };
  const control = await serveControl(
    folder,
    Object.assign(
      controlMethods(peer, storage, parcels, passphrase, () => void stop()),
      { reload: reloadAll },
      ...companions.map(({ methods }) => methods),
    ),
  ).catch((error) => {
    endCompanions();
    throw error;
  });
  try {
    await peer.start();
  } catch (error) {
    endCompanions();
    control.close();
    throw error;
  }
  const isOnLan = !isLoopback(options.host ?? settings.host);
  stopLooking = await trackAddresses(peer, () => transport.addresses(), isOnLan);
  const { timeServers = [] } = options;
  if (timeServers.length > 0) stopFollowing = followTimeServers(peer, timeServers);
  const port = Number(peer.addresses[0]?.split(':').at(-1));
  if (settings.port === 0 && port > 0)
    storage.write('settings.json', JSON.stringify({ ...settings, port }, null, 2));
  return { peer, stop, stopped, reload: reloadAll };
}

function policyFile(peer: Peer, storage: Storage): Reloadable {
  return {
    file: 'policy.toml',
    read: () => {
      peer.policy = readPolicy(storage);
    },
  };
}
