// The tree of the mesh (members/tree.ts there), for a hundred thousand peers with hundreds of changes a second. A test
// compares the two. Leaders of intervals are kept and updated incrementally, not computed anew: a peer that joins may move
// others down, one that departs is replaced from below, and the rest stays.

/** Intervals are not split below the resolution of a position (48 bits), as in the mesh. */
const WIDTH_MIN = 2 ** -48;
const NONE = -1;

export class VirtualTree {
  readonly branching: number;
  /** By peer; -1 for the root, and for peers that are not in the tree. */
  readonly parent: Int32Array;
  /** Peers whose parent, children or place changed since this was last emptied; may have duplicates. */
  readonly touched: number[] = [];
  root = NONE;
  size = 0;
  readonly #positions: Float64Array;
  readonly #order: Int32Array;
  readonly #sorted: Float64Array;
  readonly #rank: Int32Array;
  readonly #present: RankSet;
  /** The interval that a peer leads. */
  readonly #begin: Float64Array;
  readonly #end: Float64Array;
  /** The leaders of the parts of its interval, `branching` for each peer. */
  readonly #children: Int32Array;

  /** @param positions by peer, in [0, 1), multiples of 2^-48, no two alike */
  constructor(positions: Float64Array, branching: number) {
    const count = positions.length;
    this.branching = branching;
    this.#positions = positions;
    this.#order = Int32Array.from(positions.keys()).sort((a, b) => positions[a]! - positions[b]!);
    this.#sorted = Float64Array.from(this.#order, (peer) => positions[peer]!);
    this.#rank = new Int32Array(count);
    for (const [rank, peer] of this.#order.entries()) this.#rank[peer] = rank;
    this.#present = new RankSet(count);
    this.parent = new Int32Array(count).fill(NONE);
    this.#begin = new Float64Array(count);
    this.#end = new Float64Array(count);
    this.#children = new Int32Array(count * branching).fill(NONE);
  }

  has(peer: number): boolean {
    return this.#present.has(this.#rank[peer]!);
  }

  /** Calls `call` for each child. */
  eachChild(peer: number, call: (child: number) => void): void {
    const { branching } = this;
    for (let at = peer * branching; at < (peer + 1) * branching; at++) {
      const child = this.#children[at]!;
      if (child !== NONE) call(child);
    }
  }

  isBelow(peer: number, above: number): boolean {
    for (let at = this.parent[peer]!; at !== NONE; at = this.parent[at]!) if (at === above) return true;
    return false;
  }

  /** 1 for the root; 0 for peers that are not in the tree. */
  depthOf(peer: number): number {
    let depth = this.has(peer) ? 1 : 0;
    for (let at = this.parent[peer]!; at !== NONE; at = this.parent[at]!) depth++;
    return depth;
  }

  add(peer: number): void {
    if (this.has(peer)) return;
    this.#present.add(this.#rank[peer]!);
    this.size++;
    if (this.root === NONE) return void this.#put(peer, NONE, 0, 0, 1);
    let moving = peer;
    let leader = this.root;
    for (;;) {
      if (this.#isNearer(moving, leader)) {
        this.#takeOver(moving, leader);
        [moving, leader] = [leader, moving];
      }
      const part = this.#partOf(leader, moving);
      const child = this.#children[leader * this.branching + part]!;
      if (child === NONE) {
        const [begin, end] = this.#bordersOf(leader, part);
        return void this.#put(moving, leader, part, begin, end);
      }
      leader = child;
    }
  }

  delete(peer: number): void {
    if (!this.has(peer)) return;
    this.size--;
    this.#present.delete(this.#rank[peer]!);
    this.#vacate(peer);
  }

  /** Replaces a peer, already marked as absent, by its heir, whose own place is vacated first. */
  #vacate(peer: number): void {
    const heir = this.#heirOf(peer);
    if (heir === NONE) {
      const parent = this.parent[peer]!;
      if (parent === NONE) this.root = NONE;
      else this.#children[parent * this.branching + this.#partOf(parent, peer)] = NONE;
      this.#touch(parent);
    } else {
      this.#present.delete(this.#rank[heir]!);
      this.#vacate(heir);
      this.#present.add(this.#rank[heir]!);
      this.#takeOver(heir, peer);
    }
    this.parent[peer] = NONE;
    this.touched.push(peer);
  }

