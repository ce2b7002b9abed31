// JavaScript Object Notation (RFC 8259), including several concatenated documents (NDJSON). Invalid JSON is dissected
// as text.
import { utf8 } from '../../core/bytes.ts';
import { none, text } from '../../core/field.ts';
import { protocol } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { appended } from './column.ts';
import { textLines } from './text-lines.ts';
import { contentOf, mediaTypes, takeContent } from './types.ts';

const f = {
  object: none('json.object', 'Object'),
  array: none('json.array', 'Array'),
  member: text('json.member', 'Member'),
  key: text('json.key', 'Key'),
  string: text('json.value.string', 'String value'),
  number: text('json.value.number', 'Number value'),
  true: none('json.value.true', 'True value'),
  false: none('json.value.false', 'False value'),
  null: none('json.value.null', 'Null value'),
};

/** Maximum depth of Wireshark's parser, counted in steps of its grammar. */
const DEPTH_MAX = 100;
const ARRAY_DEPTH = 4;
const OBJECT_DEPTH = 5;
/** Maximum number of members and elements shown in the tree. */
const NODES_MAX = 4000;

/** A recursive-descent parser; with a sink it also emits what it parses. */
class Reader {
  readonly #b: Uint8Array;
  readonly #end: number;
  readonly #out: Sink | null;
  #nodes = 0;
  at: number;

  constructor(b: Uint8Array, at: number, end: number, out: Sink | null) {
    this.#b = b;
    this.#end = end;
    this.#out = out;
    this.at = at;
  }

  /** Parses consecutive documents while they are valid; true if nothing is left. */
  documents(): boolean {
    for (;;) {
      this.#space();
      if (this.at >= this.#end) return true;
      const start = this.at;
      const first = this.#b[start];
      if ((first !== 0x7b && first !== 0x5b) || !this.#value(0)) {
        this.at = start;
        return false;
      }
    }
  }

  #space(): void {
    const b = this.#b;
    while (
      this.at < this.#end &&
      (b[this.at] === 0x20 || b[this.at] === 10 || b[this.at] === 13 || b[this.at] === 9)
    )
      this.at++;
  }

  /** Skips white space and this byte, if it is next. */
  #skip(byte: number): boolean {
    this.#space();
    if (this.at >= this.#end || this.#b[this.at] !== byte) return false;
    this.at++;
    return true;
  }

