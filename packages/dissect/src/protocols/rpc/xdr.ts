// XDR (RFC 4506) as shapes: each consumes one type at the cursor, and emits its fields or its part of the Info column.
import { u32, u64, utf8 } from '../../core/bytes.ts';
import type { Field } from '../../core/field.ts';
import type { Sink } from '../../core/sink.ts';
import type { Call } from './calls.ts';

/** Entries of one list and elements of one array that are read. */
const ENTRIES_MAX = 4096;

export type Shape = (x: Xdr) => void;

/** A body being read. Past its end everything is 0 and nothing is added. */
export class Xdr {
  readonly b: Uint8Array;
  at: number;
  readonly end: number;
  /** Null while only the Info column is wanted. */
  out: Sink | null;
  readonly call: Call | null;
  /** Info text of the body. */
  told = '';
  /** State passed between parts of a message: hashes of the current and the saved file handle. */
  handle = 0;
  savedHandle = 0;
  /** Of the last result read. */
  status = 0;

  constructor(b: Uint8Array, at: number, end: number, out: Sink | null, call: Call | null) {
    this.b = b;
    this.at = at;
    this.end = end;
    this.out = out;
    this.call = call;
  }

  /** Are there as many bytes? If not, the rest is given up. */
  has(bytes: number): boolean {
    if (this.at + bytes <= this.end) return true;
    this.at = this.end;
    return false;
  }

  /** The number at the cursor, which stays; 0 past the end. */
  peek(): number {
    return this.at + 4 <= this.end ? u32(this.b, this.at) : 0;
  }

  take(): number {
    const value = this.peek();
    this.at = Math.min(this.at + 4, this.end);
    return value;
  }

  /** Passes over a length and its bytes, and gives the length; what is cut short ends with the body. */
  opaque(): number {
    const length = this.take();
    const kept = Math.min(length, this.end - this.at);
    this.at = Math.min(this.at + kept + (-length & 3), this.end);
    return kept;
  }

  tell(text: string): void {
    if (this.out === null) this.told += text;
  }
}

/** §4.2, §4.3: an integer or enumeration of four bytes; with a label it is shown in the Info column. */
export function number(field: Field | null, label?: string): Shape {
  return (x) => {
    if (!x.has(4)) return;
    if (field !== null) x.out?.add(field, x.at, 4);
    if (label !== undefined && x.out === null) {
      const value = u32(x.b, x.at);
      x.told += label + (field?.nameOf(value) ?? value);
    }
    x.at += 4;
  };
}

/** A number of which single bits have fields of their own. */
export function bits(field: Field, parts: readonly Field[]): Shape {
  return (x) => {
    if (!x.has(4)) return;
    if (x.out !== null) {
      x.out.open(field, x.at, 4);
      for (const part of parts) x.out.add(part, x.at, 4);
      x.out.close();
    }
    x.at += 4;
  };
}

/** §4.5: a hyper integer. */
export function long(field: Field | null, label?: string): Shape {
  return (x) => {
    if (!x.has(8)) return;
    if (field !== null) x.out?.add(field, x.at, 8);
    if (label !== undefined && x.out === null) x.told += `${label}${u64(x.b, x.at)}`;
    x.at += 8;
  };
}

/** §4.9: opaque data of fixed length. */
export function fixed(field: Field | null, length: number): Shape {
  return (x) => {
    if (!x.has(length)) return;
    if (field !== null) x.out?.add(field, x.at, length);
    x.at += (length + 3) & ~3;
  };
}

/** §4.10: opaque data with its length before it. */
export function opaque(field: Field | null): Shape {
  return (x) => {
    const start = x.at;
    const length = x.opaque();
    if (field !== null && length > 0) x.out?.add(field, start + 4, length);
  };
}

/** §4.11: a string. */
export function text(field: Field, label?: string): Shape {
  return (x) => {
    if (!x.has(4)) return;
    const start = x.at + 4;
    const length = x.opaque();
    if (x.out !== null) x.out.add(field, start, length, utf8(x.b, start, start + length));
    else if (label !== undefined) x.told += label + shown(x.b, start, start + length);
  };
}

/** A string for the Info column. */
export function shown(b: Uint8Array, start: number, end: number): string {
  return start === end ? '<EMPTY>' : utf8(b, start, end);
}

export const nothing: Shape = () => {};

export function seq(...shapes: readonly Shape[]): Shape {
  return (x) => {
    for (const shape of shapes) shape(x);
  };
}

/** Shapes nested below a text line. */
export function group(title: string, ...shapes: readonly Shape[]): Shape {
  const body = seq(...shapes);
  return (x) => {
    if (x.at >= x.end) return;
    x.out?.group(title, x.at, x.out === null ? 0 : lengthOf(x, body));
    body(x);
    x.out?.close();
  };
}

/** Shapes nested below a field that spans them. */
export function below(field: Field, ...shapes: readonly Shape[]): Shape {
  const body = seq(...shapes);
  return (x) => {
    if (x.at >= x.end) return;
    x.out?.open(field, x.at, x.out === null ? 0 : lengthOf(x, body), '');
    body(x);
    x.out?.close();
  };
}

function lengthOf(x: Xdr, shape: Shape): number {
  const { at, out, told, handle, savedHandle, status } = x;
  x.out = null;
  shape(x);
  const length = x.at - at;
  x.at = at;
  x.out = out;
  x.told = told;
  x.handle = handle;
  x.savedHandle = savedHandle;
  x.status = status;
  return length;
}

/** §4.15: a number decides what follows; `otherwise` when it is none of these. */
export function choose(
  field: Field | null,
  cases: Readonly<Record<number, Shape>>,
  otherwise: Shape = nothing,
  label?: string,
): Shape {
  const choice = number(field, label);
  return (x) => {
    const value = x.peek();
    choice(x);
    (cases[value] ?? otherwise)(x);
  };
}

/** §4.19: data that may be there. */
export function optional(field: Field | null, ...shapes: readonly Shape[]): Shape {
  return choose(field, { 1: seq(...shapes) });
}

/** A linked list: a boolean before each entry tells whether one follows. */
export function list(field: Field | null, entry: Shape): Shape {
  const follows = number(field);
  return (x) => {
    for (let k = 0; k < ENTRIES_MAX && x.at < x.end; k++) {
      const value = x.peek();
      follows(x);
      if (value !== 1) return;
      entry(x);
    }
  };
}

/** §4.13: an array with its length before it. */
export function array(field: Field | null, element: Shape): Shape {
  const size = number(field);
  return (x) => {
    const count = Math.min(x.peek(), ENTRIES_MAX);
    size(x);
    for (let k = 0; k < count && x.at < x.end; k++) element(x);
  };
}
