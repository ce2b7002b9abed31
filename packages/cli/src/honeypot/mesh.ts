// `eyrie honeypot --mesh ID`: a member of the mesh, and on another port the decoy to which those are sent who misbehave.
import { join } from 'node:path';
import {
  decoyTransport,
  eyrieHome,
  type Peer,
  peerFolder,
  type RunningPeer,
  runPeer,
  systemRuntime,
} from '@eyrie/mesh';
import { type GuestHost, MeshGuests } from '@eyrie/services/honeypot';
import { type MeshNow, meshNowOf } from '@eyrie/services/mesh-time';
import { meterHost } from '@eyrie/services/peer';
import { startDefence } from '@eyrie/services/response';
import { asUserError } from '../mesh/foreground.ts';
import { knownPassphrase } from '../mesh/passphrase.ts';
import { needsPassphrase } from '../mesh/process.ts';
import { selectPeer } from '../mesh/select.ts';

const METER_MS = 10_000;

export interface OpenDecoy {
  /** Of the member that it is. */
  readonly meshNow: MeshNow;
  stop(): Promise<void>;
}

/** @throws UserError */
export async function openMeshDecoy(
  named: string,
  host: string,
  port: number,
  visitors: GuestHost,
): Promise<OpenDecoy> {
  const id = selectPeer(named);
  const folder = peerFolder(eyrieHome(), id);
  let running: RunningPeer | null = null;
  try {
    const runtime = systemRuntime();
    const companions = [
      (peer: Peer) => startDefence(peer, folder, runtime.log),
      // As every member: one that tells nothing of its host would be known by that.
      (peer: Peer) => meterHost(peer, { intervalMs: METER_MS }),
    ];
    const passphrase = needsPassphrase(folder) ? await knownPassphrase() : null;
    running = await runPeer({ runtime, folder, passphrase, companions });
    const { stop } = running;
    const transport = decoyTransport(running.peer, { host, port });
    const guests = new MeshGuests({ peer: running.peer, transport, host: visitors });
    const places = await guests.listen();
    console.error(`${id} is in its mesh, and the decoy listens at ${places.join(', ')}.`);
    console.error(
      `To send peers there: decoy = "${places[0]}" in response.toml, or eyrie mesh quarantine ID --redirect ${places[0]}`,
    );
    return {
      meshNow: meshNowOf(running.peer),
      stop: async () => {
        guests.stop();
        await transport.close();
        await stop();
      },
    };
  } catch (error) {
    // A peer that stays would keep the command from ending.
    await running?.stop();
    const settings = `in ${join(folder, 'settings.json')}`;
    const isDecoys = (error as { port?: number }).port === port;
    throw asUserError(error, id, {
      host: isDecoys ? 'with --address' : settings,
      port: isDecoys ? 'with --mesh-port' : settings,
    });
  }
}
