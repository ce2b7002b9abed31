// Does a peer of this user run? It does if it answers, or hangs.
import { ControlError, callPeer, eyrieHome, peerFolder } from '@eyrie/mesh';

/** A look at all peers must not wait for one that was stopped by a signal. */
const AT_ONCE_MS = 2_000;

export async function stateOf(id: string): Promise<'runs' | 'hangs' | 'stopped'> {
  try {
    await callPeer(peerFolder(eyrieHome(), id), 'status', {}, AT_ONCE_MS);
    return 'runs';
  } catch (error) {
    if (!(error instanceof ControlError)) throw error;
    return error.code === 'ERR_PEER_HANGS' ? 'hangs' : 'stopped';
  }
}

export async function isRunning(id: string): Promise<boolean> {
  return (await stateOf(id)) !== 'stopped';
}
