// Which layers a packet has, as one number: a trie over protocol ids, so that a path seen before costs no string.
import { LISTED, type Packet } from './packet.ts';
import { protocolsMade } from './protocol.ts';

export class LayerTrie {
  /** Of each node: the protocol's name, the parent and the depth. */
  readonly names: string[] = [''];
  readonly parents: number[] = [0];
  readonly depths: number[] = [0];
  /** Made on first use: by then all protocols are. */
  readonly #children: Int32Array[] = [];

  /** The node of the packet's layers that carry `flag`. */
  walk(p: Packet, flag: number): number {
    let node = 0;
    if (this.#children.length === 0) this.#children.push(new Int32Array(protocolsMade()));
    for (let i = 0; i < p.count; i++) {
      if ((p.flags[i]! & flag) === 0) continue;
      node = this.#children[node]![p.proto[i]!] || this.child(node, p.proto[i]!, p.protocols[i]!.name);
    }
    return node;
  }

  child(node: number, protocol: number, name: string): number {
    const known = this.#children[node]![protocol];
    if (known !== undefined && known !== 0) return known;
    if (this.names.length === NODES_MAX) return node;
    const made = this.names.length;
    this.#children[node]![protocol] = made;
    this.#children.push(new Int32Array(protocolsMade()));
    this.names.push(name);
    this.parents.push(node);
    this.depths.push(this.depths[node]! + 1);
    return made;
  }
}

/** Distinct paths kept; a capture that has more is made to have them, and longer paths then count as their beginning. */
const NODES_MAX = 20_000;

const listed = new LayerTrie();
const paths: string[] = [''];

/** frame.protocols: `eth:ethertype:ip:tcp:tls`. */
export function framePath(p: Packet): string {
  const node = listed.walk(p, LISTED);
  let path = paths[node];
  if (path === undefined) {
    const names: string[] = [];
    for (let at = node; at !== 0; at = listed.parents[at]!) names.push(listed.names[at]!);
    path = names.reverse().join(':');
    paths[node] = path;
  }
  return path;
}
