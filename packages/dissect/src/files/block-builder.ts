import { ByteBuffer } from './byte-buffer.ts';

const utf8 = new TextEncoder();
const OPTION_BYTES_MAX = 0xffff;

/** Builds pcapng blocks, little-endian: call `begin()`, then the methods for the parts in order, then `end()`. */
export class BlockBuilder {
  readonly buffer = new ByteBuffer();
  #blockAt = 0;

  begin(type: number): void {
    this.#blockAt = this.buffer.length;
    this.u32(type);
    this.u32(0);
  }

  /** Writes the block length at both ends of the block. */
  end(): void {
    const length = this.buffer.length + 4 - this.#blockAt;
    this.u32(length);
    this.buffer.view.setUint32(this.#blockAt + 4, length, true);
  }

  u16(value: number): void {
    const at = this.buffer.extend(2);
    this.buffer.view.setUint16(at, value, true);
  }

  u32(value: number): void {
    const at = this.buffer.extend(4);
    this.buffer.view.setUint32(at, value, true);
  }

  /** Appends bytes, padded with zeros to a multiple of 4. */
  padded(data: Uint8Array, start = 0, end = data.length): void {
    this.buffer.append(data, start, end);
    this.buffer.appendZeros(-(end - start) & 3);
  }

  option(code: number, value: Uint8Array): void {
    if (value.length > OPTION_BYTES_MAX) value = value.subarray(0, OPTION_BYTES_MAX);
    this.u16(code);
    this.u16(value.length);
    this.padded(value);
  }

  /** A text option; omitted if the value is null. */
  text(code: number, value: string | null): void {
    if (value !== null) this.option(code, utf8.encode(value));
  }

  /** A 64-bit integer option; omitted if the value is null. */
  number(code: number, value: number | null): void {
    if (value === null) return;
    this.u16(code);
    this.u16(8);
    const at = this.buffer.extend(8);
    this.buffer.view.setBigInt64(at, BigInt(Math.trunc(value)), true);
  }

  endOptions(): void {
    this.u32(0);
  }
}
