// How this machine's clock stands to the mesh's, if a peer runs here.
import type { PeerTime } from '@eyrie/mesh';
import type { MeshReading } from '@eyrie/services/capture';

/** Null where no peer runs, or it does not know the time yet. */
export async function meshReading(): Promise<MeshReading | null> {
  const { askAnyPeer } = await import('../mesh/ask-any.ts');
  try {
    const [time, status] = await Promise.all([askAnyPeer('time'), askAnyPeer('status')]);
    const { wallAhead, uncertaintyMs } = time as PeerTime;
    if (uncertaintyMs === null) return null;
    const { mesh } = status as { mesh: string };
    return { mesh, aheadSeconds: wallAhead, uncertaintySeconds: uncertaintyMs / 1000 };
  } catch {
    // A capture needs no peer.
    return null;
  }
}
