// The protocol hierarchy: for each path of layers, how many frames and bytes took it (`-z io,phs`).
import { type Packet, SHOWN } from '../core/packet.ts';
import { LayerTrie } from '../core/path.ts';

export interface HierarchyNode {
  readonly name: string;
  /** Frames and bytes (frame lengths on the wire) of all paths through this node. */
  frames: number;
  bytes: number;
  readonly children: HierarchyNode[];
}

export class ProtocolHierarchy {
  readonly #trie = new LayerTrie();
  #frames = new Float64Array(64);
  #bytes = new Float64Array(64);

  add(p: Packet): void {
    const node = this.#trie.walk(p, SHOWN);
    if (node >= this.#frames.length) this.#grow(node);
    this.#frames[node]! += 1;
    this.#bytes[node]! += p.wireLength;
  }

  /** The paths as a tree, in the order in which they were first seen. */
  tree(): HierarchyNode[] {
    const { names, parents } = this.#trie;
    const nodes: HierarchyNode[] = names.map((name, i) => ({
      name,
      frames: this.#frames[i] ?? 0,
      bytes: this.#bytes[i] ?? 0,
      children: [],
    }));
    // Children have higher numbers than their parents: one pass from the end sums up.
    for (let i = nodes.length - 1; i > 0; i--) {
      const parent = nodes[parents[i]!]!;
      parent.frames += nodes[i]!.frames;
      parent.bytes += nodes[i]!.bytes;
      parent.children.unshift(nodes[i]!);
    }
    return nodes[0]!.children;
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
