// The peer of this user that a service asks: EYRIE_PEER, else the first that runs and can answer.
import { ControlError, callPeer, eyrieHome, peerFolder, peersIn } from '@eyrie/mesh';

/** @throws ControlError with one line, if none runs */
export async function askAnyPeer(method: string, parameters: Record<string, unknown> = {}): Promise<unknown> {
  const home = eyrieHome();
  const named = process.env.EYRIE_PEER || null;
  let problem = new ControlError('no peer runs here: see eyrie mesh --help');
  for (const id of named === null ? peersIn(home) : [named]) {
    try {
      return await callPeer(peerFolder(home, id), method, parameters);
    } catch (error) {
      if (!(error instanceof ControlError)) throw error;
      problem = error;
    }
  }
  throw problem;
}
