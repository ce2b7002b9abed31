// What recurs in outputs of whole trees is made once: titles of fields, and lines of small numbers and flags, which are most.
import type { Field, Value } from './field.ts';
import { shown } from './format.ts';
import { Words } from './text-sink.ts';

/** Something of each field, made when it is first asked for. */
export class PerField<T> {
  readonly #made: (T | undefined)[] = [];
  readonly #make: (field: Field) => T;

  constructor(make: (field: Field) => T) {
    this.#make = make;
  }

  of(field: Field): T {
    const made = this.#made;
    // Filled without holes: an array with wide gaps would be a slow dictionary.
    while (made.length <= field.id) made.push(undefined);
    let one = made[field.id];
    if (one === undefined) {
      one = this.#make(field);
      made[field.id] = one;
    }
    return one;
  }
}

interface Entry<T> {
  readonly field: Field;
  readonly value: number | boolean;
  readonly width: number;
  readonly made: T;
}

const SLOT_BITS = 15;
/** Larger numbers, as ports and checksums, seldom come again soon; nor do fractions. */
const SMALL = 0xff;
/** Numbers that have names: types and versions. */
const NAMED = 0xffff;

/** A direct-mapped cache by field, value and width: it keeps what was made last for each slot. */
export class Recurring<T> {
  readonly #entries = new Array<Entry<T> | null>(1 << SLOT_BITS).fill(null);
  readonly #make: (field: Field, value: number | boolean, width: number) => T | null;

  /** `make`: null for what is not to be remembered. */
  constructor(make: (field: Field, value: number | boolean, width: number) => T | null) {
    this.#make = make;
  }

  /** Null: the value is of a kind that is not remembered. */
  of(field: Field, value: Value, width: number): T | null {
    if (typeof value === 'number') {
      if ((value & SMALL) !== value && (field.names === null || (value & NAMED) !== value)) return null;
    } else if (typeof value !== 'boolean') return null;
    const key = Math.imul(field.id, 0x9e37_79b1) ^ Math.imul(Number(value), 0x85eb_ca6b);
    const slot = key >>> (32 - SLOT_BITS);
    const known = this.#entries[slot]!;
    if (known !== null && known.field === field && known.value === value && known.width === width)
      return known.made;
    const made = this.#make(field, value, width);
    if (made !== null) this.#entries[slot] = { field, value, width, made };
    return made;
  }
}

export interface KnownLine {
  readonly text: string;
  /** The line, without the bracket that closes it. */
  readonly words: Words;
  readonly isBracketed: boolean;
}

/** Lines of the tree. */
export class KnownLines extends Recurring<KnownLine> {
  constructor() {
    super(knownLine);
  }
}

function knownLine(field: Field, value: number | boolean, width: number): KnownLine | null {
  const text = shown(field, value, width);
  if (!ASCII.test(text)) return null;
  const isBracketed = text.startsWith('[') && text.endsWith(']');
  return { text, words: new Words(isBracketed ? text.slice(0, -1) : text), isBracketed };
}

/** `Source Port: `, what stands before the value; null where the line is more than title and value. */
export function lineTitle({ title, line, names, bits, base }: Field): string | null {
  if (line !== null || names !== null || bits !== 0 || !ASCII.test(title) || title.startsWith('['))
    return null;
  return `${title}: ${base === 'hex' ? '0x' : ''}`;
}

const ASCII = /^[\u0000-\u007f]*$/;