  /** The present peer nearest to the middle of the interval, of those that are not above it; -1 if there is none. */
  #heirOf(peer: number): number {
    const begin = this.#begin[peer]!;
    const end = this.#end[peer]!;
    const middle = (begin + end) / 2;
    const from = this.#firstFrom(middle);
    let right = this.#present.next(from);
    while (right !== NONE && this.isBelow(peer, this.#order[right]!)) right = this.#present.next(right + 1);
    let left = this.#present.previous(from - 1);
    while (left !== NONE && this.isBelow(peer, this.#order[left]!)) left = this.#present.previous(left - 1);
    const hasRight = right !== NONE && this.#sorted[right]! < end;
    const hasLeft = left !== NONE && this.#sorted[left]! >= begin;
    if (!hasLeft) return hasRight ? this.#order[right]! : NONE;
    if (!hasRight) return this.#order[left]!;
    const isLeft = middle - this.#sorted[left]! <= this.#sorted[right]! - middle;
    return this.#order[isLeft ? left : right]!;
  }

  /** Whether `peer` is nearer to the middle of `leader`'s interval than `leader` itself. The left one wins a tie. */
  #isNearer(peer: number, leader: number): boolean {
    const middle = (this.#begin[leader]! + this.#end[leader]!) / 2;
    const mine = Math.abs(this.#positions[peer]! - middle);
    const theirs = Math.abs(this.#positions[leader]! - middle);
    return mine < theirs || (mine === theirs && this.#positions[peer]! < this.#positions[leader]!);
  }

  /** Puts `peer` in the place of `other`, with the whole subtree. */
  #takeOver(peer: number, other: number): void {
    const { branching, parent } = this;
    const above = parent[other]!;
    const part = above === NONE ? 0 : this.#partOf(above, other);
    for (let i = 0; i < branching; i++) {
      const child = this.#children[other * branching + i]!;
      this.#children[peer * branching + i] = child;
      this.#children[other * branching + i] = NONE;
      if (child === NONE) continue;
      parent[child] = peer;
      this.touched.push(child);
    }
    this.#put(peer, above, part, this.#begin[other]!, this.#end[other]!);
  }

  #put(peer: number, parent: number, part: number, begin: number, end: number): void {
    this.parent[peer] = parent;
    if (parent === NONE) this.root = peer;
    else this.#children[parent * this.branching + part] = peer;
    this.#begin[peer] = begin;
    this.#end[peer] = end;
    this.touched.push(peer);
    this.#touch(parent);
  }

  #touch(peer: number): void {
    if (peer !== NONE) this.touched.push(peer);
  }

  /** The part of `leader`'s interval in which the peer lies, computed as in the mesh, to the last bit. */
  #partOf(leader: number, peer: number): number {
    const begin = this.#begin[leader]!;
    const width = (this.#end[leader]! - begin) / this.branching;
    if (width < WIDTH_MIN) return 0;
    const position = this.#positions[peer]!;
    let part = Math.min(this.branching - 1, Math.floor((position - begin) / width));
    if (position < begin + part * width) part--;
    else if (position >= begin + (part + 1) * width) part++;
    return part;
  }

  #bordersOf(leader: number, part: number): [begin: number, end: number] {
    const begin = this.#begin[leader]!;
    const end = this.#end[leader]!;
    const width = (end - begin) / this.branching;
    return width < WIDTH_MIN ? [begin, end] : [begin + part * width, begin + (part + 1) * width];
  }

  #firstFrom(position: number): number {
    let [low, high] = [0, this.#sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#sorted[middle]! < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** A set of numbers with fast successor and predecessor: a bitmap, and a bitmap of its non-zero words. */
class RankSet {
  readonly #words: Uint32Array;
  readonly #groups: Uint32Array;

  constructor(size: number) {
    this.#words = new Uint32Array((size >> 5) + 1);
    this.#groups = new Uint32Array((this.#words.length >> 5) + 1);
  }

  has(value: number): boolean {
    return (this.#words[value >> 5]! & (1 << (value & 31))) !== 0;
  }

  add(value: number): void {
    this.#words[value >> 5]! |= 1 << (value & 31);
    this.#groups[value >> 10]! |= 1 << ((value >> 5) & 31);
  }

  delete(value: number): void {
    this.#words[value >> 5]! &= ~(1 << (value & 31));
    if (this.#words[value >> 5] === 0) this.#groups[value >> 10]! &= ~(1 << ((value >> 5) & 31));
  }

  /** The smallest number not below `from`; -1 if there is none. */
  next(from: number): number {
    let word = from >> 5;
    if (word >= this.#words.length) return NONE;
    const bits = this.#words[word]! & (-1 << (from & 31));
    if (bits !== 0) return (word << 5) + lowest(bits);
    let group = ++word >> 5;
    let groupBits = (this.#groups[group] ?? 0) & (-1 << (word & 31));
    while (groupBits === 0) {
      if (++group >= this.#groups.length) return NONE;
      groupBits = this.#groups[group]!;
    }
    word = (group << 5) + lowest(groupBits);
    return (word << 5) + lowest(this.#words[word]!);
  }

  /** The largest number not above `from`; -1 if there is none. */
  previous(from: number): number {
    if (from < 0) return NONE;
    let word = from >> 5;
    const bits = this.#words[word]! & (-1 >>> (31 - (from & 31)));
    if (bits !== 0) return (word << 5) + highest(bits);
    if (--word < 0) return NONE;
    let group = word >> 5;
    let groupBits = this.#groups[group]! & (-1 >>> (31 - (word & 31)));
    while (groupBits === 0) {
      if (--group < 0) return NONE;
      groupBits = this.#groups[group]!;
    }
    word = (group << 5) + highest(groupBits);
    return (word << 5) + highest(this.#words[word]!);
  }
}

function lowest(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}

function highest(bits: number): number {
  return 31 - Math.clz32(bits);
}
