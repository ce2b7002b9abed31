// `-z flow,WHAT,ADDRESSES`: who sent what to whom, drawn as arrows between columns, one for each address.
import {
  type AddressNames,
  destinationAddress,
  infoColumn,
  type Packet,
  pingKind,
  protocolColumn,
  type Session,
  sourceAddress,
  tcpArrow,
  timeColumn,
} from '@eyrie/dissect';
import { UserError } from '../errors.ts';
import type { Output } from '../terminal/output.ts';
import { filtered, type Statistic, type StatisticKind } from './statistic.ts';

const WHAT = ['any', 'icmp', 'icmpv6', 'tcp'] as const;
type What = (typeof WHAT)[number];

/** Arrows kept until the end, for the columns are known only then; the others are counted. */
const ARROWS_MAX = 200_000;
/** Addresses with a column of their own, as in tshark; the others' arrows stand behind them. */
const NODES_MAX = 40;
/** Characters from one column to the next. */
const WIDTH = 20;
const HALF = WIDTH / 2;
const PORT_WIDTH = 7;

interface Arrow {
  readonly time: string;
  readonly from: number;
  readonly to: number;
  readonly fromPort: number;
  readonly toPort: number;
  readonly label: string;
  readonly comment: string;
  /** tcp.stream; 0 where conversations are not distinguished. */
  readonly conversation: number;
}

export const flow: StatisticKind = {
  name: 'flow',
  usage: `flow,${WHAT.join('|')},standard|network[,FILTER]`,
  about:
    'who sent what to whom, as arrows between columns; network: with those who have hardware addresses only',
  make(args) {
    const match = /^(\w+),(standard|network)(?:,(.*))?$/s.exec(args);
    if (match === null || !(WHAT as readonly string[]).includes(match[1]!))
      throw new UserError(`-z flow,${args}: write it as flow,tcp,standard or flow,any,network`);
    // Contrary to what its manual says, tshark's `standard` leaves out hosts without a network address.
    const statistic = new FlowStatistic(match[1] as What, match[2] === 'network');
    return filtered('flow', match[3] ?? '', statistic);
  },
};

class FlowStatistic implements Statistic {
  readonly #what: What;
  readonly #withHardware: boolean;
  readonly #nodes = new Map<string, number>();
  readonly #arrows: Arrow[] = [];
  #names: AddressNames | null = null;
  #leftOut = 0;

  constructor(what: What, withHardware: boolean) {
    this.#what = what;
    this.#withHardware = withHardware;
  }

  begin(session: Session): void {
    this.#names = session.addressNames;
  }

  see(p: Packet): void {
    const label = this.#labelOf(p);
    if (label === null || (!this.#withHardware && p.netKind === 0)) return;
    if (this.#arrows.length >= ARROWS_MAX) {
      this.#leftOut++;
      return;
    }
    const from = this.#node(sourceAddress(p));
    const to = this.#node(destinationAddress(p));
    const what = this.#what;
    const ping = what === 'icmp' || what === 'icmpv6' ? (pingKind(p, what) ?? 0) : 0;
    this.#arrows.push({ time: timeColumn(p), from, to, ...portsOf(p, ping), ...label });
  }

  #labelOf(p: Packet): Pick<Arrow, 'label' | 'comment' | 'conversation'> | null {
    if (this.#what === 'tcp') return tcpArrow(p);
    if (this.#what !== 'any' && pingKind(p, this.#what) === null) return null;
    const label = infoColumn(p);
    return { label, comment: `${protocolColumn(p)}: ${label}`, conversation: 0 };
  }

  #node(address: string): number {
    const known = this.#nodes.get(address);
    if (known !== undefined) return known;
    if (this.#nodes.size >= NODES_MAX) return NODES_MAX + 1;
    this.#nodes.set(address, this.#nodes.size);
    return this.#nodes.size - 1;
  }

  print(out: Output): void {
    if (this.#arrows.length === 0) return;
    const first = this.#arrows[0]!.conversation;
    const hasConversations = this.#arrows.some(({ conversation }) => conversation !== first);
    const margin = `${hasConversations ? '     ' : ''}|         `;
    const nodes = [...this.#nodes.keys()].map((address) => this.#names?.get(address) ?? address);
    out.text(`${hasConversations ? 'Conv.| Time    ' : '|Time     '}${heads(nodes, 0)}|\n`);
    out.text(`${margin}| ${' '.repeat(WIDTH - 2)}${heads(nodes, 1)}\n`);
    const empty = `${`| ${' '.repeat(WIDTH - 2)}`.repeat(nodes.length)}|`;
    let conversation = first;
    for (const arrow of this.#arrows) {
      if (arrow.conversation !== conversation) out.text(`${'-'.repeat(empty.length + margin.length + 1)}\n`);
      conversation = arrow.conversation;
      const number = hasConversations ? String(conversation).padEnd(5) : '';
      out.text(`${number}${`|${arrow.time}`.padEnd(10)}${labelLine(arrow, empty)}${arrow.comment}\n`);
      out.text(`${margin}${arrowLine(arrow, empty)}\n`);
    }
    if (this.#leftOut > 0) out.text(`(${this.leftOut()})\n`);
  }

  leftOut(): string {
    return this.#leftOut > 0 ? `${this.#leftOut} packets more; a filter makes them fewer` : '';
  }

  data(): unknown {
    const nodes = [...this.#nodes.keys()];
    return this.#arrows.map(({ time, from, to, fromPort, toPort, comment }) => ({
      time,
      from: nodes[from] ?? null,
      to: nodes[to] ?? null,
      fromPort,
      toPort,
      comment,
    }));
  }
}

/** Of pings alone, type and code stand for the port of whom they go to; in a tunnel, its ports count. */
function portsOf({ srcPort, dstPort }: Packet, ping: number): { fromPort: number; toPort: number } {
  return { fromPort: srcPort, toPort: srcPort === 0 && dstPort === 0 ? ping : dstPort };
}

/** Every other name, each over the width of two columns. */
function heads(nodes: readonly string[], first: 0 | 1): string {
  let text = '';
  for (let i = first; i < nodes.length; i += 2) {
    let name = `| ${nodes[i]}`;
    if (first === 1 && name.length < WIDTH) name = `${name.padEnd(WIDTH)}| `;
    text += name.padEnd(2 * WIDTH);
  }
  return text;
}

/** Where an arrow begins and ends in its line; to oneself, it goes to the next column. */
function reach({ from, to }: Arrow): [number, number] {
  const start = from * WIDTH + HALF;
  return [start, from === to ? start + WIDTH : to * WIDTH + HALF];
}

function labelLine(arrow: Arrow, empty: string): string {
  const [start, end] = reach(arrow);
  const at = Math.min(start, end);
  return written(empty, at, arrow.label.slice(0, Math.abs(end - start)));
}

function arrowLine(arrow: Arrow, empty: string): string {
  const [start, end] = reach(arrow);
  const isForward = start < end;
  const width = Math.abs(end - start);
  const shaft = '-'.repeat(width - 2);
  let line = written(empty, Math.min(start, end), isForward ? `${shaft}>` : `<${shaft}`);
  const [fromPort, toPort] = [arrow.fromPort, arrow.toPort].map((port) => `(${port})`.slice(0, PORT_WIDTH));
  line = written(line, isForward ? start - HALF + 1 : start + 1, fromPort!);
  return written(line, isForward ? end + 1 : end - HALF + 1, toPort!);
}

/** The line with a text over it from `at` on, but not beyond its end. */
function written(line: string, at: number, text: string): string {
  return line.slice(0, at) + text + line.slice(at + text.length);
}
