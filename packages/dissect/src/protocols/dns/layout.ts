// Layout of resource record data as a list of parts, from which one reader makes fields, tree line and Info text.
import { ascii, u16, u32 } from '../../core/bytes.ts';
import { type Field, uint } from '../../core/field.ts';
import { raw } from '../../core/format.ts';
import { printable } from '../../core/printable.ts';
import { readValue } from '../../core/reading.ts';
import type { Sink } from '../../core/sink.ts';
import { nameEnd, readName } from './name.ts';
import { typeTitles } from './types.ts';

/** The data of one record: [at, end) of the message that starts at `base` and is captured to `messageEnd`. */
export interface Rdata {
  readonly b: Uint8Array;
  readonly base: number;
  readonly messageEnd: number;
  readonly end: number;
  at: number;
}

/** The rest of the record cannot be parsed. */
export function finish(r: Rdata): void {
  r.at = r.end;
}

/** One part: emits its field and advances r.at; an r.at beyond r.end ends the record. */
export interface Part {
  readonly fields: readonly Field[];
  emit(r: Rdata, out: Sink): void;
  /** Its value as a word of the summary; advances r.at as well. */
  text(r: Rdata): string;
}

export interface Layout {
  readonly parts: readonly Part[];
  /** By part: label of its value in the tree line ('' for the bare value), or null if it is not shown. */
  readonly words?: readonly (string | null)[];
  /** The Info text shows the record's owner instead. */
  readonly hasOwnerInInfo?: boolean;
}

/** A number, address or flag of `width` bytes. */
export function fixed(field: Field, width: number): Part {
  return part(
    [field],
    width,
    (r, out) => out.add(field, r.at, width),
    (r) => raw(field, readValue(field, r.b, r.at, width)),
  );
}

/** Like fixed, but does not advance: the next part covers the same bytes (flags). */
export function over(field: Field, width: number): Part {
  return {
    fields: [field],
    emit: (r, out) => {
      if (r.at + width <= r.end) out.add(field, r.at, width);
    },
    text: () => '',
  };
}

/** Seconds since 1970. */
export function moment(field: Field, width: number): Part {
  const seconds = (r: Rdata): number =>
    u32(r.b, r.at + width - 4) + (width === 6 ? u16(r.b, r.at) * 0x1_0000_0000 : 0);
  return part(
    [field],
    width,
    (r, out) => out.add(field, r.at, width, BigInt(seconds(r)) * 1_000_000_000n),
    () => '',
  );
}

function part(fields: readonly Field[], width: number, emit: Part['emit'], text: Part['text']): Part {
  return {
    fields,
    emit(r, out) {
      if (r.at + width <= r.end) emit(r, out);
      r.at += width;
    },
    text(r) {
      const content = r.at + width <= r.end ? text(r) : '';
      r.at += width;
      return content;
    },
  };
}

/** A domain name, possibly compressed. */
export function name(field: Field): Part {
  return {
    fields: [field],
    emit(r, out) {
      const start = r.at;
      const read = takeName(r);
      if (nameEnd >= 0) out.add(field, start, nameEnd - start, read);
    },
    text: (r) => printable(takeName(r)),
  };
}

function takeName(r: Rdata): string {
  if (r.at >= r.end) {
    r.at = r.end + 1;
    return '';
  }
  const read = readName(r.b, r.at, r.base, r.messageEnd);
  r.at = nameEnd < 0 ? r.end + 1 : nameEnd;
  return read;
}

/** RFC 1035 §3.3: a character string, one length octet and that many bytes. */
export function string(length: Field, field: Field): Part {
  return {
    fields: [length, field],
    emit(r, out) {
      if (r.at >= r.end) return;
      const stop = Math.min(r.at + 1 + r.b[r.at]!, r.end);
      out.add(length, r.at, 1);
      out.add(field, r.at + 1, stop - r.at - 1);
      r.at = stop;
    },
    text(r) {
      if (r.at >= r.end) return '';
      const start = r.at + 1;
      r.at = Math.min(start + r.b[r.at]!, r.end);
      return ascii(r.b, start, r.at);
    },
  };
}

/** Character strings up to the end. */
export function strings(length: Field, field: Field): Part {
  const one = string(length, field);
  return repeated(one.fields, one.emit);
}

/** Repeats a part to the end of the record. */
export function repeated(fields: readonly Field[], emit: Part['emit']): Part {
  return {
    fields,
    emit(r, out) {
      for (let before = -1; r.at < r.end && r.at > before; ) {
        before = r.at;
        emit(r, out);
      }
    },
    text: () => '',
  };
}

/** The rest of the record, if any. */
export function rest(field: Field): Part {
  return {
    fields: [field],
    emit(r, out) {
      if (r.at < r.end) out.add(field, r.at, r.end - r.at);
      r.at = r.end;
    },
    text: () => '',
  };
}

/** A length of `width` bytes and a value of that length. */
export function sized(length: Field, width: number, field: Field): Part {
  return {
    fields: [length, field],
    emit(r, out) {
      if (r.at + width > r.end) return finish(r);
      out.add(length, r.at, width);
      const start = r.at + width;
      const size = width === 1 ? r.b[r.at]! : u16(r.b, r.at);
      r.at = Math.min(start + size, r.end);
      if (r.at > start) out.add(field, start, r.at - start);
    },
    text: () => '',
  };
}

/** Anything else. */
export function own(fields: readonly Field[], emit: Part['emit'], text: Part['text'] = () => ''): Part {
  return { fields, emit, text };
}

/** A record type; the type bitmaps use it too. */
export const respType = uint('dns.resp.type', 'Type').named(typeTitles);

/** RFC 4034 §4.1.2: type bitmap, in windows of 256. */
export const typeBitmap: Part = repeated([], (r, out) => {
  if (r.at + 2 > r.end) return finish(r);
  const window = r.b[r.at]! * 256;
  const start = r.at + 2;
  r.at = Math.min(start + r.b[r.at + 1]!, r.end);
  emitBits(r.b, start, r.at, window, out);
});

/** RFC 2535 §5.2: type bitmap of a single window, without header. */
export const plainBitmap: Part = own([], (r, out) => {
  emitBits(r.b, r.at, r.end, 0, out);
  r.at = r.end;
});

function emitBits(b: Uint8Array, start: number, end: number, first: number, out: Sink): void {
  for (let i = start; i < end; i++) {
    for (let bit = 0; bit < 8; bit++) {
      if ((b[i]! & (0x80 >> bit)) !== 0) out.add(respType, i, 1, first + (i - start) * 8 + bit);
    }
  }
}
