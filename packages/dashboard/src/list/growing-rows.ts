// Rows whose number is not known before they are read, as those of a filter that the store's columns cannot decide, or that
// have no place by time, as those in the order of a column: pages follow each other as the reader comes to their end.
import type { PacketRow, Page } from '../api/types.ts';

const PAGE_ROWS = 200;
/** More than anyone reads; a filter can be made narrower. */
const ROWS_MAX = 100_000;
/** Rows before the end at which the next page is asked for. */
const AHEAD = 100;

export class GrowingRows {
  readonly #ask: (limit: number, after: string | null) => Promise<Page<PacketRow>>;
  readonly #onChange: () => void;
  readonly #onError: (error: unknown) => void;
  readonly #rows: PacketRow[] = [];
  #next: string | null = null;
  #isLoading = false;
  isAtEnd = false;

  constructor(
    ask: (limit: number, after: string | null) => Promise<Page<PacketRow>>,
    onChange: () => void,
    onError: (error: unknown) => void,
  ) {
    this.#ask = ask;
    this.#onChange = onChange;
    this.#onError = onError;
  }

  get total(): number {
    return this.#rows.length;
  }

  row(number: number): PacketRow | null {
    return this.#rows[number] ?? null;
  }

  want(_from: number, to: number): void {
    if (to + AHEAD < this.#rows.length || this.isAtEnd || this.#isLoading) return;
    this.#isLoading = true;
    this.#ask(PAGE_ROWS, this.#next).then(
      ({ items, next }) => {
        this.#isLoading = false;
        this.#rows.push(...items);
        this.#next = next;
        this.isAtEnd = next === null || this.#rows.length >= ROWS_MAX;
        this.#onChange();
      },
      (error) => {
        this.isAtEnd = true;
        this.#onError(error);
      },
    );
  }

  async find(row: { id: number }): Promise<number> {
    return this.#rows.findIndex(({ id }) => id === row.id);
  }

  close(): void {
    this.isAtEnd = true;
  }
}
