// Traffic over time (`-z io,stat`): per interval, frames and bytes, or an aggregate of a field's values.
import { Collector } from '../core/collect.ts';
import type { Field, Value } from '../core/field.ts';
import type { Packet } from '../core/packet.ts';
import type { Predicate } from '../filter/compile.ts';

export const IO_FUNCTIONS = [
  'FRAMES',
  'BYTES',
  'FRAMES BYTES',
  'COUNT',
  'SUM',
  'MIN',
  'MAX',
  'AVG',
  'LOAD',
] as const;
export type IoFunction = (typeof IO_FUNCTIONS)[number];

export interface IoColumn {
  readonly function: IoFunction;
  /** For COUNT and the functions after it. */
  readonly field: Field | null;
  readonly filter: Predicate | null;
}

/** One interval of one column. */
export interface IoCell {
  frames: number;
  /**
   * Bytes, a count, or the function of the values; durations in nanoseconds, LOAD in microseconds. For AVG this is the
   * sum, to be divided by `values`.
   */
  total: number;
  /** Number of values in an average. */
  values: number;
}

/** The result of one reader if several share a capture; can be sent to another process. */
export interface IoPart {
  readonly duration: number;
  readonly cells: readonly ReadonlyMap<number, IoCell>[];
  readonly hasEarlier: boolean;
}

export class IoTable {
  readonly columns: readonly IoColumn[];
  /** Microseconds; Infinity: the whole capture is one interval. */
  readonly interval: number;
  /** Microseconds from the first frame to the latest. */
  duration = 0;
  /** Per column, by interval number; intervals without a passing frame have none. */
  readonly cells: Map<number, IoCell>[];
  /** Per column, the highest value reached at any time, also within an interval; AVG truncated to an integer. */
  readonly peaks: number[];
  readonly #collectors: (Collector | null)[];
  #now = 0;
  /** Whether a frame was older than the first one. */
  #hasEarlier = false;

  constructor(interval: number, columns: readonly IoColumn[]) {
    this.interval = interval;
    this.columns = columns;
    this.cells = columns.map(() => new Map());
    this.peaks = columns.map(() => 0);
    this.#collectors = columns.map(({ field }) => (field === null ? null : new Collector([field])));
  }

  add(p: Packet): void {
    const { firstSeconds, firstNanoseconds } = p.session;
    const nanoseconds = (p.seconds - firstSeconds) * 1e9 + (p.nanoseconds - firstNanoseconds);
    // A frame older than the first one counts in the interval of the previous frame.
    if (nanoseconds >= 0) this.#now = Math.floor((nanoseconds + 500) / 1000);
    else this.#hasEarlier = true;
    if (this.#now > this.duration) this.duration = this.#now;
    const row = this.interval === Infinity ? 0 : Math.floor(this.#now / this.interval);
    for (let i = 0; i < this.columns.length; i++) {
      const column = this.columns[i]!;
      if (column.filter === null || column.filter(p)) this.#count(p, i, column, row);
    }
  }

  /** Whether the columns can be merged, so that several readers may share a capture. */
  get isShareable(): boolean {
    return this.columns.every(({ field, filter }) => field === null && filter?.needsAllPackets !== true);
  }

  part(): IoPart {
    return { duration: this.duration, cells: this.cells, hasEarlier: this.#hasEarlier };
  }

  /** Merges the part of another reader. False if only a reader of all frames could assign some of them. */
  addPart({ duration, cells, hasEarlier }: IoPart): boolean {
    this.duration = Math.max(this.duration, duration);
    for (const [column, rows] of cells.entries())
      for (const [row, { frames, total }] of rows) {
        const cell = this.#cell(column, row);
        cell.frames += frames;
        cell.total += total;
      }
    return !this.#hasEarlier && !hasEarlier;
  }

  #cell(column: number, row: number): IoCell {
    let cell = this.cells[column]!.get(row);
    if (cell === undefined) {
      cell = { frames: 0, total: 0, values: 0 };
      this.cells[column]!.set(row, cell);
    }
    return cell;
  }

  #count(p: Packet, i: number, { function: name }: IoColumn, row: number): void {
    const cell = this.#cell(i, row);
    cell.frames++;
    const collector = this.#collectors[i]!;
    if (collector === null) {
      cell.total += p.wireLength;
      return;
    }
    collector.collect(p);
    const values = collector.values[0]!;
    if (name === 'COUNT')
      cell.total += ONCE.has(collector.fields[0]!.name) ? Math.min(1, values.length) : values.length;
    else if (name === 'LOAD') for (const value of values) this.#load(i, row, spanOf(value) / 1000);
    else {
      const isSpan = collector.fields[0]!.type === 'seconds';
      values.forEach((value, k) => {
        take(cell, name, isSpan ? spanOf(value) : Number(value), cell.frames === 1 && k === 0);
      });
      const now = name === 'AVG' ? Math.floor(cell.total / Math.max(1, cell.values)) : Math.abs(cell.total);
      if (now > this.peaks[i]!) this.peaks[i] = now;
    }
  }

  /** Spreads a duration that ends in this interval over the earlier ones: LOAD is the number in progress at a time. */
  #load(column: number, row: number, microseconds: number): void {
    let left = Math.floor(microseconds);
    const first = this.interval === Infinity ? left : left % this.interval;
    this.#cell(column, row).total += first;
    left -= first;
    for (let at = row - 1; left > 0 && at >= 0; at--) {
      const part = Math.min(left, this.interval);
      this.#cell(column, at).total += part;
      left -= part;
    }
  }
}

/** Findings that stand in the tree twice, of which Wireshark's taps see one. */
const ONCE: ReadonlySet<string> = new Set(['tcp.analysis.duplicate_ack']);

/** Nanoseconds. */
function spanOf(value: Value): number {
  return typeof value === 'bigint' ? Number(value) : Math.round(Number(value) * 1e9);
}

function take(cell: IoCell, name: IoFunction, value: number, isFirst: boolean): void {
  if (name === 'MIN') cell.total = isFirst ? value : Math.min(cell.total, value);
  else if (name === 'MAX') cell.total = Math.max(cell.total, value);
  else cell.total += value;
  cell.values++;
}
