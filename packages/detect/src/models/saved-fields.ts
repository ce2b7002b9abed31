// Fields of a saved model: typed arrays as base64, and validating readers.

/** The text is not a model, or is damaged; the message is one line. */
export class DamagedModel extends Error {
  override readonly name = 'DamagedModel';
}

type Numbers = Float64Array | Uint16Array | Int32Array;

/** The same fields, with typed arrays as text. */
export function writeArrays(fields: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      ArrayBuffer.isView(value) ? base64(value as Numbers) : value,
    ]),
  );
}

export class Reading {
  readonly #fields: Record<string, unknown>;
  readonly #name: string;

  constructor(value: unknown, name: string) {
    if (typeof value !== 'object' || value === null) throw new DamagedModel(`${name} is not an object`);
    this.#fields = value as Record<string, unknown>;
    this.#name = name;
  }

  raw(field: string): unknown {
    return this.#fields[field];
  }

  whole(field: string, min: number, max: number): number {
    const value = this.#fields[field];
    if (!Number.isInteger(value) || (value as number) < min || (value as number) > max)
      throw this.#bad(field, `not a whole number from ${min} to ${max}`);
    return value as number;
  }

  /** Finite numbers or NaN; `length` of them, if given. */
  floats(field: string, length?: number): Float64Array {
    return this.#array(field, (bytes) => new Float64Array(bytes), 8, length);
  }

  /** `length` integers below `below`. */
  indices(field: string, length: number, below: number): Uint16Array {
    const values = this.#array(field, (bytes) => new Uint16Array(bytes), 2, length);
    if (values.some((value) => value >= below)) throw this.#bad(field, `numbers beyond ${below - 1}`);
    return values;
  }

  nodes(field: string, length: number): Int32Array {
    return this.#array(field, (bytes) => new Int32Array(bytes), 4, length);
  }

  list(field: string, min: number, max: number): Reading[] {
    const value = this.#fields[field];
    if (!Array.isArray(value) || value.length < min || value.length > max)
      throw this.#bad(field, `not a list of ${min} to ${max}`);
    return value.map((each) => new Reading(each, `${this.#name}.${field}`));
  }

  #array<T extends Numbers>(
    field: string,
    make: (bytes: ArrayBuffer) => T,
    width: number,
    length?: number,
  ): T {
    const bytes = fromBase64(this.#fields[field]);
    if (bytes === null || bytes.byteLength % width !== 0) throw this.#bad(field, 'not base64 of numbers');
    const values = make(bytes);
    if (length !== undefined && values.length !== length)
      throw this.#bad(field, `${values.length} numbers, not ${length}`);
    return values;
  }

  #bad(field: string, why: string): DamagedModel {
    return new DamagedModel(`${this.#name}.${field}: ${why}`);
  }
}

/** Arguments per call of String.fromCharCode: more could overflow the stack. */
const PIECE = 0x4000;

function base64(values: Numbers): string {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  let text = '';
  for (let i = 0; i < bytes.length; i += PIECE) text += String.fromCharCode(...bytes.subarray(i, i + PIECE));
  return btoa(text);
}

function fromBase64(text: unknown): ArrayBuffer | null {
  if (typeof text !== 'string') return null;
  try {
    const characters = atob(text);
    const bytes = new Uint8Array(characters.length);
    for (let i = 0; i < bytes.length; i++) bytes[i] = characters.charCodeAt(i);
    return bytes.buffer;
  } catch {
    return null;
  }
}
