// Packets over time in a bounded number of steps, whose width grows with the capture's duration, in a single pass.

/** Maximum number of steps; when exceeded, neighbours are merged and the width doubles. */
const STEPS = 240;

export class Timeline {
  /** Nanoseconds per step. */
  width = 1_000_000;
  readonly packets = new Float64Array(STEPS);
  readonly bytes = new Float64Array(STEPS);
  #last = 0;

  /** Counts a packet at `nanoseconds` since the start; negative times count as the start. */
  add(nanoseconds: number, bytes: number): void {
    const since = Math.max(0, nanoseconds);
    while (since >= this.width * STEPS) this.#halve();
    const step = Math.floor(since / this.width);
    this.packets[step]! += 1;
    this.bytes[step]! += bytes;
    if (step > this.#last) this.#last = step;
  }

  /** Packets in `count` equal parts of the time from the first packet to the last. */
  shape(count: number): number[] {
    const used = this.#last + 1;
    const shape = new Array<number>(Math.min(count, used)).fill(0);
    for (let step = 0; step < used; step++)
      shape[Math.floor((step * shape.length) / used)]! += this.packets[step]!;
    return shape;
  }

  #halve(): void {
    for (const column of [this.packets, this.bytes]) {
      for (let i = 0; i < STEPS; i++) column[i] = 2 * i < STEPS ? column[2 * i]! + column[2 * i + 1]! : 0;
    }
    this.width *= 2;
    this.#last >>= 1;
  }
}
