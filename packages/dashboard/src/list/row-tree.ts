// Random access to a list of millions of rows. The timeline's counts give the number of packets per span of time, so a
// row number leads to a span. Large spans are subdivided when they come into view, small ones are fetched. The API has
// keyset pagination only, so there is no offset to skip to.
import type { PacketRow, Page, Timeline } from '../api/types.ts';
import { placesOf } from '../charts/stack.ts';

/** Maximum number of rows fetched as one leaf. */
const LEAF_ROWS = 300;
const PAGE_ROWS_MAX = 1000;
const LEAVES_KEPT = 64;
/** The timeline's times are doubles: borders closer together than this, in seconds, are not exact. */
const STEP_MIN = 1e-6;
const REQUESTS_MAX = 3;
const RETRY_MS = 2000;

export interface Span {
  capture: number | null;
  /** Decimal seconds since 1970; `from` is inclusive, `to` exclusive; null: unbounded. */
  from: string | null;
  to: string | null;
}

export interface Asks {
  timeline(span: Span): Promise<Timeline>;
  rows(span: Span, limit: number, after: string | null): Promise<Page<PacketRow>>;
}

interface Node extends Span {
  first: number;
  count: number;
  /** Null: not subdivided. */
  children: Node[] | null;
  /** Cannot be subdivided by time: its pages are fetched one after the other by key. */
  isWhole: boolean;
  isLoading: boolean;
}

export class RowTree {
  total = 0;
  readonly #asks: Asks;
  readonly #onChange: () => void;
  readonly #onError: (error: unknown) => void;
  #roots: Node[] = [];
  /** LRU cache of fetched rows by span; the most recently used is last. */
  #leaves = new Map<string, PacketRow[]>();
  #requests = 0;
  /** A request failed: the next ones wait for RETRY_MS. */
  #isPaused = false;
  #wanted: readonly [number, number] = [0, 0];
  #isOver = false;

  constructor(asks: Asks, onChange: () => void, onError: (error: unknown) => void) {
    this.#asks = asks;
    this.#onChange = onChange;
    this.#onError = onError;
  }

  /** Counts again, with one root per capture. Cached rows are kept. */
  async count(captures: readonly (number | null)[]): Promise<void> {
    const roots: Node[] = [];
    let first = 0;
    for (const capture of captures) {
      const span = { capture, from: null, to: null };
      const children = divided(span, await this.#asks.timeline(span), first);
      const count = children.reduce((sum, child) => sum + child.count, 0);
      roots.push({ ...span, first, count, children, isWhole: false, isLoading: false });
      first += count;
    }
    if (this.#isOver) return;
    this.#roots = roots;
    this.total = first;
    this.#onChange();
    this.#fetch();
  }

  close(): void {
    this.#isOver = true;
  }

  /** Null while it is being fetched. */
  row(number: number): PacketRow | null {
    const leaf = this.#leafAt(number);
    if (leaf === null || leaf.children !== null) return null;
    return this.#leaves.get(keyOf(leaf))?.[number - leaf.first] ?? null;
  }

  /** Sets the visible range. Only spans of the latest range are fetched. */
  want(from: number, to: number): void {
    this.#wanted = [Math.max(0, from), Math.min(this.total, to)];
    this.#fetch();
  }

  /** The number of a row, or -1 if it is not in the list; fetches the spans it needs. */
  async find(row: { id: number; capture: number; time: string }): Promise<number> {
    let nodes = this.#roots.filter(({ capture }) => capture === null || capture === row.capture);
    for (;;) {
      const node = nodes.find(
        ({ from, to }) =>
          (from === null || !isBefore(row.time, from)) && (to === null || isBefore(row.time, to)),
      );
      if (node === undefined) return -1;
      if (node.children === null && needsDivision(node)) await this.#divide(node);
      if (node.children !== null) {
        nodes = node.children;
        continue;
      }
      const rows = this.#leaves.get(keyOf(node)) ?? (await this.#load(node));
      const at = rows.findIndex(({ id }) => id === row.id);
      return at < 0 ? -1 : node.first + at;
    }
  }

  #leafAt(number: number): Node | null {
    let nodes = this.#roots;
    let found: Node | null = null;
    while (nodes.length > 0) {
      let low = 0;
      let high = nodes.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (nodes[middle]!.first <= number) low = middle;
        else high = middle - 1;
      }
      found = nodes[low]!;
      if (number < found.first || number >= found.first + found.count) return null;
      if (found.children === null) return found;
      nodes = found.children;
    }
    return found;
  }

