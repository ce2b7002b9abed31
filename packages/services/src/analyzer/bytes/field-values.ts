// Values of fields that a list asks for as columns of its own, read from the packets' bytes.
import { Collector, displayed, fieldNamed, nearestNames, type Packet } from '@eyrie/dissect';
import { ApiError } from '../errors.ts';

/** Fields in one request. */
const FIELDS_MAX = 12;
/** Characters of a value: a body may have megabytes. */
const VALUE_MAX = 200;

/** By field name: the values as filters take them, joined by commas; null: the packet has none. */
export type FieldValues = Record<string, string | null>;

export class FieldReader {
  readonly #names: readonly string[];
  readonly #collector: Collector;

  /**
   * @param wanted names separated by commas
   * @throws ApiError for a name that is no field, or too many of them
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
      const text = values[i]!.map((value) => displayed(fields[i]!, value)).join(',');
      found[name] =
        values[i]!.length === 0 ? null : text.length > VALUE_MAX ? `${text.slice(0, VALUE_MAX)}…` : text;
    });
    return found;
  }
}

function fieldOf(name: string) {
  const field = fieldNamed(name);
  if (field !== undefined) return field;
  const [nearest] = nearestNames(name, 1);
  throw new ApiError('bad_value', `fields: there is no field ${name}`, {
    hint: nearest === undefined ? 'eyrie fields lists them' : `did you mean ${nearest}?`,
  });
}
