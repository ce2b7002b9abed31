import type { CaptureProblem, CaptureProblemCode } from './problem.ts';

/** What a format's `next()` says: a frame was filled in, more bytes are needed, or the end was reached. */
export const FRAME = 1;
export const MORE = 0;
export const STOP = -1;

/** Beyond this, an emptied carry buffer is given back instead of being kept for the next record. */
const CARRY_KEPT_BYTES = 1 << 20;

const NO_BYTES = new Uint8Array(0);

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * The unread bytes, `data[at, end)`, of an input that comes in chunks of any size.
 *
 * Normally `data` is the caller's chunk itself. Only a record that lies across two chunks is put together
 * in a carry buffer, which takes from the next chunk just the bytes that the record lacks: the rest is read
 * in place again. The carry buffer grows with the bytes that have come, never with a length that a record claims.
 */
export class Window {
  data: Uint8Array = NO_BYTES;
  view: DataView = viewOf(NO_BYTES);
  at = 0;
  end = 0;
  /** Where `data[0]` stands in the input. */
  base = 0;
  /** True when no more chunk will come. */
  finished = false;
  /** True while a record is not complete although all bytes that came are read. */
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

  /** Where the next unread byte stands in the input. */
  get offset(): number {
    return this.base + this.at;
  }

  /** Bytes received so far. */
  get received(): number {
    return this.#chunkBase + this.#chunk.length;
  }

  /** True if the input ends here, and not in the middle of something. */
  get atEnd(): boolean {
    return this.at === this.end && this.#toSkip === 0 && !this.owing;
  }

  /** Bytes that the current record still lacks. */
  get lacking(): number {
    return this.#toSkip + Math.max(0, this.#needed - (this.end - this.at));
  }

  feed(chunk: Uint8Array): void {
    this.release();
    this.#chunkBase = this.received;
    // Node's Buffer is no plain array of bytes: its slice() is no copy, and who changes the copy would change the packet.
    this.#chunk =
      chunk.constructor === Uint8Array
        ? chunk
        : new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    this.#chunkAt = 0;
    if (this.at === this.end) this.#enterChunk();
  }

  /** Lets go of the caller's chunk: what is unread of it is copied. */
  release(): void {
    if (!this.#inCarry) this.#leaveChunk();
    else this.#append(this.#chunk.length - this.#chunkAt);
  }

  /** Says that the record at `at` needs `bytes` bytes, more than there are. */
  need(bytes: number): typeof MORE {
    this.#needed = bytes;
    return MORE;
  }

  /** Passes over bytes that need not be kept; they may be still to come. */
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

  /** Goes on in the caller's chunk, past what is to be skipped. */
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
