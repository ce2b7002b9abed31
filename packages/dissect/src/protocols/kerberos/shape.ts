// ASN.1 values with explicit tags, as in Kerberos (RFC 4120 §5.1): composable shapes that emit the fields of a value.
import { BerItem, berInteger, berText } from '../../codec/ber.ts';
import type { Field } from '../../core/field.ts';
import type { Sink } from '../../core/sink.ts';

/** Emits the fields of a value. */
export type Shape = (b: Uint8Array, value: BerItem, out: Sink) => void;

/** Maximum number of list elements dissected. */
const ELEMENTS_MAX = 256;

export const integer =
  (field: Field): Shape =>
  (b, v, out) => {
    if (v.length > 0) out.add(field, v.content, v.length, berInteger(b, v.content, v.stop));
  };

/** RFC 4120 §5.2.4: numbers up to 2^32 - 1 may come with the sign bit set. */
export const unsigned =
  (field: Field): Shape =>
  (b, v, out) => {
    if (v.length > 0) out.add(field, v.content, v.length, Number(berInteger(b, v.content, v.stop)) >>> 0);
  };

export const string =
  (field: Field): Shape =>
  (b, v, out) =>
    out.add(field, v.content, v.length, berText(b, v));

export const octets =
  (field: Field): Shape =>
  (_b, v, out) =>
    out.add(field, v.content, v.length);

export const boolean =
  (field: Field): Shape =>
  (b, v, out) =>
    out.add(field, v.content, v.length, b[v.content] !== 0);

/** §5.2.3: `19850611082106Z`. */
export const kerberosTime =
  (field: Field): Shape =>
  (b, v, out) => {
    const digits = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(berText(b, v));
    if (digits === null) return;
    const [year, month, day, hour, minute, second] = digits.slice(1).map(Number) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    out.add(
      field,
      v.content,
      v.length,
      BigInt(Date.UTC(year, month - 1, day, hour, minute, second)) * 1_000_000n,
    );
  };

/** A BIT STRING of whole bytes: the number of bits unused in the last, then bit fields as [field, byte]. */
export const bits =
  (padding: Field, field: Field, flags: readonly (readonly [Field, number])[]): Shape =>
  (_b, v, out) => {
    const at = v.content + 1;
    if (v.length < 2) return;
    out.add(padding, v.content, 1);
    out.open(field, at, v.length - 1);
    for (const [flag, byte] of flags) if (at + byte < v.stop) out.add(flag, at + byte, 1);
    out.close();
  };

/** A SEQUENCE: shapes of its elements by tag; with a field, they are nested below it. */
export const sequence =
  (field: Field | null, elements: Readonly<Record<number, Shape>>): Shape =>
  (b, v, out) => {
    if (field !== null) out.open(field, v.start, v.stop - v.start);
    const element = new BerItem();
    for (let at = v.content; element.read(b, at, v.stop); at = element.next) {
      const inner = new BerItem();
      const shape = elements[element.tag];
      if (shape !== undefined && inner.read(b, element.content, element.stop)) shape(b, inner, out);
    }
    if (field !== null) out.close();
  };

/** A SEQUENCE OF; the field's value is the number of elements. */
export const list =
  (field: Field | null, shape: Shape): Shape =>
  (b, v, out) => {
    const each = new BerItem();
    let count = 0;
    for (let at = v.content; count < ELEMENTS_MAX && each.read(b, at, v.stop); at = each.next) count++;
    if (field !== null) out.open(field, v.start, v.stop - v.start, count);
    let at = v.content;
    for (let k = 0; k < count && each.read(b, at, v.stop); k++) {
      at = each.next;
      shape(b, each, out);
    }
    if (field !== null) out.close();
  };

/** A value with tag [APPLICATION n]. */
export const application =
  (shape: Shape): Shape =>
  (b, v, out) => {
    const inner = new BerItem();
    if (inner.read(b, v.content, v.stop)) shape(b, inner, out);
  };

/** Applies two shapes to the same value. */
export const both =
  (first: Shape, second: Shape): Shape =>
  (b, v, out) => {
    first(b, v, out);
    second(b, v, out);
  };
