// Turns the layers of a packet into one number: a trie over protocol ids, so that a known path costs no string.
import { HEAD_LAYERS, LATE, LISTED, type Packet } from './packet.ts';
import { type Protocol, protocolsMade } from './protocol.ts';

/** The first nodes have an array of children each; the children of later ones, which are rare, share a map. */
const DENSE_NODES = 1024;
/** Protocols are renumbered from 1 in order of appearance, so that most arrays of children stay this short. */
const FEW_PROTOCOLS = 32;
/** Combines a node and a protocol number into one key. */
const KEY_BASE = 65_536;
/** Nodes kept. Only a hostile capture has more; further paths then count as their longest known prefix. */
export const NODES_MAX = 500_000;

export class LayerTrie {
  /** Per node: the protocol's name, the parent and the depth. */
  readonly names: string[] = [''];
  readonly parents: number[] = [0];
  readonly depths: number[] = [0];
  /** By protocol id; allocated on first use, when all protocols are defined. */
  #numbers = new Uint16Array(0);
  #numbered = 0;
  readonly #dense: Int32Array[] = [new Int32Array(FEW_PROTOCOLS)];
  readonly #sparse = new Map<number, number>();
  /** Nodes by `Packet.head`, once walked. */
  readonly #heads: number[] = [];

  /** The node of the packet's layers that carry `flag`; the same layers always give the same node. */
  walk(p: Packet, flag: number): number {
    if (p.head === 0) return this.#walk(p, flag, 0, 0, p.count);
    this.#heads[p.head] ??= this.#walk(p, flag, 0, 0, HEAD_LAYERS);
    return this.#walk(p, flag, this.#heads[p.head]!, HEAD_LAYERS, p.count);
  }

  /** From `node` on, along the layers [from, to). */
  #walk(p: Packet, flag: number, node: number, from: number, to: number): number {
    let late = -1;
    if (this.#numbered === 0) this.#numbers = new Uint16Array(protocolsMade());
    for (let i = from; i < to; i++) {
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
    const number = this.#numbers[p.proto[layer]!]!;
    return this.#find(node, number) || this.#make(node, number, p.protocols[layer]!);
  }

  /** 0 if there is none; number 0 belongs to no protocol. */
  #find(node: number, number: number): number {
    if (node >= DENSE_NODES) return this.#sparse.get(node * KEY_BASE + number) ?? 0;
    const children = this.#dense[node]!;
    return number < children.length ? children[number]! : 0;
  }

  #make(node: number, known: number, protocol: Protocol): number {
    const made = this.names.length;
    if (made === NODES_MAX) return node;
    const number = known === 0 ? ++this.#numbered : known;
    this.#numbers[protocol.id] = number;
    if (node < DENSE_NODES) this.#childrenOf(node, number)[number] = made;
    else this.#sparse.set(node * KEY_BASE + number, made);
    if (made < DENSE_NODES) this.#dense.push(new Int32Array(FEW_PROTOCOLS));
    this.names.push(protocol.name);
    this.parents.push(node);
    this.depths.push(this.depths[node]! + 1);
    return made;
  }

  /** The children of a node, with room for a protocol with this number. */
  #childrenOf(node: number, number: number): Int32Array {
    let children = this.#dense[node]!;
    if (number >= children.length) {
      children = new Int32Array(Math.max(number + 1, children.length * 2));
      children.set(this.#dense[node]!);
      this.#dense[node] = children;
    }
    return children;
  }
}

const listed = new LayerTrie();
const paths: string[] = [''];

/** frame.protocols: `eth:ethertype:ip:tcp:tls`. */
export function framePath(p: Packet): string {
  const node = listed.walk(p, LISTED);
  // Filled without holes: V8 turns an array with wide gaps into a slow dictionary.
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
