// Which layers a packet has, as one number: a trie over protocol ids, so that a path seen before costs no string.
import { LATE, LISTED, type Packet } from './packet.ts';
import { protocolsMade } from './protocol.ts';

/** Nodes whose children stand in an array of their own; those of the others, found rarely, share a map. */
const DENSE_NODES = 1024;
/** A node and a protocol as one key. */
const KEY_BASE = 65_536;
/** Nodes kept; a capture that has more is made to have them, and further paths then count as their beginning. */
const NODES_MAX = 500_000;

export class LayerTrie {
  /** Of each node: the protocol's name, the parent and the depth. */
  readonly names: string[] = [''];
  readonly parents: number[] = [0];
  readonly depths: number[] = [0];
  /** The root's is made on first use: by then all protocols are. */
  readonly #dense: Int32Array[] = [];
  readonly #sparse = new Map<number, number>();

  /** The node of the packet's layers that carry `flag`. */
  walk(p: Packet, flag: number): number {
    let node = 0;
    let late = -1;
    if (this.#dense.length === 0) this.#dense.push(new Int32Array(protocolsMade()));
    for (let i = 0; i < p.count; i++) {
      if ((p.flags[i]! & flag) === 0) continue;
      if (late >= 0 && i >= p.mark[late]!) {
        node = this.#step(node, p, late);
        late = -1;
      }
      if ((p.flags[i]! & LATE) !== 0 && late < 0) late = i;
      else node = this.#step(node, p, i);
    }
    return late < 0 ? node : this.#step(node, p, late);
  }

  #step(node: number, p: Packet, layer: number): number {
    return this.#find(node, p.proto[layer]!) || this.#make(node, p.proto[layer]!, p.protocols[layer]!.name);
  }

  #find(node: number, protocol: number): number {
    return node < DENSE_NODES
      ? this.#dense[node]![protocol]!
      : (this.#sparse.get(node * KEY_BASE + protocol) ?? 0);
  }

  #make(node: number, protocol: number, name: string): number {
    const made = this.names.length;
    if (made === NODES_MAX) return node;
    if (node < DENSE_NODES) this.#dense[node]![protocol] = made;
    else this.#sparse.set(node * KEY_BASE + protocol, made);
    if (made < DENSE_NODES) this.#dense.push(new Int32Array(protocolsMade()));
    this.names.push(name);
    this.parents.push(node);
    this.depths.push(this.depths[node]! + 1);
    return made;
  }
}

const listed = new LayerTrie();
const paths: string[] = [''];

/** frame.protocols: `eth:ethertype:ip:tcp:tls`. */
export function framePath(p: Packet): string {
  const node = listed.walk(p, LISTED);
  // Filled up to there: an array with wide gaps would become a slow one.
  while (paths.length <= node) paths.push('');
  let path = paths[node]!;
  if (path === '' && node > 0) {
    const names: string[] = [];
    for (let at = node; at !== 0; at = listed.parents[at]!) names.push(listed.names[at]!);
    path = names.reverse().join(':');
    paths[node] = path;
  }
  return path;
}
