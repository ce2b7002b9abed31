// Lines of the tree that recur: those of small numbers and flags, which are most, prepared for writing.
import type { Field, Value } from './field.ts';
import { shown } from './format.ts';
import { Words } from './text-sink.ts';

export interface KnownLine {
  readonly text: string;
  /** The line, without the bracket that closes it. */
  readonly words: Words;
  readonly isBracketed: boolean;
  readonly field: Field;
  readonly value: number | boolean;
  readonly width: number;
}

const SLOTS = 8192;
/** Larger numbers, as ports and checksums, seldom come again soon; nor do fractions. */
const SMALL = 0xff;

/** A direct-mapped cache: it keeps the last line of each slot. */
export class KnownLines {
  readonly #lines: (KnownLine | null)[] = new Array<KnownLine | null>(SLOTS).fill(null);

  /** By field id: plain ones, and those within brackets. Null: the field's line is made otherwise. */
  readonly #titles: (Words | null)[] = [];
  readonly #bracketed: (Words | null)[] = [];

  /** `Source Port: `, with the bracket before it where there is one; null where the line is more than title and value. */
  titleOf(field: Field, isBracketed: boolean): Words | null {
    const titles = isBracketed ? this.#bracketed : this.#titles;
    // Filled without holes: an array with wide gaps would be a slow dictionary.
    while (titles.length <= field.id) titles.push(NO_TITLE);
    if (titles[field.id] === NO_TITLE) titles[field.id] = titleOf(field, isBracketed);
    return titles[field.id]!;
  }

  /** The line of a field's value; null where it is of a kind that is not remembered. */
  of(field: Field, value: Value, width: number): KnownLine | null {
    if (typeof value !== 'boolean' && (typeof value !== 'number' || (value & SMALL) !== value)) return null;
    const slot = (Math.imul(field.id, 0x9e37_79b1) >>> 19) ^ Number(value);
    const known = this.#lines[slot]!;
    if (known !== null && known.field === field && known.value === value && known.width === width)
      return known;
    const line = shown(field, value, width);
    if (!ASCII.test(line)) return null;
    const isBracketed = line.startsWith('[') && line.endsWith(']');
    const made = {
      text: line,
      words: new Words(isBracketed ? line.slice(0, -1) : line),
      isBracketed,
      field,
      value,
      width,
    };
    this.#lines[slot] = made;
    return made;
  }
}

const NO_TITLE = new Words('');

function titleOf({ title, line, names, bits, base }: Field, isBracketed: boolean): Words | null {
  if (line !== null || names !== null || bits !== 0 || !ASCII.test(title) || title.startsWith('['))
    return null;
  return new Words(`${isBracketed ? '[' : ''}${title}: ${base === 'hex' ? '0x' : ''}`);
}
const ASCII = /^[\u0000-\u007f]*$/;
