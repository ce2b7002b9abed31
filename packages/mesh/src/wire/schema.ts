// Message schemas, written once: encoding, decoding, validation and types all follow from them. Names of
// fields are not on the wire, so messages are small; bytes that do not match are rejected as a whole.

export class WireError extends Error {}

export interface Codec<T> {
  /** @throws RangeError if the value does not fit, which is an error of the caller */
  write(out: Writer, value: T): void;
  /** @throws WireError if the bytes do not have this shape */
  read(from: Reader): T;
}
export type Shape<C> = C extends Codec<infer T> ? T : never;

const utf8 = new TextDecoder('utf-8', { fatal: true });

const SPARE_BYTES_MAX = 64 << 10;

export class Writer {
  #bytes = Buffer.allocUnsafe(256);
  #length = 0;

  /** Makes room for `count` more bytes; returns where they begin. */
  #grow(count: number): number {
    const at = this.#length;
    this.#length += count;
    if (this.#length > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#length, 2 * this.#bytes.length));
      this.#bytes.copy(larger, 0, 0, at);
      this.#bytes = larger;
    }
    return at;
  }

  byte(value: number): void {
    const at = this.#grow(1);
    this.#bytes[at] = value;
  }

  /** LEB128, of a whole number up to 2^53. */
  varint(value: number): void {
    while (value >= 0x80) {
      this.byte((value % 0x80) | 0x80);
      value = Math.floor(value / 0x80);
    }
    this.byte(value);
  }

  double(value: number): void {
    const at = this.#grow(8);
    this.#bytes.writeDoubleBE(value, at);
  }

  float(value: number): void {
    const at = this.#grow(4);
    this.#bytes.writeFloatBE(value, at);
  }

  raw(value: Uint8Array): void {
    const at = this.#grow(value.length);
    this.#bytes.set(value, at);
  }

  finish(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, this.#length));
  }

  /** Resets for the next message. The memory of a long one is given back. */
  clear(): void {
    this.#length = 0;
    if (this.#bytes.length > SPARE_BYTES_MAX) this.#bytes = Buffer.allocUnsafeSlow(256);
  }
}

/** A copy with memory of its own: a slice would keep the whole of Node's pool alive, a thousand times as much. */
export function ownCopy(data: Uint8Array): Buffer {
  const copy = Buffer.allocUnsafeSlow(data.length);
  copy.set(data);
  return copy;
}

export class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  #take(count: number): number {
    if (count > this.left) throw new WireError('the message ends early');
    const at = this.#at;
    this.#at += count;
    return at;
  }

  byte(): number {
    return this.#bytes[this.#take(1)]!;
  }

  varint(): number {
    let value = 0;
    for (let scale = 1; scale <= 2 ** 49; scale *= 0x80) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (value > Number.MAX_SAFE_INTEGER) break;
        return value;
      }
    }
    throw new WireError('a number is too large');
  }

  double(): number {
    return this.#bytes.readDoubleBE(this.#take(8));
  }

  float(): number {
    return this.#bytes.readFloatBE(this.#take(4));
  }

  /** A view into the received bytes, not a copy. */
  view(count: number): Buffer {
    const at = this.#take(count);
    return this.#bytes.subarray(at, at + count);
  }

  /** A copy, mostly a slice of Node's pool: use `ownCopy` for what is kept for long. */
  raw(count: number): Buffer {
    return Buffer.from(this.view(count));
  }
}

export const varint = (max = Number.MAX_SAFE_INTEGER): Codec<number> => ({
  write(out, value) {
    if (!Number.isSafeInteger(value) || value < 0 || value > max)
      throw new RangeError(`${value} is not a number up to ${max}`);
    out.varint(value);
  },
  read(from) {
    const value = from.varint();
    if (value > max) throw new WireError(`${value} is more than ${max}`);
    return value;
  },
});

/** A finite number with a fraction. */
export const double: Codec<number> = {
  write: (out, value) => out.double(value),
  read(from) {
    const value = from.double();
    if (!Number.isFinite(value)) throw new WireError('a number is not finite');
    return value;
  },
};

/** 32 bits; NaN stands for "no value". */
export const float: Codec<number> = {
  write: (out, value) => out.float(value),
  read(from) {
    const value = from.float();
    if (Math.abs(value) === Number.POSITIVE_INFINITY) throw new WireError('a number is not finite');
    return value;
  },
};

export const flag: Codec<boolean> = {
  write: (out, value) => out.byte(value ? 1 : 0),
  read(from) {
    const value = from.byte();
    if (value > 1) throw new WireError('a flag is neither 0 nor 1');
    return value === 1;
  },
};

