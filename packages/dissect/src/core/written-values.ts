// Values behind the titles of their lines, straight into an output: what `shown` gives, without making a text of it.
import type { Field, Value } from './field.ts';
import { BYTES_SHOWN, writeSeconds } from './format.ts';
import { printable } from './printable.ts';
import { ipv6Address } from './text.ts';
import type { TextSink, Words } from './text-sink.ts';

const COLON = 0x3a;

/** Writes title and value as they stand in these bytes; false where that takes the value itself. */
export function writeBytes(
  out: TextSink,
  title: Words,
  field: Field,
  b: Uint8Array,
  start: number,
  length: number,
): boolean {
  const end = start + length;
  switch (field.type) {
    case 'uint':
      // As many digits as bytes, in the order of the network.
      if (field.base !== 'hex' || field.littleEndian || length > 4) return false;
      if ((field.hexBytes || field.width) !== length || length === 0) return false;
      out.words(title);
      out.hex(b, start, end);
      return true;
    case 'ether':
      if (length !== 6) return false;
      out.words(title);
      out.hex(b, start, end, COLON);
      return true;
    case 'ipv4':
      if (length !== 4) return false;
      out.words(title);
      out.ipv4(b, start);
      return true;
    case 'ipv6':
      if (length !== 16) return false;
      out.words(title);
      out.text(ipv6Address(b, start));
      return true;
    case 'bytes':
      if (length === 0) return false;
      out.words(title);
      out.hex(b, start, start + Math.min(length, BYTES_SHOWN));
      if (length > BYTES_SHOWN) out.text('…');
      return true;
    default:
      return false;
  }
}

/** Writes title and value; false where the line takes `shown`. */
export function writeValue(out: TextSink, title: Words, field: Field, value: Value): boolean {
  switch (field.type) {
    case 'uint':
      if (field.base === 'hex' || !Number.isInteger(value) || (value as number) < 0) return false;
      out.named(title, value as number);
      return true;
    case 'seconds':
      out.words(title);
      writeSeconds(value as number | bigint, out);
      out.text(' seconds');
      return true;
    case 'text':
      if (typeof value !== 'string') return false;
      out.words(title);
      out.text(printable(value));
      return true;
    default:
      return false;
  }
}
