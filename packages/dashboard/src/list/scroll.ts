// Virtual scrolling beyond the browser's limit: ten million rows of 24 pixels are higher than an element can be. The
// element has at most HEIGHT_MAX pixels, and an offset maps it to the rows. Short scrolls move the rows by the same
// distance, long ones (dragging the bar) in proportion.

/** Below the lowest limit among browsers (Firefox, 17.8 million pixels). */
export const HEIGHT_MAX = 8_000_000;

export class Scroll {
  readonly rowHeight: number;
  #rows = 0;
  #viewport = 0;
  /** Added to the element's scrollTop, gives the true position in pixels. */
  #offset = 0;
  #before = 0;

  constructor(rowHeight: number) {
    this.rowHeight = rowHeight;
  }

  /** Height of all rows in pixels. */
  get whole(): number {
    return this.#rows * this.rowHeight;
  }

  /** Height of the element in pixels. */
  get height(): number {
    return Math.min(HEIGHT_MAX, this.whole);
  }

  get offset(): number {
    return this.#offset;
  }

  /** Adapts to new sizes. @returns the scrollTop that keeps the position */
  resize(rows: number, viewport: number): number {
    const top = this.#before + this.#offset;
    this.#rows = rows;
    this.#viewport = viewport;
    return this.toPixel(top);
  }

  /** Handles a scroll event. @returns the scrollTop to set if it differs */
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
      // The element has reached its end, but the rows may not have: keep scrolling by the same distance.
      return this.toPixel(this.#before + this.#offset + way);
    }
    return this.toPixel(share * (this.whole - this.#viewport));
  }

  /** Scrolls to a true position in pixels from the first row. @returns the scrollTop to set */
  toPixel(pixel: number): number {
    const top = Math.min(Math.max(0, pixel), Math.max(0, this.whole - this.#viewport));
    const room = Math.max(0, this.height - this.#viewport);
    const all = Math.max(1, this.whole - this.#viewport);
    const scrollTop = this.whole <= HEIGHT_MAX ? top : Math.round((top / all) * room);
    this.#offset = top - scrollTop;
    this.#before = scrollTop;
    return scrollTop;
  }

  /** First visible row; the fraction is the hidden part of it. */
  get firstRow(): number {
    return (this.#before + this.#offset) / this.rowHeight;
  }

  get rowsInSight(): number {
    return this.#viewport / this.rowHeight;
  }

  /** Top of a row within the element, in pixels. */
  topOf(row: number): number {
    return row * this.rowHeight - this.#offset;
  }

  /** Scrolls the least distance that makes a row visible. @returns the scrollTop to set */
  show(row: number, isCentred = false): number {
    const top = row * this.rowHeight;
    const now = this.#before + this.#offset;
    if (top >= now && top + this.rowHeight <= now + this.#viewport) return this.#before;
    if (isCentred) return this.toPixel(top - this.#viewport / 2);
    return this.toPixel(top < now ? top : top + this.rowHeight - this.#viewport);
  }
}
