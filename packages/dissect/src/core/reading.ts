// Reads a field's value from bytes, by the field's type.
import { u16, u32, u64, u64le, uint, utf8 } from './bytes.ts';
import type { Field, Value } from './field.ts';

/** The number of a uint, int or bool field at [start, start + width), masked and shifted. */
function readNumber(field: Field, b: Uint8Array, start: number, width: number): number {
  let value: number;
  if (field.littleEndian) value = uint(b, start, width, true);
  else if (width === 1) value = b[start]!;
  else if (width === 2) value = u16(b, start);
  else if (width === 4) value = u32(b, start);
  else value = uint(b, start, width);
  if (field.bits !== 0) value = (value & field.bits) >>> field.shift;
  else if (field.type === 'int') value = signed(value, width);
  return value;
}

function signed(value: number, width: number): number {
  const span = 2 ** (width * 8);
  return value >= span / 2 ? value - span : value;
}

/** The value at [start, start + length) of `b`; the caller has checked that the bytes are there. */
export function readValue(field: Field, b: Uint8Array, start: number, length: number): Value {
  switch (field.type) {
    case 'uint':
    case 'int':
      return length > 6
        ? field.littleEndian
          ? u64le(b, start)
          : u64(b, start)
        : readNumber(field, b, start, length);
    case 'uint64':
      return field.littleEndian ? u64le(b, start) : u64(b, start);
    case 'bool':
      return readNumber(field, b, start, length) !== 0;
    case 'text':
      return utf8(b, start, start + length);
    case 'double': {
      const view = new DataView(b.buffer, b.byteOffset + start, length);
      return length === 4 ? view.getFloat32(0, field.littleEndian) : view.getFloat64(0, field.littleEndian);
    }
    case 'time':
    case 'seconds':
      return readNumber(field, b, start, length);
    case 'none':
      return true;
    default:
      return b.subarray(start, start + length);
  }
}
