// The mesh, and what a change makes of it.
import type { MeshChange, MeshPeer } from '../api/mesh-types.ts';

export interface Mesh {
  peer: string;
  name: string;
  isAuthority: boolean;
  root: string | null;
  peers: ReadonlyMap<string, MeshPeer>;
}

/** The mesh after a change; the same map is never changed, so that what is drawn can tell. */
export function changed(before: Mesh | null, change: MeshChange): Mesh {
  const peers = new Map(change.is_whole ? [] : before?.peers);
  for (const peer of change.set) peers.set(peer.id, peer);
  for (const id of change.gone) peers.delete(id);
  const { peer, mesh: name, is_authority: isAuthority, root } = change;
  return { peer, name, isAuthority, root, peers };
}
