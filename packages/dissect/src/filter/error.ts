/** An invalid display filter: the message and the position of the error. */
export class FilterError extends Error {
  /** Index of the first offending character; `length` is the number of them. */
  readonly at: number;
  readonly length: number;
  readonly filter: string;

  constructor(message: string, filter: string, at: number, length = 1) {
    super(message);
    this.filter = filter;
    this.at = at;
    this.length = Math.max(1, length);
  }

  /** The filter with carets below the offending characters, for a terminal. */
  get picture(): string {
    return `${this.filter}\n${' '.repeat(this.at)}${'^'.repeat(this.length)}`;
  }
}
