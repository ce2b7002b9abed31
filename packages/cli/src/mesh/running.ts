// Does a peer of this user run? It does if it answers.
import { callPeer, eyrieHome, peerFolder } from '@eyrie/mesh';

export async function isRunning(id: string): Promise<boolean> {
  try {
    await callPeer(peerFolder(eyrieHome(), id), 'status');
    return true;
  } catch {
    return false;
  }
}
