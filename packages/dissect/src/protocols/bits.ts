// Bit fields as a table, for the many words of flags that protocols have.
import { bool, type Field, uint } from '../core/field.ts';

/** Bit fields by name: to be spread into a protocol's fields; their values are the bits of a `Part`. */
export type BitFields = Readonly<Record<string, Field>>;

export const TRUE_FALSE = { 1: 'True', 0: 'False' };

/**
 * Fields from lines of `MASK NAME TITLE`, MASK in hexadecimal and NAME to follow `prefix`. A single bit is a boolean,
 * and ` | TEXT IF SET | TEXT IF NOT` may follow the title; several bits, or one whose mask ends in `n`, are a number,
 * and ` | NAME OF 0 | NAME OF 1 …` may follow. With `hexBytes` numbers are hexadecimal, as wide as a word of so many bytes.
 */
export function bitFields(prefix: string, lines: string, { le = false, hexBytes = 0 } = {}): BitFields {
  const fields: Record<string, Field> = {};
  for (const line of lines.trim().split('\n')) {
    const [head = '', ...texts] = line.trim().split(' | ');
    const [mask = '', name = '', ...title] = head.split(' ');
    const bits = Number.parseInt(mask, 16);
    const isSingle = (bits & (bits - 1)) === 0 && !mask.endsWith('n');
    const field = isSingle
      ? bool(prefix + name, title.join(' ')).named(
          texts.length === 2 ? { 1: texts[0]!, 0: texts[1]! } : TRUE_FALSE,
        )
      : uint(prefix + name, title.join(' '));
    if (!isSingle && hexBytes > 0) field.hex(hexBytes);
    if (!isSingle && texts.length > 0) field.named(Object.fromEntries(texts.entries()));
    fields[field.name] = le ? field.mask(bits).le() : field.mask(bits);
  }
  return fields;
}
