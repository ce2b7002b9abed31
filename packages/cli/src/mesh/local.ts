// The peer on this machine that the page asks about the mesh: EYRIE_PEER, or the first that runs.
import { callPeer, eyrieHome, peerFolder, peersIn } from '@eyrie/mesh';

/** @throws Error of one line */
export async function askLocalPeer(
  method: string,
  parameters: Record<string, unknown> = {},
): Promise<unknown> {
  const home = eyrieHome();
  const named = process.env.EYRIE_PEER || null;
  const all = named === null ? peersIn(home) : [named];
  if (all.length === 0)
    throw new Error('there is no peer on this machine yet: eyrie mesh init, or eyrie mesh join');
  let problem: unknown = null;
  for (const id of all) {
    try {
      return await callPeer(peerFolder(home, id), method, parameters);
    } catch (error) {
      problem ??= error;
    }
  }
  throw problem;
}
