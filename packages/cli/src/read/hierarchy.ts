// `-z io,phs`: the protocol hierarchy, as tshark prints it.
import { type HierarchyNode, type Packet, ProtocolHierarchy } from '@eyrie/dissect';
import type { Output } from '../terminal/output.ts';
import type { Printer } from './printer.ts';

const RULE = '===================================================================';
/** Characters before the counts; deeper names push them to the right. */
const NAME_WIDTH = 40;

export class HierarchyPrinter implements Printer {
  readonly #out: Output;
  readonly #filter: string;
  readonly #hierarchy = new ProtocolHierarchy();

  constructor(out: Output, filter: string) {
    this.#out = out;
    this.#filter = filter;
  }

  see(p: Packet): void {
    this.#hierarchy.add(p);
  }

  finish(): void {
    this.#out.text(`\n${RULE}\nProtocol Hierarchy Statistics\nFilter: ${this.#filter}\n\n`);
    for (const node of this.#hierarchy.tree()) this.#print(node, 0);
    this.#out.text(`${RULE}\n`);
    this.#out.flush();
  }

  #print(node: HierarchyNode, depth: number): void {
    const name = ' '.repeat(depth * 2) + node.name;
    this.#out.text(`${name.padEnd(NAME_WIDTH)} frames:${node.frames} bytes:${node.bytes}\n`);
    for (const child of node.children) this.#print(child, depth + 1);
  }
}
