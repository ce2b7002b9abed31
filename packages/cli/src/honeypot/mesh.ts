// `eyrie honeypot --mesh ID`: a member of the mesh, and on another port the decoy to which those are sent who misbehave.
import {
  ControlError,
  decoyTransport,
  eyrieHome,
  FolderError,
  type Peer,
  peerFolder,
  runPeer,
  systemRuntime,
} from '@eyrie/mesh';
import { type GuestHost, MeshGuests } from '@eyrie/services/honeypot';
import { startDefence } from '@eyrie/services/response';
import { FAILED, UserError } from '../errors.ts';
import { selectPeer } from '../mesh/select.ts';

export interface OpenDecoy {
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
  try {
    const runtime = systemRuntime();
    const companions = [(peer: Peer) => startDefence(peer, folder, runtime.log)];
    const running = await runPeer({ runtime, folder, companions });
    const transport = decoyTransport(running.peer, { host, port });
    const guests = new MeshGuests({ peer: running.peer, transport, host: visitors });
    const places = await guests.listen();
    console.error(`${id} is in its mesh, and the decoy listens at ${places.join(', ')}.`);
    console.error(
      `To send peers there: decoy = "${places[0]}" in response.toml, or eyrie mesh quarantine ID --redirect ${places[0]}`,
    );
    return {
      stop: async () => {
        guests.stop();
        await transport.close();
        await running.stop();
      },
    };
  } catch (error) {
    if (error instanceof FolderError || error instanceof ControlError)
      throw new UserError(`${id}: ${error.message}`, FAILED);
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE')
      throw new UserError(`port ${port} is taken: choose another with --mesh-port`, FAILED);
    throw error;
  }
}
