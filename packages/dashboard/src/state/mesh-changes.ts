// Applies updates of the live channel to the mesh.
import type { MeshChange, MeshPeer } from '../api/mesh-types.ts';

export interface Mesh {
  peer: string;
  name: string;
  isAuthority: boolean;
  root: string | null;
  peers: ReadonlyMap<string, MeshPeer>;
}

/** Returns the mesh after an update. Maps are never mutated, so that components can compare them. */
export function changed(before: Mesh | null, change: MeshChange): Mesh {
  const peers = new Map(change.is_whole ? [] : before?.peers);
  for (const peer of change.set) peers.set(peer.id, peer);
  for (const id of change.gone) peers.delete(id);
  const { peer, mesh: name, is_authority: isAuthority, root } = change;
  return { peer, name, isAuthority, root, peers };
}
