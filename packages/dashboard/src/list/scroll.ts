// Ten million rows of 24 pixels are higher than any browser lets an element be. The scrolled area is as high as it may,
// and what it stands for slides under it: short ways move row by row, long ones (the bar is dragged) go by proportion.

/** Well under the least limit among browsers (Firefox, 17.8 million). */
export const HEIGHT_MAX = 8_000_000;

export class Scroll {
  readonly rowHeight: number;
  #rows = 0;
  #viewport = 0;
  /** What is added to the element's place to get the true one. */
  #offset = 0;
  #before = 0;

  constructor(rowHeight: number) {
    this.rowHeight = rowHeight;
  }

  /** Pixels that all rows would take. */
  get whole(): number {
    return this.#rows * this.rowHeight;
  }

  /** Pixels that the element takes. */
  get height(): number {
    return Math.min(HEIGHT_MAX, this.whole);
  }

  get offset(): number {
    return this.#offset;
  }

  /** @returns the element's scrollTop that keeps the place. */
  resize(rows: number, viewport: number): number {
    const top = this.#before + this.#offset;
    this.#rows = rows;
    this.#viewport = viewport;
    return this.toPixel(top);
  }

  /** The element was scrolled. @returns the scrollTop to set if it must differ. */
  scrolled(scrollTop: number): number {
    const way = scrollTop - this.#before;
    if (this.whole <= HEIGHT_MAX) {
      this.#offset = 0;
      this.#before = scrollTop;
      return scrollTop;
    }
    const isShort = Math.abs(way) < this.#viewport;
    const isAtEnd = scrollTop <= 0 || scrollTop >= this.height - this.#viewport - 1;
    if (isShort && !isAtEnd) {
      this.#before = scrollTop;
      return scrollTop;
    }
    const share = scrollTop / Math.max(1, this.height - this.#viewport);
    if (isShort) {
      // At the element's end, but perhaps not at that of the rows: a short way more is a short way more.
      return this.toPixel(this.#before + this.#offset + way);
    }
    return this.toPixel(share * (this.whole - this.#viewport));
  }

  /** Goes to a true place, in pixels from the first row. @returns the scrollTop to set. */
  toPixel(pixel: number): number {
    const top = Math.min(Math.max(0, pixel), Math.max(0, this.whole - this.#viewport));
    const room = Math.max(0, this.height - this.#viewport);
    const all = Math.max(1, this.whole - this.#viewport);
    const scrollTop = this.whole <= HEIGHT_MAX ? top : Math.round((top / all) * room);
    this.#offset = top - scrollTop;
    this.#before = scrollTop;
    return scrollTop;
  }

  /** First row in sight, with the part of it that is hidden. */
  get firstRow(): number {
    return (this.#before + this.#offset) / this.rowHeight;
  }

  get rowsInSight(): number {
    return this.#viewport / this.rowHeight;
  }

  /** Where a row stands in the element. */
  topOf(row: number): number {
    return row * this.rowHeight - this.#offset;
  }

  /** @returns the scrollTop with which a row is in sight, moved as little as can be. */
  show(row: number, isCentred = false): number {
    const top = row * this.rowHeight;
    const now = this.#before + this.#offset;
    if (top >= now && top + this.rowHeight <= now + this.#viewport) return this.#before;
    if (isCentred) return this.toPixel(top - this.#viewport / 2);
    return this.toPixel(top < now ? top : top + this.rowHeight - this.#viewport);
  }
}