  #shows(): boolean {
    return this.#out !== null && this.#nodes++ < NODES_MAX;
  }

  #value(depth: number): boolean {
    this.#space();
    if (this.at >= this.#end) return false;
    switch (this.#b[this.at]) {
      case 0x7b:
        return depth + OBJECT_DEPTH <= DEPTH_MAX && this.#object(depth + OBJECT_DEPTH);
      case 0x5b:
        return depth + ARRAY_DEPTH <= DEPTH_MAX && this.#array(depth + ARRAY_DEPTH);
      case 0x22: {
        const start = this.at;
        if (!this.#string()) return false;
        if (this.#shows())
          this.#out!.add(f.string, start, this.at - start, utf8(this.#b, start + 1, this.at - 1));
        return true;
      }
      case 0x74:
        return this.#word('true', f.true);
      case 0x66:
        return this.#word('false', f.false);
      case 0x6e:
        return this.#word('null', f.null);
      case 0x4e:
        return this.#word('NaN', f.null);
      default:
        return this.#number();
    }
  }

  #object(depth: number): boolean {
    const shows = this.#shows();
    if (shows) this.#out!.open(f.object, this.at, 0);
    this.at++;
    if (!this.#skip(0x7d)) {
      do if (!this.#member(depth)) return false;
      while (this.#skip(0x2c));
      if (!this.#skip(0x7d)) return false;
    }
    if (shows) this.#out!.close();
    return true;
  }

  #member(depth: number): boolean {
    this.#space();
    const start = this.at;
    if (this.#b[start] !== 0x22 || !this.#string()) return false;
    const shows = this.#shows();
    if (shows) {
      const key = utf8(this.#b, start + 1, this.at - 1);
      this.#out!.open(f.member, start, this.at - start, key);
      this.#out!.add(f.key, start, this.at - start, key);
    }
    if (!this.#skip(0x3a) || !this.#value(depth)) return false;
    if (shows) this.#out!.close();
    return true;
  }

  #array(depth: number): boolean {
    const shows = this.#shows();
    if (shows) this.#out!.open(f.array, this.at, 0);
    this.at++;
    if (!this.#skip(0x5d)) {
      do if (!this.#value(depth)) return false;
      while (this.#skip(0x2c));
      if (!this.#skip(0x5d)) return false;
    }
    if (shows) this.#out!.close();
    return true;
  }

  #string(): boolean {
    const b = this.#b;
    let i = this.at + 1;
    for (; i < this.#end && b[i] !== 0x22; i++) {
      if (b[i] !== 0x5c) continue;
      const escaped = b[++i];
      if (escaped === 0x75) {
        for (let k = 1; k <= 4; k++) if (i + k >= this.#end || !isHex(b[i + k]!)) return false;
        i += 4;
      } else if (escaped === undefined || !ESCAPES.includes(escaped)) return false;
    }
    if (i >= this.#end) return false;
    this.at = i + 1;
    return true;
  }

  #word(word: string, field: typeof f.true): boolean {
    for (let i = 0; i < word.length; i++) if (this.#b[this.at + i] !== word.charCodeAt(i)) return false;
    if (this.at + word.length > this.#end) return false;
    if (this.#shows()) this.#out!.add(field, this.at, word.length);
    this.at += word.length;
    return true;
  }

  /** RFC 8259 §6: -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)? */
  #number(): boolean {
    const b = this.#b;
    const start = this.at;
    let i = b[start] === 0x2d ? start + 1 : start;
    i = b[i] === 0x30 ? i + 1 : this.#digits(i);
    if (i >= 0 && b[i] === 0x2e) i = this.#digits(i + 1);
    if (i >= 0 && (b[i] === 0x65 || b[i] === 0x45))
      i = this.#digits(b[i + 1] === 0x2b || b[i + 1] === 0x2d ? i + 2 : i + 1);
    if (i < 0 || i > this.#end) return false;
    if (this.#shows()) this.#out!.add(f.number, start, i - start, utf8(b, start, i));
    this.at = i;
    return true;
  }

  /** End of one or more digits at `i`; -1 if there is none. */
  #digits(i: number): number {
    const start = i;
    while (i < this.#end && this.#b[i]! >= 0x30 && this.#b[i]! <= 0x39) i++;
    return i === start ? -1 : i;
  }
}

const ESCAPES: readonly number[] = [0x22, 0x5c, 0x2f, 0x62, 0x66, 0x6e, 0x72, 0x74];

function isHex(c: number): boolean {
  return (c >= 0x30 && c <= 0x39) || (c >= 0x41 && c <= 0x46) || (c >= 0x61 && c <= 0x66);
}

export const json = protocol({
  name: 'json',
  title: 'JavaScript Object Notation',
  column: appended('JSON'),
  fields: f,
  step(p) {
    takeContent(p);
    const reader = new Reader(p.buf, p.at, p.end, null);
    if (reader.documents()) {
      p.at = p.end;
      return null;
    }
    p.at = reader.at;
    return textLines;
  },
  emit(p, layer, out) {
    new Reader(p.bufferOf(layer), p.start[layer]!, p.stop[layer]!, out).documents();
  },
  headline(p, layer) {
    const type = contentOf(p, layer).type;
    return type === null ? '' : `: ${type.name}`;
  },
});

mediaTypes.add(
  json,
  'application/json',
  'application/json-patch+json',
  'application/json-rpc',
  'application/jsonrequest',
  'application/merge-patch+json',
  'application/problem+json',
  'application/senml+json',
  'application/sensml+json',
  'application/vnd.oma.lwm2m+json',
  'application/dds-web+json',
  'application/x-ndjson',
);
