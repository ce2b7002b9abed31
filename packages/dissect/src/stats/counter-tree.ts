// A tree of counters with average rates and bursts, used by all `-z NAME,tree`.
import type { Packet } from '../core/packet.ts';
import { millisecondsSinceStart } from './time.ts';

/** Width of the buckets by which bursts are measured. */
const BUCKET_MS = 5;
export const BURST_MS = 100;

/** Counters in one tree; further ones are not created. */
const NODES_MAX = 200_000;

interface Bucket {
  readonly number: number;
  count: number;
  startMs: number;
}

export class CounterNode {
  readonly name: string;
  readonly parent: CounterNode | null;
  readonly children: CounterNode[] = [];
  count = 0;
  /** For nodes with values: their sum, minimum and maximum. */
  hasValues = false;
  sum = 0;
  min = Infinity;
  max = -Infinity;
  /** Whether values are fractional. */
  isFraction = false;
  /** Lower bound of a node that represents a range of values. */
  from: number | null = null;
  to: number | null = null;
  /** Highest count within BURST_MS, and when that window began, in milliseconds. */
  burst = 0;
  burstStartMs = 0;
  /** Buckets within the burst window; an empty node has one with count 0, as in Wireshark. */
  readonly #buckets: Bucket[] = [{ number: 0, count: 0, startMs: 0 }];
  #recent = 0;
  readonly #byName = new Map<string, CounterNode>();

  constructor(name: string, parent: CounterNode | null) {
    this.name = name;
    this.parent = parent;
  }

  childNamed(name: string): CounterNode | undefined {
    return this.#byName.get(name);
  }

  adopt(child: CounterNode): CounterNode {
    this.children.push(child);
    this.#byName.set(child.name, child);
    return child;
  }

  tick(nowMs: number): void {
    this.count++;
    this.#seeBurst(nowMs);
  }

  #seeBurst(nowMs: number): void {
    const buckets = this.#buckets;
    const number = Math.floor(nowMs / BUCKET_MS);
    let i = buckets.length;
    while (i > 0 && buckets[i - 1]!.number > number) i--;
    const bucket = buckets[i - 1];
    if (bucket !== undefined && bucket.number === number) {
      bucket.count++;
      bucket.startMs = Math.min(bucket.startMs, nowMs);
    } else if (i === 0 && number + BURST_MS / BUCKET_MS <= buckets.at(-1)!.number) {
      // Timestamps went backwards, beyond the window.
      return;
    } else buckets.splice(i, 0, { number, count: 1, startMs: nowMs });
    this.#recent++;
    while (buckets[0]!.number + BURST_MS / BUCKET_MS <= buckets.at(-1)!.number)
      this.#recent -= buckets.shift()!.count;
    if (this.#recent <= this.burst) return;
    this.burst = this.#recent;
    this.burstStartMs = buckets[0]!.startMs;
  }

  value(value: number): void {
    this.hasValues = true;
    // Wireshark keeps these values as 32-bit floats.
    if (this.isFraction) value = Math.fround(value);
    this.sum = this.isFraction ? Math.fround(this.sum + value) : this.sum + value;
    if (value < this.min) this.min = value;
    if (value > this.max) this.max = value;
  }
}

export class CounterTree {
  readonly root = new CounterNode('', null);
  /** Milliseconds between the first and the last packet counted. */
  elapsedMs = 0;
  #startMs = -1;
  #nowMs = 0;
  #nodes = 0;

  /** To be called before the counters of each packet. */
  begin(p: Packet): void {
    this.#nowMs = millisecondsSinceStart(p);
    if (this.#startMs < 0) this.#startMs = this.#nowMs;
    this.elapsedMs = this.#nowMs - this.#startMs;
  }

  /** The counter with this name below the parent, created if it is new. */
  node(parent: CounterNode, name: string): CounterNode {
    const known = parent.childNamed(name);
    if (known !== undefined) return known;
    if (this.#nodes >= NODES_MAX) return parent;
    this.#nodes++;
    return parent.adopt(new CounterNode(name, parent));
  }

  /** Increments the counter with this name. */
  tick(parent: CounterNode, name: string): CounterNode {
    const node = this.node(parent, name);
    if (node !== parent) node.tick(this.#nowMs);
    return node;
  }

  /** Increments a counter and the one with this name below it. */
  tickPivot(pivot: CounterNode, name: string): void {
    pivot.tick(this.#nowMs);
    this.tick(pivot, name);
  }

  /** Increments, and adds the value to the average. */
  average(parent: CounterNode, name: string, value: number): void {
    this.tick(parent, name).value(value);
  }

  /** Counts the value in its range and in the whole. */
  tickRange(whole: CounterNode, value: number): void {
    whole.tick(this.#nowMs);
    whole.value(value);
    const range = whole.children.find(({ from, to }) => from !== null && from <= value && value <= to!);
    if (range === undefined) return;
    range.tick(this.#nowMs);
    range.value(value);
  }
}

/** In Wireshark's order: ranges by lower bound; others by count, descending, then by name, descending. */
export function inOrder(nodes: readonly CounterNode[]): CounterNode[] {
  return nodes.toSorted((a, b) => {
    if (a.from !== null && b.from !== null) return a.from - b.from;
    if (a.count !== b.count) return b.count - a.count;
    return a.name < b.name ? 1 : -1;
  });
}
