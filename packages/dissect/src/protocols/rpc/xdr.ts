// XDR (RFC 4506) as composable shapes: each consumes a type at the cursor, and emits its fields or its Info text.
import { u32, u64, utf8 } from '../../core/bytes.ts';
import type { Field } from '../../core/field.ts';
import type { Sink } from '../../core/sink.ts';
import type { Call } from './calls.ts';

/** Maximum number of list entries and array elements. */
const ENTRIES_MAX = 4096;

export type Shape = (x: Xdr) => void;

/** A cursor over a body. Past its end, all values are 0 and nothing is emitted. */
export class Xdr {
  readonly b: Uint8Array;
  at: number;
  readonly end: number;
  /** Null if only the Info text is needed. */
  out: Sink | null;
  readonly call: Call | null;
  /** Info text of the body so far. */
  info = '';
  /** State shared by parts of a message: hashes of the current and the saved file handle. */
  handle = 0;
  savedHandle = 0;
  /** Status of the last result. */
  status = 0;

  constructor(b: Uint8Array, at: number, end: number, out: Sink | null, call: Call | null) {
    this.b = b;
    this.at = at;
    this.end = end;
    this.out = out;
    this.call = call;
  }

  /** Whether this many bytes are left; if not, the rest is skipped. */
  has(bytes: number): boolean {
    if (this.at + bytes <= this.end) return true;
    this.at = this.end;
    return false;
  }

  /** The integer at the cursor, without advancing; 0 past the end. */
  peek(): number {
    return this.at + 4 <= this.end ? u32(this.b, this.at) : 0;
  }

  take(): number {
    const value = this.peek();
    this.at = Math.min(this.at + 4, this.end);
    return value;
  }

  /** Skips variable-length opaque data and returns their length; the body ends if they are truncated. */
  opaque(): number {
    const length = this.take();
    const kept = Math.min(length, this.end - this.at);
    this.at = Math.min(this.at + kept + (-length & 3), this.end);
    return kept;
  }

  addInfo(text: string): void {
    if (this.out === null) this.info += text;
  }
}

/** A 4-byte integer or enumeration (§4.1 to §4.3); with a label also in the Info column. */
export function number(field: Field | null, label?: string): Shape {
  return (x) => {
    if (!x.has(4)) return;
    if (field !== null) x.out?.add(field, x.at, 4);
    if (label !== undefined && x.out === null) {
      const value = u32(x.b, x.at);
      x.info += label + (field?.nameOf(value) ?? value);
    }
    x.at += 4;
  };
}

/** An integer with fields for single bits. */
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

/** A hyper integer, §4.5. */
export function long(field: Field | null, label?: string): Shape {
  return (x) => {
    if (!x.has(8)) return;
    if (field !== null) x.out?.add(field, x.at, 8);
    if (label !== undefined && x.out === null) x.info += `${label}${u64(x.b, x.at)}`;
    x.at += 8;
  };
}

/** Fixed-length opaque data, §4.9. */
export function fixed(field: Field | null, length: number): Shape {
  return (x) => {
    if (!x.has(length)) return;
    if (field !== null) x.out?.add(field, x.at, length);
    x.at += (length + 3) & ~3;
  };
}

/** Variable-length opaque data, §4.10. */
export function opaque(field: Field | null): Shape {
  return (x) => {
    const start = x.at;
    const length = x.opaque();
    if (field !== null && length > 0) x.out?.add(field, start + 4, length);
  };
}

/** A string, §4.11. */
export function text(field: Field, label?: string): Shape {
  return (x) => {
    if (!x.has(4)) return;
    const start = x.at + 4;
    const length = x.opaque();
    if (x.out !== null) x.out.add(field, start, length, utf8(x.b, start, start + length));
    else if (label !== undefined) x.info += label + shown(x.b, start, start + length);
  };
}

/** Formats a string for the Info column. */
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
  const { at, out, info, handle, savedHandle, status } = x;
  x.out = null;
  shape(x);
  const length = x.at - at;
  x.at = at;
  x.out = out;
  x.info = info;
  x.handle = handle;
  x.savedHandle = savedHandle;
  x.status = status;
  return length;
}

/** A discriminated union (§4.15); `otherwise` is the default arm. */
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

/** Optional data, §4.19. */
export function optional(field: Field | null, ...shapes: readonly Shape[]): Shape {
  return choose(field, { 1: seq(...shapes) });
}

/** A linked list: a boolean before each entry indicates whether one follows. */
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

/** A variable-length array, §4.13. */
export function array(field: Field | null, element: Shape): Shape {
  const size = number(field);
  return (x) => {
    const count = Math.min(x.peek(), ENTRIES_MAX);
    size(x);
    for (let k = 0; k < count && x.at < x.end; k++) element(x);
  };
}
