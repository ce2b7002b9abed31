/** Size above which a buffer is not reallocated at the same size. */
const KEPT_BYTES_MAX = 4 << 20;

/** An output buffer that grows as needed and is emptied by `take()`. */
export class ByteBuffer {
  bytes: Uint8Array;
  view: DataView;
  length = 0;
  /** Memory returned by `giveBack()`. */
  #spare: Uint8Array | null = null;

  constructor(initialBytes = 65536) {
    this.bytes = new Uint8Array(initialBytes);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Appends `count` bytes, all of which the caller must write; returns their offset. */
  extend(count: number): number {
    const at = this.length;
    this.length += count;
    if (this.length > this.bytes.length) this.#grow();
    return at;
  }

  /** Appends `data[start, end)`. */
  append(data: Uint8Array, start = 0, end = data.length): void {
    const at = this.extend(end - start);
    this.bytes.set(data.subarray(start, end), at);
  }

  /** Appends `count` zero bytes. */
  appendZeros(count: number): void {
    const at = this.extend(count);
    this.bytes.fill(0, at, at + count);
  }

  /** Returns the bytes written since the last call; they belong to the caller until given back. */
  take(): Uint8Array {
    const taken = this.bytes.subarray(0, this.length);
    this.bytes = this.#spare ?? new Uint8Array(Math.min(this.bytes.length, KEPT_BYTES_MAX));
    this.#spare = null;
    this.view = new DataView(this.bytes.buffer);
    this.length = 0;
    return taken;
  }

  /** Returns a buffer from `take()` for reuse: allocating each anew would dominate garbage collection. */
  giveBack({ buffer }: Uint8Array): void {
    if (buffer.byteLength <= KEPT_BYTES_MAX) this.#spare = new Uint8Array(buffer);
  }

  #grow(): void {
    const bytes = new Uint8Array(Math.max(this.length, 2 * this.bytes.length));
    bytes.set(this.bytes);
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer);
  }
}
