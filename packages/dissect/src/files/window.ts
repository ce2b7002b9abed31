import type { CaptureProblem, CaptureProblemCode } from './problem.ts';

/** Results of a format's `next()`: a frame was filled in, more bytes are needed, or reading has ended. */
export const FRAME = 1;
export const MORE = 0;
export const STOP = -1;

/** A carry buffer larger than this is released when empty. */
const CARRY_KEPT_BYTES = 1 << 20;

const NO_BYTES = new Uint8Array(0);

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * The unread bytes, `data[at, end)`, of an input that comes in chunks of any size.
 *
 * Normally `data` is the caller's chunk itself. Only a record that spans two chunks is copied to a carry buffer, which
 * takes from the next chunk just the bytes that the record lacks; the rest is read in place again. The carry buffer
 * grows with the bytes received, never with a length that a record claims.
 */
export class Window {
  data: Uint8Array = NO_BYTES;
  view: DataView = viewOf(NO_BYTES);
  at = 0;
  end = 0;
  /** Offset of `data[0]` in the input. */
  base = 0;
  /** True if no more chunks follow. */
  finished = false;
  /** True while a record is incomplete after all bytes received were read. */
  owing = false;
  /** The number of frames delivered so far. */
  frames = 0;
  problem: CaptureProblem | null = null;

  #chunk: Uint8Array = NO_BYTES;
  #chunkAt = 0;
  #chunkBase = 0;
  #carry: Uint8Array = NO_BYTES;
  #inCarry = true;
  #needed = 1;
  #toSkip = 0;

  /** Offset of the next unread byte in the input. */
  get offset(): number {
    return this.base + this.at;
  }

  /** Bytes received so far. */
  get received(): number {
    return this.#chunkBase + this.#chunk.length;
  }

  /** True if the input ends here, at a record boundary. */
  get atEnd(): boolean {
    return this.at === this.end && this.#toSkip === 0 && !this.owing;
  }

  /** Bytes missing of the current record. */
  get lacking(): number {
    return this.#toSkip + Math.max(0, this.#needed - (this.end - this.at));
  }

  feed(chunk: Uint8Array): void {
    this.release();
    this.#chunkBase = this.received;
    // A plain Uint8Array, because slice() of a Node Buffer does not copy.
    this.#chunk =
      chunk.constructor === Uint8Array
        ? chunk
        : new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    this.#chunkAt = 0;
    if (this.at === this.end) this.#enterChunk();
  }

  /** Releases the caller's chunk, copying what is unread. */
  release(): void {
    if (!this.#inCarry) this.#leaveChunk();
    else this.#append(this.#chunk.length - this.#chunkAt);
  }

  /** Requests `bytes` bytes for the record at `at`, more than there are. */
  need(bytes: number): typeof MORE {
    this.#needed = bytes;
    return MORE;
  }

  /** Skips bytes, including ones not yet received. */
  skip(bytes: number): void {
    const here = Math.min(bytes, this.end - this.at);
    this.at += here;
    this.#toSkip = bytes - here;
  }

  /** After `need()` or `skip()`: true if there is something new in `data`, false if another chunk is needed. */
  refill(): boolean {
    if (!this.#inCarry) {
      this.#leaveChunk();
      return false;
    }
    if (this.at === this.end) {
      this.#enterChunk();
      return this.at < this.end;
    }
    const here = Math.min(this.#needed - (this.end - this.at), this.#chunk.length - this.#chunkAt);
    this.#append(here);
    return here > 0;
  }

  /** Records why reading stops at `offset`. */
  stop(code: CaptureProblemCode, message: string, offset = this.offset): typeof STOP {
    this.problem ??= { code, message, offset, frames: this.frames };
    return STOP;
  }

  /** Continues in the caller's chunk, after any bytes to be skipped. */
  #enterChunk(): void {
    const skipped = Math.min(this.#toSkip, this.#chunk.length - this.#chunkAt);
    this.#toSkip -= skipped;
    this.#chunkAt += skipped;
    this.base = this.#chunkBase;
    this.at = this.#chunkAt;
    this.end = this.#chunk.length;
    this.data = this.#chunk;
    this.view = viewOf(this.#chunk);
    this.#chunkAt = this.end;
    this.#inCarry = false;
    if (this.#carry.length > CARRY_KEPT_BYTES) this.#carry = NO_BYTES;
  }

  /** Moves what is unread of the caller's chunk into the carry buffer. */
  #leaveChunk(): void {
    const { data, at, end, base } = this;
    this.data = this.#carry;
    this.view = viewOf(this.#carry);
    this.base = base + at;
    this.at = 0;
    this.end = 0;
    this.#inCarry = true;
    this.#reserve(end - at);
    this.data.set(data.subarray(at, end));
    this.end = end - at;
  }

  /** Takes `bytes` bytes of the caller's chunk into the carry buffer. */
  #append(bytes: number): void {
    if (bytes <= 0) return;
    this.#reserve(bytes);
    this.data.set(this.#chunk.subarray(this.#chunkAt, this.#chunkAt + bytes), this.end);
    this.#chunkAt += bytes;
    this.end += bytes;
  }

  /** Makes room for `bytes` more bytes in the carry buffer. */
  #reserve(bytes: number): void {
    const unread = this.end - this.at;
    if (this.end + bytes <= this.data.length) return;
    const from = this.data;
    if (unread + bytes > from.length) {
      this.#carry = new Uint8Array(Math.max(4096, 2 * (unread + bytes)));
      this.data = this.#carry;
      this.view = viewOf(this.#carry);
    }
    this.data.set(from.subarray(this.at, this.end));
    this.base += this.at;
    this.at = 0;
    this.end = unread;
  }
}
