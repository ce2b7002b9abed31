// The protocol hierarchy (`-z io,phs`): frames and bytes per path of layers.
import { type Packet, SHOWN } from '../core/packet.ts';
import { LayerTrie, NODES_MAX } from '../core/path.ts';

export interface HierarchyNode {
  readonly name: string;
  /** Frames and bytes (frame lengths on the wire) of all paths through this node. */
  frames: number;
  bytes: number;
  readonly children: HierarchyNode[];
}

/** The result of one reader if several share a capture; can be sent to another process. */
export interface HierarchyPart {
  /** Per node: its protocol and its parent. */
  readonly names: readonly string[];
  readonly parents: readonly number[];
  /** Frames and bytes whose path ends there, and the first frame with the node. */
  readonly frames: Float64Array<ArrayBuffer>;
  readonly bytes: Float64Array<ArrayBuffer>;
  readonly firsts: readonly number[];
}

export class ProtocolHierarchy {
  readonly #trie = new LayerTrie();
  readonly #firsts: number[] = [0];
  readonly #others: HierarchyPart[] = [];
  #frames = new Float64Array(64);
  #bytes = new Float64Array(64);

  add(p: Packet): void {
    const node = this.#trie.walk(p, SHOWN);
    if (node >= this.#frames.length) this.#grow(node);
    this.#frames[node]! += 1;
    this.#bytes[node]! += p.wireLength;
    while (this.#firsts.length < this.#trie.names.length) this.#firsts.push(p.number);
  }

  /** The paths as a tree, in order of first appearance. */
  tree(): HierarchyNode[] {
    const root = newNode('', 0);
    for (const part of [this.part(), ...this.#others]) addPart(root, part);
    return summedUp(root).children;
  }

  part(): HierarchyPart {
    const { names, parents } = this.#trie;
    const length = names.length;
    if (length > this.#frames.length) this.#grow(length);
    const [frames, bytes] = [this.#frames, this.#bytes].map((counts) => counts.slice(0, length));
    return { names, parents, frames: frames!, bytes: bytes!, firsts: this.#firsts };
  }

  /** Merges the part of another reader of the capture. False if a single reader would have exceeded its bound. */
  addPart(part: HierarchyPart): boolean {
    this.#others.push(part);
    const all = [this.part(), ...this.#others];
    return all.reduce((sum, { names }) => sum + names.length, 0) < NODES_MAX;
  }

  #grow(node: number): void {
    const frames = new Float64Array(Math.max(node + 1, this.#frames.length * 2));
    const bytes = new Float64Array(frames.length);
    frames.set(this.#frames);
    bytes.set(this.#bytes);
    this.#frames = frames;
    this.#bytes = bytes;
  }
}

/** A node while parts are merged. */
interface Growing {
  readonly name: string;
  frames: number;
  bytes: number;
  /** The first frame with this node. */
  first: number;
  readonly children: Growing[];
}

function newNode(name: string, first: number): Growing {
  return { name, frames: 0, bytes: 0, first, children: [] };
}

/** Parents precede their children. */
function addPart(root: Growing, { names, parents, frames, bytes, firsts }: HierarchyPart): void {
  const nodes = [root];
  for (let i = 1; i < names.length; i++) {
    const { children } = nodes[parents[i]!]!;
    let node = children.find(({ name }) => name === names[i]);
    if (node === undefined) {
      node = newNode(names[i]!, firsts[i]!);
      children.push(node);
    }
    node.frames += frames[i]!;
    node.bytes += bytes[i]!;
    node.first = Math.min(node.first, firsts[i]!);
    nodes.push(node);
  }
}

/** Adds up subtrees, and sorts children by first frame, which is unique because a frame has one path. */
function summedUp({ name, frames, bytes, children }: Growing): HierarchyNode {
  const below = children.toSorted((a, b) => a.first - b.first).map(summedUp);
  return {
    name,
    frames: below.reduce((sum, child) => sum + child.frames, frames),
    bytes: below.reduce((sum, child) => sum + child.bytes, bytes),
    children: below,
  };
}
