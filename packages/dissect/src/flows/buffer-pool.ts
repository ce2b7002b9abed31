// A pool of buffers for reassembly: allocating (and zeroing) a buffer costs more than copying into it.

/** Size classes are powers of two, from 2 KiB to 1 MiB; larger buffers are not kept. */
const SMALLEST_BITS = 11;
const LARGEST_BITS = 20;
/** Idle bytes kept, all classes together. */
const IDLE_BYTES_MAX = 8 << 20;

export class BufferPool {
  readonly #idle: Uint8Array[][] = [];
  #idleBytes = 0;

  constructor() {
    for (let bits = SMALLEST_BITS; bits <= LARGEST_BITS; bits++) this.#idle.push([]);
  }

  /** A buffer of at least `length` bytes, with arbitrary contents. */
  take(length: number): Uint8Array {
    const bits = Math.max(SMALLEST_BITS, 32 - Math.clz32(length - 1));
    const kept = this.#idle[bits - SMALLEST_BITS]?.pop();
    if (kept === undefined) return new Uint8Array(2 ** bits);
    this.#idleBytes -= kept.length;
    return kept;
  }

  give(buffer: Uint8Array): void {
    const bits = 31 - Math.clz32(buffer.length);
    const kept = this.#idle[bits - SMALLEST_BITS];
    if (kept === undefined || this.#idleBytes + buffer.length > IDLE_BYTES_MAX) return;
    kept.push(buffer);
    this.#idleBytes += buffer.length;
  }
}
