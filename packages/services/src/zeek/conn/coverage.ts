// Which bytes of a stream were captured, so that an acknowledgement of others tells that the capture missed some.

/** Pieces remembered behind a hole; later ones are forgotten, and then count as missed. */
const PIECES_MAX = 64;

interface Piece {
  start: number;
  end: number;
}

export class Coverage {
  /** All before it was captured, or has been counted as missed. The first byte of a stream is 1, after the SYN. */
  #end = 1;
  readonly #pieces: Piece[] = [];

  add(start: number, end: number): void {
    if (start > this.#end) this.#keep(start, end);
    else if (end > this.#end) {
      this.#end = end;
      this.#join();
    }
  }

  /** Bytes up to here arrived. Returns the lengths of the holes that are left in them, which are then over. */
  acknowledge(to: number): number[] {
    const holes: number[] = [];
    while (to > this.#end) {
      const next = Math.min(to, this.#pieces[0]?.start ?? to);
      holes.push(next - this.#end);
      this.#end = next;
      this.#join();
    }
    return holes;
  }

  #keep(start: number, end: number): void {
    if (this.#pieces.length >= PIECES_MAX) return;
    const at = this.#pieces.findIndex((piece) => piece.start > start);
    this.#pieces.splice(at < 0 ? this.#pieces.length : at, 0, { start, end });
  }

  #join(): void {
    while (this.#pieces.length > 0 && this.#pieces[0]!.start <= this.#end)
      this.#end = Math.max(this.#end, this.#pieces.shift()!.end);
  }
}
