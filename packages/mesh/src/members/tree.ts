// The tree that all peers compute alike, without any election: SkyEye's rule (Graffi et al., ICPADS 2008). Names are hashed to
// [0, 1). The peer nearest to the middle of an interval leads it; the rest is split into `branching` parts, and each part's
// leader is a child. So when a peer comes or goes, few others move.

import { sha256 } from '../identity/keys.ts';

const BRANCHING = 8;
/** Parts are not split below the resolution of a position (48 bits). */
const WIDTH_MIN = 2 ** -48;

/** Cached positions by name. */
const positions = new Map<string, number>();
const POSITIONS_MAX = 1 << 18;

/** Where a peer stands in [0, 1). */
export function positionOf(id: string): number {
  let position = positions.get(id);
  if (position === undefined) {
    position = sha256('eyrie position ', id).readUIntBE(0, 6) / 2 ** 48;
    if (positions.size >= POSITIONS_MAX) positions.clear();
    positions.set(id, position);
  }
  return position;
}

export function levelsOf(peers: number, branching: number): number {
  return Math.ceil(Math.log(Math.max(1, peers)) / Math.log(branching)) + 1;
}

/** The place of a peer: who is above it, from the root down to itself, and the interval it leads. */
interface Place {
  path: number[];
  begin: number;
  end: number;
}

export class Tree {
  readonly branching: number;
  /** Sorted by position; the ids at the same places. */
  #positions: number[] = [];
  #ids: string[] = [];

  constructor(branching = BRANCHING) {
    this.branching = branching;
  }

  get size(): number {
    return this.#ids.length;
  }

  get ids(): readonly string[] {
    return this.#ids;
  }

  /** Expected depth, root and leaves included; names are spread by chance, so it is approximate. */
  get levels(): number {
    return levelsOf(this.size, this.branching);
  }

  has(id: string): boolean {
    return this.#indexOf(id) >= 0;
  }

  add(id: string): void {
    const position = positionOf(id);
    const at = this.#firstFrom(position);
    for (let i = at; this.#positions[i] === position; i++) if (this.#ids[i] === id) return;
    this.#positions.splice(at, 0, position);
    this.#ids.splice(at, 0, id);
  }

  delete(id: string): void {
    const at = this.#indexOf(id);
    if (at < 0) return;
    this.#positions.splice(at, 1);
    this.#ids.splice(at, 1);
  }

  /** The peer that leads all; null if the tree is empty. */
  get root(): string | null {
    const index = this.#leaderOf(0, 1, []);
    return index < 0 ? null : this.#ids[index]!;
  }

  /** From the root down to the peer itself; empty if it is not in the tree. */
  pathTo(id: string): string[] {
    return this.#placeOf(id)?.path.map((index) => this.#ids[index]!) ?? [];
  }

  /** Null for the root, and for a peer that is not in the tree. */
  parentOf(id: string): string | null {
    return this.pathTo(id).at(-2) ?? null;
  }

  childrenOf(id: string): string[] {
    const place = this.#placeOf(id);
    if (place === null) return [];
    const { path, begin, end } = place;
    const width = (end - begin) / this.branching;
    if (width < WIDTH_MIN) {
      const only = this.#leaderOf(begin, end, path);
      return only < 0 ? [] : [this.#ids[only]!];
    }
    const leaders = Array.from({ length: this.branching }, (_, i) =>
      this.#leaderOf(begin + i * width, begin + (i + 1) * width, path),
    );
    return leaders.filter((index) => index >= 0).map((index) => this.#ids[index]!);
  }

  /** Size of the subtree below a peer, itself included; 0 if it is not in the tree. */
  sizeFrom(id: string): number {
    const place = this.#placeOf(id);
    if (place === null) return 0;
    const { path, begin, end } = place;
    const [first, beyond] = [this.#firstFrom(begin), this.#firstFrom(end)];
    // Peers above may lie in that interval, too.
    const above = path.slice(0, -1).filter((index) => index >= first && index < beyond);
    return beyond - first - above.length;
  }

  /** The next hop from one peer to another; null if there is none. */
  nextHop(from: string, to: string): string | null {
    const path = this.pathTo(to);
    const at = path.indexOf(from);
    return at >= 0 ? (path[at + 1] ?? null) : this.parentOf(from);
  }

  #placeOf(id: string): Place | null {
    const target = this.#indexOf(id);
    if (target < 0) return null;
    const position = this.#positions[target]!;
    const path: number[] = [];
    let [begin, end] = [0, 1];
    for (;;) {
      const leader = this.#leaderOf(begin, end, path);
      path.push(leader);
      if (leader === target) return { path, begin, end };
      const width = (end - begin) / this.branching;
      if (width < WIDTH_MIN) continue;
      let part = Math.min(this.branching - 1, Math.floor((position - begin) / width));
      // Unless the branching is a power of two, the division may be off by a bit: the borders decide.
      if (position < begin + part * width) part--;
      else if (position >= begin + (part + 1) * width) part++;
      [begin, end] = [begin + part * width, begin + (part + 1) * width];
    }
  }

  /** Index of the peer nearest to the middle of [begin, end) that is not among `above`; -1 if there is none. */
  #leaderOf(begin: number, end: number, above: readonly number[]): number {
    const middle = (begin + end) / 2;
    let right = this.#firstFrom(middle);
    let left = right - 1;
    while (above.includes(right)) right++;
    while (above.includes(left)) left--;
    const [hasLeft, hasRight] = [
      left >= 0 && this.#positions[left]! >= begin,
      right < this.size && this.#positions[right]! < end,
    ];
    if (!hasLeft) return hasRight ? right : -1;
    if (!hasRight) return left;
    return middle - this.#positions[left]! <= this.#positions[right]! - middle ? left : right;
  }

  /** The index of the first peer at or after the position. */
  #firstFrom(position: number): number {
    let [low, high] = [0, this.#positions.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#positions[middle]! < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #indexOf(id: string): number {
    const position = positionOf(id);
    for (let at = this.#firstFrom(position); this.#positions[at] === position; at++)
      if (this.#ids[at] === id) return at;
    return -1;
  }
}