  #fetch(): void {
    let number = this.#wanted[0];
    if (this.#isOver || this.#isPaused) return;
    while (number < this.#wanted[1] && this.#requests < REQUESTS_MAX) {
      const leaf = this.#leafAt(number);
      if (leaf === null) return;
      const isKnown = this.#leaves.has(keyOf(leaf));
      if (isKnown) this.#touch(leaf);
      else if (!leaf.isLoading)
        void (needsDivision(leaf) ? this.#divide(leaf) : this.#load(leaf)).catch(this.#onError);
      number = leaf.first + leaf.count;
    }
  }

  async #divide(node: Node): Promise<void> {
    await this.#during(node, async () => {
      const children = divided(node, await this.#asks.timeline(node), node.first);
      if (children.length < 2) node.isWhole = true;
      else node.children = children;
    });
  }

  async #load(node: Node): Promise<PacketRow[]> {
    return this.#during(node, async () => {
      const rows: PacketRow[] = [];
      let after: string | null = null;
      do {
        const page: Page<PacketRow> = await this.#asks.rows(
          node,
          Math.min(PAGE_ROWS_MAX, node.count - rows.length),
          after,
        );
        rows.push(...page.items);
        after = page.next;
      } while (after !== null && rows.length < node.count);
      this.#leaves.set(keyOf(node), rows);
      for (const key of this.#leaves.keys()) {
        if (this.#leaves.size <= LEAVES_KEPT) break;
        this.#leaves.delete(key);
      }
      return rows;
    });
  }

  async #during<T>(node: Node, work: () => Promise<T>): Promise<T> {
    node.isLoading = true;
    this.#requests++;
    try {
      return await work();
    } catch (error) {
      this.#pause();
      throw error;
    } finally {
      node.isLoading = false;
      this.#requests--;
      if (!this.#isOver) {
        this.#onChange();
        queueMicrotask(() => this.#fetch());
      }
    }
  }

  #pause(): void {
    if (this.#isPaused || this.#isOver) return;
    this.#isPaused = true;
    setTimeout(() => {
      this.#isPaused = false;
      this.#fetch();
    }, RETRY_MS);
  }

  #touch(leaf: Node): void {
    const key = keyOf(leaf);
    const rows = this.#leaves.get(key)!;
    this.#leaves.delete(key);
    this.#leaves.set(key, rows);
  }
}

function keyOf({ capture, from, to, count }: Node): string {
  return `${capture} ${from} ${to} ${count}`;
}

function needsDivision(node: Node): boolean {
  return node.count > PAGE_ROWS_MAX && !node.isWhole;
}

/** Compares decimal texts exactly; a double has too few digits. */
function isBefore(a: string, b: string): boolean {
  const [aWhole = '', aRest = ''] = a.split('.');
  const [bWhole = '', bRest = ''] = b.split('.');
  if (aWhole !== bWhole) return Number(aWhole) < Number(bWhole);
  return aRest.padEnd(9, '0') < bRest.padEnd(9, '0');
}

/** Divides a span into nodes: small neighbouring buckets are merged. */
function divided(span: Span, timeline: Timeline, first: number): Node[] {
  const counts = timeline.series.length === 1 ? timeline.series[0]!.packets : summed(timeline);
  const places = placesOf(timeline.step);
  const nodes: Node[] = [];
  const isExact = timeline.step >= STEP_MIN;
  const { capture, to } = span;
  let node: Node | null = null;
  for (let i = 0; i < timeline.buckets; i++) {
    const count = counts[i] ?? 0;
    if (count === 0) continue;
    if (node !== null && (!isExact || node.count + count <= LEAF_ROWS)) node.count += count;
    else {
      const from: string | null =
        node === null ? span.from : (timeline.start + i * timeline.step).toFixed(places);
      if (node !== null) node.to = from;
      node = { capture, from, to, first, count, children: null, isWhole: !isExact, isLoading: false };
      nodes.push(node);
    }
    first += count;
  }
  return nodes;
}

function summed(timeline: Timeline): number[] {
  const sums = new Array<number>(timeline.buckets).fill(0);
  for (const { packets } of timeline.series) for (let i = 0; i < sums.length; i++) sums[i]! += packets[i]!;
  return sums;
}
