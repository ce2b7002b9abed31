// `-z io,phs`: the protocol hierarchy, as tshark prints it.
import { type HierarchyNode, type HierarchyPart, type Packet, ProtocolHierarchy } from '@eyrie/dissect';
import type { Output } from '../terminal/output.ts';
import { filtered, partsOf, type Statistic, type StatisticKind } from './statistic.ts';

const RULE = '===================================================================';
/** Characters before the counts; deeper names push them to the right. */
const NAME_WIDTH = 40;

export const hierarchy: StatisticKind = {
  name: 'io,phs',
  usage: 'io,phs[,FILTER]',
  about: 'protocol hierarchy: frames and bytes of each protocol in each',
  make: (filter) => filtered('io,phs', filter, new Hierarchy(filter)),
};

class Hierarchy implements Statistic {
  readonly seesLayersOnly = true;
  readonly #filter: string;
  readonly #hierarchy = new ProtocolHierarchy();
  readonly parts = partsOf<HierarchyPart>(this.#hierarchy);

  constructor(filter: string) {
    this.#filter = filter;
  }

  see(p: Packet): void {
    this.#hierarchy.add(p);
  }

  print(out: Output): void {
    out.text(`\n${RULE}\nProtocol Hierarchy Statistics\nFilter: ${this.#filter}\n\n`);
    for (const node of this.#hierarchy.tree()) printNode(out, node, 0);
    out.text(`${RULE}\n`);
  }

  data(): HierarchyNode[] {
    return this.#hierarchy.tree();
  }
}

function printNode(out: Output, node: HierarchyNode, depth: number): void {
  const name = ' '.repeat(depth * 2) + node.name;
  out.text(`${name.padEnd(NAME_WIDTH)} frames:${node.frames} bytes:${node.bytes}\n`);
  for (const child of node.children) printNode(out, child, depth + 1);
}
