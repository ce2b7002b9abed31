// Primitives of HPACK and QPACK: prefixed integers and string literals (RFC 7541 §5, RFC 9204 §4.1).
import { ascii } from '../../../core/bytes.ts';
import { huffmanText } from './huffman.ts';

export class PrimitiveReader {
  /** End of the last value read. */
  at = 0;

  /** Prefixed integer (RFC 7541 §5.1) in the low `prefix` bits of the first byte; -1 if truncated or too large. */
  integer(b: Uint8Array, end: number, prefix: number): number {
    if (this.at >= end) return -1;
    const most = (1 << prefix) - 1;
    let value = b[this.at++]! & most;
    if (value < most) return value;
    for (let shift = 0; shift <= 21; shift += 7) {
      if (this.at >= end) return -1;
      const next = b[this.at++]!;
      value += (next & 0x7f) << shift;
      if ((next & 0x80) === 0) return value;
    }
    return -1;
  }

  /**
   * String literal (RFC 7541 §5.2): length in the low `prefix` bits, Huffman flag in the bit above; null if truncated.
   */
  string(b: Uint8Array, end: number, prefix: number): string | null {
    const isHuffman = this.at < end && (b[this.at]! & (1 << prefix)) !== 0;
    const length = this.integer(b, end, prefix);
    if (length < 0 || length > end - this.at) return null;
    const start = this.at;
    this.at += length;
    return isHuffman ? huffmanText(b, start, this.at) : ascii(b, start, this.at);
  }
}
