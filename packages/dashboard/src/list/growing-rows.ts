// Rows that have no index: those of a filter that needs packet bytes, whose count is unknown, and those sorted by a
// column. Pages are appended as the user scrolls to the end.
import type { PacketRow, Page } from '../api/types.ts';

const PAGE_ROWS = 200;
/** Upper bound of rows; a narrower filter is the way to reach others. */
const ROWS_MAX = 100_000;
/** Requests the next page when this few rows are left. */
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
