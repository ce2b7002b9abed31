/** An invalid display filter: what is wrong, and where. */
export class FilterError extends Error {
  /** Index of the first character at fault, and how many. */
  readonly at: number;
  readonly length: number;
  readonly filter: string;

  constructor(message: string, filter: string, at: number, length = 1) {
    super(message);
    this.filter = filter;
    this.at = at;
    this.length = Math.max(1, length);
  }

  /** The filter with carets under the fault, for a terminal. */
  get picture(): string {
    return `${this.filter}\n${' '.repeat(this.at)}${'^'.repeat(this.length)}`;
  }
}
