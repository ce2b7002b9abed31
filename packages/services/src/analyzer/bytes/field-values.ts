// Values of fields that a list asks for as columns of its own, read from the packets' bytes.
import { Collector, columnNamed, displayed, fieldNamed, nearestNames, type Packet } from '@eyrie/dissect';
import { ApiError } from '../errors.ts';

/** Fields in one request. */
const FIELDS_MAX = 12;
/** Characters of a value: a body may have megabytes. */
const VALUE_MAX = 200;

/**
 * By name: the values as filters take them, joined by commas; empty: a protocol or label, which has no value, is in the
 * packet; null: the packet does not have it.
 */
export type FieldValues = Record<string, string | null>;

export class FieldReader {
  readonly #names: readonly string[];
  readonly #collector: Collector;

  /**
   * @param wanted names of fields and protocols, separated by commas
   * @throws ApiError for an unknown name, or too many of them
   */
  constructor(wanted: string) {
    this.#names = [...new Set(wanted.split(',').map((name) => name.trim()))].filter((name) => name !== '');
    if (this.#names.length > FIELDS_MAX)
      throw new ApiError('bad_value', `fields: ${this.#names.length} of them; at most ${FIELDS_MAX}`);
    this.#collector = new Collector(this.#names.map(fieldOf));
  }

  of(p: Packet): FieldValues {
    this.#collector.collect(p);
    const { fields, values } = this.#collector;
    const found: FieldValues = {};
    this.#names.forEach((name, i) => {
      const type = fieldNamed(name)?.type ?? 'none';
      if (values[i]!.length === 0) found[name] = null;
      else if (type === 'none') found[name] = '';
      else found[name] = clipped(values[i]!.map((value) => displayed(fields[i]!, value)).join(','));
    });
    return found;
  }
}

function clipped(text: string): string {
  return text.length > VALUE_MAX ? `${text.slice(0, VALUE_MAX)}…` : text;
}

function fieldOf(name: string) {
  const field = columnNamed(name);
  if (field !== undefined) return field;
  const [nearest] = nearestNames(name, 1);
  throw new ApiError('bad_value', `fields: there is no field ${name}`, {
    hint: nearest === undefined ? 'eyrie fields lists them' : `did you mean ${nearest}?`,
  });
}
