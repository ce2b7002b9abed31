// `-z NAME,tree`: counters with rates and busiest moments, as tshark's table.
import {
  BURST_MS,
  type CounterNode,
  CounterTree,
  inOrder,
  type Packet,
  TREES,
  type TreeDefinition,
} from '@eyrie/dissect';
import { fixed } from '../terminal/numbers.ts';
import type { Output } from '../terminal/output.ts';
import { filtered, type Statistic, type StatisticKind } from './statistic.ts';

const COLUMNS = [
  'Count',
  'Average',
  'Min Val',
  'Max Val',
  'Rate (ms)',
  'Percent',
  'Burst Rate',
  'Burst Start',
];
const FIRST_COLUMN = 'Topic / Item';

export const treeStatistics: readonly StatisticKind[] = TREES.map((definition) => ({
  name: definition.name,
  usage: `${definition.name}[,FILTER]`,
  about: definition.about,
  make: (filter) => filtered(definition.name, filter, new TreeStatistic(definition)),
}));

class TreeStatistic implements Statistic {
  readonly #definition: TreeDefinition;
  readonly #tree = new CounterTree();
  readonly #count: (p: Packet) => void;

  constructor(definition: TreeDefinition) {
    this.#definition = definition;
    this.#count = definition.start(this.#tree);
  }

  see(p: Packet): void {
    this.#count(p);
  }

  print(out: Output): void {
    const { children } = this.#tree.root;
    // The last part of the title counts as the name of the root.
    const root = this.#definition.title.slice(this.#definition.title.lastIndexOf('/') + 1);
    const width = Math.max(root.length, ...children.map((child) => longestName(child, 1)));
    const length = width + COLUMNS.length * 14;
    out.text(`\n${'='.repeat(length)}\n${this.#definition.title}:\n`);
    out.text(`${row(FIRST_COLUMN.padEnd(width), COLUMNS)}${'-'.repeat(length)}\n`);
    for (const child of children) this.#node(out, child, 0, width);
    out.text(`\n${'-'.repeat(length)}\n`);
  }

  #node(out: Output, node: CounterNode, depth: number, width: number): void {
    const name = ' '.repeat(depth) + node.name;
    out.text(row(name.padEnd(width), cells(node, this.#tree.elapsedMs)));
    for (const child of inOrder(node.children)) this.#node(out, child, depth + 1, width);
  }

  data(): unknown {
    return this.#tree.root.children.map((child) => plain(child, this.#tree.elapsedMs));
  }
}

function longestName(node: CounterNode, depth: number): number {
  return Math.max(node.name.length + depth, ...node.children.map((child) => longestName(child, depth + 1)));
}

function row(name: string, values: readonly string[]): string {
  return `${name}${values.map((value) => ` ${value.padEnd(13)}`).join('')}\n`;
}

function cells(node: CounterNode, elapsedMs: number): string[] {
  const { count, parent, burst } = node;
  const isTop = parent!.parent === null;
  const percent = parent!.count > 0 ? `${fixed((count * 100) / parent!.count, 2)}%` : isTop ? '100%' : '';
  return [
    String(count),
    ...values(node),
    elapsedMs > 0 ? fixed(count / elapsedMs, 4) : '',
    percent,
    burst > 0 ? fixed(burst / BURST_MS, 4) : '-',
    burst > 0 ? fixed(node.burstStartMs / 1000, 3) : '-',
  ];
}

/** Average, smallest and largest value. */
function values(node: CounterNode): string[] {
  if (!node.hasValues && node.from === null) return ['', '', ''];
  if (node.count === 0) return ['-', '-', '-'];
  const text = (value: number): string => (node.isFraction ? value.toFixed(6) : String(value));
  return [fixed(node.sum / node.count, 2), text(node.min), text(node.max)];
}

function plain(node: CounterNode, elapsedMs: number): unknown {
  const { name, count, burst, hasValues } = node;
  return {
    name,
    count,
    ...(hasValues && { average: node.sum / count, min: node.min, max: node.max }),
    ratePerMs: elapsedMs > 0 ? count / elapsedMs : null,
    burstPerMs: burst / BURST_MS,
    burstStart: burst > 0 ? node.burstStartMs / 1000 : null,
    children: inOrder(node.children).map((child) => plain(child, elapsedMs)),
  };
}
