// A part of a message as a sequence of fixed-width fields, as in many binary protocols.
import type { Field, Value } from '../core/field.ts';
import { readValue } from '../core/reading.ts';
import type { Sink } from '../core/sink.ts';

/** Converts the bytes where the field's type does not suffice: a GUID, a file time. Null: they hold none. */
export type Reader = (b: Uint8Array, at: number, end: number) => Value | null;

/** A field and its width, then its bit fields or its conversion. Without a field the bytes are skipped. */
export type Part = readonly [field: Field | null, width: number, more?: readonly Field[] | Reader];

/** Adds the parts from `at` on, as far as the bytes go. Returns where they end. */
export function emitParts(out: Sink, b: Uint8Array, at: number, end: number, parts: readonly Part[]): number {
  for (const [field, width, more] of parts) {
    if (at + width > end) return end;
    if (field === null) {
      at += width;
      continue;
    }
    if (typeof more === 'function') {
      const value = out.wants(field) ? more(b, at, at + width) : null;
      if (value !== null) out.add(field, at, width, value);
    } else if (more === undefined) out.add(field, at, width);
    else {
      out.open(field, at, width);
      if (field.isSummed && out.wants(field)) out.note(titlesOfSet(b, at, width, more));
      for (const bit of more) out.add(bit, at, width);
      out.close();
    }
    at += width;
  }
  return at;
}

/** `, Response, Signing`: the flags that are set. */
function titlesOfSet(b: Uint8Array, at: number, width: number, flags: readonly Field[]): string {
  const set = flags.filter((flag) => flag.type === 'bool' && readValue(flag, b, at, width) === true);
  return set.map(({ title }) => `, ${title}`).join('');
}
