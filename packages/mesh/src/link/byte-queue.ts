// Bytes that wait, in blocks: what another peer sends byte by byte costs no object a byte, and taking it no time that grows
// with the length of the queue.

const BLOCK_BYTES = 16 << 10;

interface Block {
  readonly bytes: Buffer;
  start: number;
  end: number;
}

export class ByteQueue {
  readonly #blocks: Block[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Copies the bytes. */
  push(data: Uint8Array): void {
    let last = this.#blocks.at(-1);
    if (last === undefined || last.bytes.length - last.end < data.length) {
      last = { bytes: Buffer.allocUnsafeSlow(Math.max(BLOCK_BYTES, data.length)), start: 0, end: 0 };
      this.#blocks.push(last);
    }
    last.bytes.set(data, last.end);
    last.end += data.length;
    this.#length += data.length;
  }

  /** The first bytes, as many as lie together and `max` at most; they do not change any more. Empty if there are none. */
  take(max: number): Buffer {
    let first = this.#blocks[0];
    while (first !== undefined && first.start === first.end && this.#blocks.length > 1) {
      this.#blocks.shift();
      [first] = this.#blocks;
    }
    if (first === undefined) return Buffer.alloc(0);
    const piece = first.bytes.subarray(first.start, Math.min(first.end, first.start + max));
    first.start += piece.length;
    this.#length -= piece.length;
    return piece;
  }
}
