// Counts of texts, the most frequent first, with a bound on the number of distinct ones.
import { FILTER_CHARACTERS_MAX, type OverviewItem, type OverviewTable } from '../schemas/index.ts';

/** Distinct texts in one table; later ones are only counted together. */
const TEXTS_MAX = 100_000;
/** Characters of these and of their filters. */
const CHARACTERS_MAX = 16 << 20;
/** Lines of a table. */
export const LINES_MAX = 50;
/** Characters of a text: a URI may be as long as it likes. */
const TEXT_MAX = 300;

export interface Extra {
  /** Time that it took; a table shows the mean. */
  readonly seconds?: number | null;
  /** What else is to be known of it; that of the first one is shown. */
  readonly detail?: string | null;
}

interface Line {
  count: number;
  seconds: number;
  timed: number;
  readonly detail: string | null;
  readonly filter: string | null;
}

export class Tally {
  readonly #name: string;
  readonly #lines = new Map<string, Line>();
  #characters = 0;
  #others = 0;

  /** @param name of the table */
  constructor(name: string) {
    this.#name = name;
  }

  /** @param filter display filter for it; null, or longer than a request may have: there is none */
  add(text: string | null | undefined, filter: string | null = null, { seconds, detail }: Extra = {}): void {
    if (text === null || text === undefined || text === '') return;
    let line = this.#lines.get(text);
    if (line === undefined) {
      const usable = filter !== null && filter.length <= FILTER_CHARACTERS_MAX ? filter : null;
      const characters = text.length + (usable?.length ?? 0);
      if (this.#lines.size >= TEXTS_MAX || this.#characters + characters > CHARACTERS_MAX) {
        this.#others++;
        return;
      }
      this.#characters += characters;
      line = { count: 0, seconds: 0, timed: 0, detail: detail ?? null, filter: usable };
      this.#lines.set(text, line);
    }
    line.count++;
    if (seconds === null || seconds === undefined) return;
    line.seconds += seconds;
    line.timed++;
  }

  table(): OverviewTable {
    const lines = [...this.#lines].sort(([a, x], [b, y]) => y.count - x.count || (a < b ? -1 : 1));
    return {
      name: this.#name,
      distinct: this.#lines.size,
      is_whole: this.#others === 0,
      items: lines.slice(0, LINES_MAX).map(
        ([text, line]): OverviewItem => ({
          text: clipped(text),
          count: line.count,
          seconds: line.timed === 0 ? null : line.seconds / line.timed,
          detail: line.detail === null ? null : clipped(line.detail),
          until: null,
          filter: line.filter,
        }),
      ),
    };
  }
}

export function clipped(text: string): string {
  return text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)}…` : text;
}

/** `field == "text"`. */
export function is(field: string, text: string | null): string | null {
  return text === null ? null : `${field} == "${text.replace(/[\\"]/g, '\\$&')}"`;
}

/** The share of `values` below which a part of them is; null without values. */
export function quantile(values: readonly number[], part: number): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]!;
}
