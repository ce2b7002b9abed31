// The tree, which every peer computes from the same names, without an election: SkyEye's rule (Graffi et al., ICPADS 2008).
// Names are hashed to [0, 1). The peer nearest to the middle of an interval leads it; the interval is split into `branching`
// parts, and the leader of each part is a child. So when a peer joins or leaves, few others change places.

import { sha256 } from '../identity/keys.ts';

const BRANCHING = 8;
/** Parts are not split below the resolution of a position (48 bits). */
const WIDTH_MIN = 2 ** -48;

/** A peer and its position in [0, 1). */
interface Spot {
  readonly id: string;
  readonly position: number;
}

/** Spots by name, shared by all trees in this process, so that knowing a peer costs one reference. */
const spots = new Map<string, Spot>();
const SPOTS_MAX = 1 << 18;

function spotOf(id: string): Spot {
  let spot = spots.get(id);
  if (spot === undefined) {
    spot = { id, position: sha256('eyrie position ', id).readUIntBE(0, 6) / 2 ** 48 };
    if (spots.size >= SPOTS_MAX) spots.clear();
    spots.set(id, spot);
  }
  return spot;
}

/** Position of a peer in [0, 1). */
export function positionOf(id: string): number {
  return spotOf(id).position;
}

export function levelsOf(peers: number, branching: number): number {
  return Math.ceil(Math.log(Math.max(1, peers)) / Math.log(branching)) + 1;
}

/** A peer's place: the path from the root to itself, and the interval it leads. */
interface Place {
  path: number[];
  begin: number;
  end: number;
}

export class Tree {
  readonly branching: number;
  /** Sorted by position. */
  readonly #spots: Spot[] = [];

  constructor(branching = BRANCHING) {
    this.branching = branching;
  }

  get size(): number {
    return this.#spots.length;
  }

  /** Names in order of position. */
  get ids(): string[] {
    return this.#spots.map(({ id }) => id);
  }

  /** `ids[index]` without building the list. */
  idAt(index: number): string | undefined {
    return this.#spots[index]?.id;
  }

  /** Expected depth in levels, root and leaves included; approximate, because hashed positions vary. */
  get levels(): number {
    return levelsOf(this.size, this.branching);
  }

  has(id: string): boolean {
    return this.#indexOf(id) >= 0;
  }

  add(id: string): void {
    const spot = spotOf(id);
    const at = this.#firstFrom(spot.position);
    for (let i = at; this.#spots[i]?.position === spot.position; i++) if (this.#spots[i]!.id === id) return;
    this.#spots.splice(at, 0, spot);
  }

  delete(id: string): void {
    const at = this.#indexOf(id);
    if (at >= 0) this.#spots.splice(at, 1);
  }

  /** The root; null if the tree is empty. */
  get root(): string | null {
    const index = this.#leaderOf(0, 1, []);
    return index < 0 ? null : this.#spots[index]!.id;
  }

  /** Names from the root to the peer, both included; empty if it is not in the tree. */
  pathTo(id: string): string[] {
    return this.#placeOf(id)?.path.map((index) => this.#spots[index]!.id) ?? [];
  }

  /** The parent; null for the root, and for a peer that is not in the tree. */
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
      return only < 0 ? [] : [this.#spots[only]!.id];
    }
    const leaders = Array.from({ length: this.branching }, (_, i) =>
      this.#leaderOf(begin + i * width, begin + (i + 1) * width, path),
    );
    return leaders.filter((index) => index >= 0).map((index) => this.#spots[index]!.id);
  }

  /** Size of the subtree below a peer, itself included; 0 if it is not in the tree. */
  sizeFrom(id: string): number {
    const place = this.#placeOf(id);
    if (place === null) return 0;
    const { path, begin, end } = place;
    const [first, beyond] = [this.#firstFrom(begin), this.#firstFrom(end)];
    // Ancestors may lie in that interval, too.
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
    const position = this.#spots[target]!.position;
    const path: number[] = [];
    let [begin, end] = [0, 1];
    for (;;) {
      const leader = this.#leaderOf(begin, end, path);
      path.push(leader);
      if (leader === target) return { path, begin, end };
      const width = (end - begin) / this.branching;
      if (width < WIDTH_MIN) continue;
      let part = Math.min(this.branching - 1, Math.floor((position - begin) / width));
      // Rounding: unless `branching` is a power of two, the quotient may be off by one; the borders decide.
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
      left >= 0 && this.#spots[left]!.position >= begin,
      right < this.size && this.#spots[right]!.position < end,
    ];
    if (!hasLeft) return hasRight ? right : -1;
    if (!hasRight) return left;
    return middle - this.#spots[left]!.position <= this.#spots[right]!.position - middle ? left : right;
  }

  /** The index of the first peer at or after the position. */
  #firstFrom(position: number): number {
    let [low, high] = [0, this.#spots.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#spots[middle]!.position < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #indexOf(id: string): number {
    const position = positionOf(id);
    for (let at = this.#firstFrom(position); this.#spots[at]?.position === position; at++)
      if (this.#spots[at]!.id === id) return at;
    return -1;
  }
}
