// Differences between successive states of the mesh, so that subscribers get changes only.
import type { MeshChange, MeshPeer, MeshState } from '../schemas/mesh.ts';

export class MeshChanges {
  #known = new Map<string, string>();
  #head = '';

  /** Returns the change since the last call; null: none. */
  next(state: MeshState): MeshChange | null {
    const { peers, ...head } = state;
    const before = this.#known;
    this.#known = new Map(peers.map((peer) => [peer.id, JSON.stringify(peer)]));
    const set = peers.filter(({ id }): boolean => before.get(id) !== this.#known.get(id));
    const gone = [...before.keys()].filter((id) => !this.#known.has(id));
    const text = JSON.stringify(head);
    const isSame = text === this.#head && set.length === 0 && gone.length === 0;
    this.#head = text;
    return isSame ? null : { ...head, is_whole: false, set, gone };
  }
}

export function wholeOf({ peers, ...head }: MeshState): MeshChange {
  return { ...head, is_whole: true, set: peers as MeshPeer[], gone: [] };
}
