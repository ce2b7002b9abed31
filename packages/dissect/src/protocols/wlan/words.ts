// A word of bits in an element of 802.11: its line, and below it a line for each field.
import { type Field, uint } from '../../core/field.ts';
import type { Sink } from '../../core/sink.ts';
import { type BitFields, bitFields } from '../bits.ts';

export interface Word {
  readonly field: Field;
  readonly bits: BitFields;
  /** Width in bytes. */
  readonly width: number;
}

/** A little-endian word in hexadecimal; `lines` as for `bitFields`, whose numbers are hexadecimal too. */
export function wordOf(name: string, title: string, width: number, prefix: string, lines: string): Word {
  const bits = bitFields(prefix, lines, { le: true, hexBytes: width });
  return { field: uint(name, title).hex(width).le(), bits, width };
}

/** The fields of several words, to be spread into a protocol's. */
export function wordFields(words: Readonly<Record<string, Word>>): Record<string, Field> {
  const fields: Record<string, Field> = {};
  for (const { field, bits } of Object.values(words)) Object.assign(fields, { [field.name]: field }, bits);
  return fields;
}

export function emitWord({ field, bits, width }: Word, at: number, out: Sink): void {
  out.open(field, at, width);
  for (const bit of Object.values(bits)) out.add(bit, at, width);
  out.close();
}
