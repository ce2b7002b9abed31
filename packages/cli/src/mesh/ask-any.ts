// Which of this user's peers a service asks: EYRIE_PEER, else the first one that runs and answers.
import { ControlError, callPeer, eyrieHome, peerFolder, peersIn } from '@eyrie/mesh';

/** For answers that a peer has at hand: one that is stopped or hangs must not be waited for. */
const KNOWN_AT_ONCE: ReadonlySet<string> = new Set(['status', 'time']);
const AT_ONCE_MS = 2000;

/** @throws ControlError with one line, if none runs */
export async function askAnyPeer(method: string, parameters: Record<string, unknown> = {}): Promise<unknown> {
  const home = eyrieHome();
  const named = process.env.EYRIE_PEER || null;
  const timeoutMs = KNOWN_AT_ONCE.has(method) ? AT_ONCE_MS : 0;
  let problem = new ControlError('no peer runs here: see eyrie mesh --help', 'ERR_PEER_STOPPED');
  for (const id of named === null ? peersIn(home) : [named]) {
    try {
      return await callPeer(peerFolder(home, id), method, parameters, timeoutMs);
    } catch (error) {
      if (!(error instanceof ControlError)) throw error;
      problem = error;
    }
  }
  throw problem;
}
