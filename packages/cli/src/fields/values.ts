// `eyrie read -G values`: the names of values, in the columns of `tshark -G values`.
import { type Field, fieldNamed, fieldNames } from '@eyrie/dissect';

/** `V field number name`, and of flags `T field name-if-set name-if-not`. */
export function* valueLines(): Iterable<string> {
  for (const name of [...fieldNames()].sort()) {
    const field = fieldNamed(name)!;
    if (field.type === 'bool') yield ['T', name, flagName(field, true), flagName(field, false)].join('\t');
    else if (field.type === 'uint' || field.type === 'int')
      for (const [number, text] of namesOf(field)) yield ['V', name, numeral(field, number), text].join('\t');
  }
}

function flagName(field: Field, value: boolean): string {
  const [set, unset] = field.bits === 0 ? ['True', 'False'] : ['Set', 'Not set'];
  return field.nameOf(value ? 1 : 0) ?? (value ? set : unset);
}

/** For fields with computed names, the names of all numbers up to this are listed. */
const NUMBERS_MAX = 0x10000;

function namesOf(field: Field): Iterable<[number, string]> {
  const { names } = field;
  if (names === null) return [];
  if (names instanceof Map) return [...names].sort(([a], [b]) => a - b);
  if (typeof names === 'function') return computedNames(field);
  return Object.entries(names).map(([number, text]) => [Number(number), text]);
}

/** A name for every number is a number format rather than a name. */
function computedNames(field: Field): [number, string][] {
  const most = field.bits === 0 ? 2 ** (8 * (field.width || 1)) : (field.bits >>> field.shift) + 1;
  const asked = Math.min(most, NUMBERS_MAX);
  const found: [number, string][] = [];
  let count = 0;
  for (let number = 0; number < asked; number++) {
    const text = field.nameOf(number);
    if (text !== undefined) count++;
    if (text !== undefined && !text.startsWith('Unknown')) found.push([number, text]);
  }
  return count < asked ? found : [];
}

function numeral(field: Field, number: number): string {
  return field.base === 'hex' && number >= 0 ? `0x${number.toString(16)}` : String(number);
}