export const bytes = (max: number): Codec<Uint8Array> => ({
  write(out, value) {
    if (value.length > max) throw new RangeError(`${value.length} bytes are more than ${max}`);
    out.varint(value.length);
    out.raw(value);
  },
  read(from) {
    const length = from.varint();
    if (length > max) throw new WireError(`${length} bytes are more than ${max}`);
    return from.raw(length);
  },
});

/** The same as a view into the message, for what is not kept longer than that. */
export const borrowed = (max: number): Codec<Buffer> => ({
  write: bytes(max).write as (out: Writer, value: Buffer) => void,
  read(from) {
    const length = from.varint();
    if (length > max) throw new WireError(`${length} bytes are more than ${max}`);
    return from.view(length);
  },
});

export const fixed = (length: number): Codec<Uint8Array> => ({
  write(out, value) {
    if (value.length !== length) throw new RangeError(`${value.length} bytes are not ${length}`);
    out.raw(value);
  },
  read: (from) => from.raw(length),
});

export const text = (maxBytes: number, pattern?: RegExp): Codec<string> => {
  const raw = bytes(maxBytes);
  const isGood = (value: string) => pattern === undefined || pattern.test(value);
  return {
    write(out, value) {
      if (!isGood(value)) throw new RangeError(`"${value}" has characters it may not`);
      raw.write(out, Buffer.from(value));
    },
    read(from) {
      const value = decodeText(raw.read(from));
      if (!isGood(value)) throw new WireError('a name has characters it may not');
      return value;
    },
  };
};

/** Cut to at most so many bytes of UTF-8, in whole characters. */
export function cutText(value: string, bytesMax: number): string {
  return Buffer.from(value)
    .subarray(0, bytesMax)
    .toString('utf8')
    .replace(/\ufffd+$/, '');
}

function decodeText(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new WireError('a text is not UTF-8');
  }
}

export const list = <T>(item: Codec<T>, max: number): Codec<T[]> => ({
  write(out, values) {
    if (values.length > max) throw new RangeError(`${values.length} items are more than ${max}`);
    out.varint(values.length);
    for (const value of values) item.write(out, value);
  },
  read(from) {
    const length = from.varint();
    // An item has at least a byte, so a false length cannot allocate more than was sent.
    if (length > max || length > from.left) throw new WireError(`a list of ${length} is too long`);
    return Array.from({ length }, () => item.read(from));
  },
});

export const optional = <T>(item: Codec<T>): Codec<T | null> => ({
  write(out, value) {
    flag.write(out, value !== null);
    if (value !== null) item.write(out, value);
  },
  read: (from) => (flag.read(from) ? item.read(from) : null),
});

// biome-ignore lint/suspicious/noExplicitAny: any codec
type Fields = Record<string, Codec<any>>;
type Values<F extends Fields> = { [K in keyof F]: Shape<F[K]> };

export const record = <F extends Fields>(fields: F): Codec<Values<F>> => {
  const entries = Object.entries(fields);
  return {
    write(out, value) {
      for (const [name, codec] of entries) codec.write(out, value[name as keyof F]);
    },
    read(from) {
      const value: Record<string, unknown> = {};
      for (const [name, codec] of entries) value[name] = codec.read(from);
      return value as Values<F>;
    },
  };
};

type Variant<V extends Record<string, Fields>> = { [K in keyof V]: { kind: K } & Values<V[K]> }[keyof V];

/** One of several records, told apart by `kind`: on the wire, its place in the list. New kinds go to the end. */
export const variant = <V extends Record<string, Fields>>(kinds: V): Codec<Variant<V>> => {
  const names = Object.keys(kinds);
  const codecs = names.map((name) => record(kinds[name]!));
  return {
    write(out, value) {
      const index = names.indexOf(value.kind as string);
      out.byte(index);
      codecs[index]!.write(out, value);
    },
    read(from) {
      const index = from.byte();
      if (index >= names.length) throw new WireError(`kind ${index} is not known`);
      return { kind: names[index], ...codecs[index]!.read(from) } as Variant<V>;
    },
  };
};

/** The writer that messages share, one after the other, to save allocations; null while it is in use. */
let spare: Writer | null = new Writer();

export function encode<T>(codec: Codec<T>, value: T): Buffer {
  const out = spare ?? new Writer();
  spare = null;
  try {
    codec.write(out, value);
    return out.finish();
  } finally {
    out.clear();
    spare = out;
  }
}

/** @throws WireError if the bytes do not have this shape, or go on after it */
export function decode<T>(codec: Codec<T>, bytes: Uint8Array): T {
  const from = new Reader(bytes);
  const value = codec.read(from);
  if (from.left > 0) throw new WireError(`${from.left} bytes are left over`);
  return value;
}
