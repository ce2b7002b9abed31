// `-T fields`: chosen fields of each packet, one line a packet, as tshark prints them.
import {
  Collector,
  type Field,
  NESTED,
  needsReplies,
  type Packet,
  protocolsMade,
  raw,
  readValue,
  SHOWN,
  type Value,
} from '@eyrie/dissect';
import { BAD_USAGE, UserError } from '../errors.ts';
import type { Output } from '../terminal/output.ts';
import type { Printer } from './printer.ts';

/** tshark's -E options. */
export interface FieldsFormat {
  readonly header: boolean;
  readonly separator: string;
  readonly occurrence: 'f' | 'l' | 'a';
  readonly aggregator: string;
  readonly quote: '' | '"' | "'";
  readonly bom: boolean;
}

const DEFAULTS: FieldsFormat = {
  header: false,
  separator: '\t',
  occurrence: 'a',
  aggregator: ',',
  quote: '',
  bom: false,
};

/** Values of `-E quote=`: double, single, none. */
const QUOTES: Readonly<Record<string, FieldsFormat['quote']>> = { d: '"', s: "'", n: '' };

/** Reads `-E header=y -E separator=, …`. */
export function parseFieldsFormat(options: readonly string[]): FieldsFormat {
  const format: { -readonly [K in keyof FieldsFormat]: FieldsFormat[K] } = { ...DEFAULTS };
  for (const option of options) {
    const equals = option.indexOf('=');
    const key = option.slice(0, equals);
    const value = option.slice(equals + 1);
    if (key === 'header' || key === 'bom') format[key] = yesOrNo(option, value);
    else if (key === 'separator' || key === 'aggregator') format[key] = character(value);
    else if (key === 'occurrence' && (value === 'f' || value === 'l' || value === 'a'))
      format.occurrence = value;
    else if (key === 'quote' && Object.hasOwn(QUOTES, value)) format.quote = QUOTES[value]!;
    else
      throw new UserError(
        `-E ${option} is not known; use header=y|n, bom=y|n, separator=/t|/s|CHAR, occurrence=f|l|a, aggregator=,|/s|CHAR, quote=d|s|n`,
        BAD_USAGE,
      );
  }
  return format;
}

function yesOrNo(option: string, value: string): boolean {
  if (value !== 'y' && value !== 'n') throw new UserError(`-E ${option}: say y or n`, BAD_USAGE);
  return value === 'y';
}

function character(value: string): string {
  return value === '/t' ? '\t' : value === '/s' ? ' ' : value;
}

export class FieldsPrinter implements Printer {
  readonly seesLayersOnly: boolean;
  readonly isTimed: boolean;
  readonly #out: Output;
  readonly #format: FieldsFormat;
  readonly #columns: readonly Column[];
  readonly #collector: Collector | null;
  readonly #separator: string;
  /** Its code when it is one ASCII character, else 0. */
  readonly #separatorCode: number;
  /** All values, unquoted: what most people ask for. */
  readonly #isUsual: boolean;

  constructor(out: Output, fields: readonly Field[], format: FieldsFormat) {
    this.#out = out;
    this.seesLayersOnly = !fields.some(needsReplies);
    this.isTimed = fields.some((field) => field.isTimed);
    this.#format = format;
    this.#isUsual = format.quote === '' && format.occurrence === 'a';
    this.#separator = format.separator;
    const code = format.separator.length === 1 ? format.separator.charCodeAt(0) : 0;
    this.#separatorCode = code < 128 ? code : 0;
    const collected = fields.filter((field) => fastKind(field) === COLLECTED);
    this.#collector = collected.length > 0 ? new Collector(collected) : null;
    this.#columns = fields.map((field) => ({
      field,
      kind: fastKind(field),
      owners: ownersOf(field),
      values: this.#collector?.values[collected.indexOf(field)] ?? [],
    }));
    if (format.bom) out.text('\ufeff');
    if (format.header) out.text(`${fields.map((field) => field.name).join(format.separator)}\n`);
  }

  see(p: Packet): void {
    const out = this.#out;
    const columns = this.#columns;
    // A full buffer is written here rather than within a line, where the engine would compile each writing function again.
    out.reserve(LINE_BYTES);
    this.#collector?.collect(p);
    for (let i = 0; i < columns.length; i++) {
      if (i > 0) {
        if (this.#separatorCode > 0) out.byte(this.#separatorCode);
        else out.text(this.#separator);
      }
      this.#print(p, columns[i]!);
    }
    out.byte(10);
  }

  #print(p: Packet, column: Column): void {
    if (this.#isUsual && column.kind !== COLLECTED) this.#printAll(p, column);
    else if (this.#format.quote !== '') this.#printQuoted(p, column);
    else if (column.kind === COLLECTED) this.#printValues(column);
    else this.#printOne(p, column);
  }

  #printAll(p: Packet, column: Column): void {
    const { field, kind, owners } = column;
    if (kind === FRAME) {
      field.writer!(p, 0, this.#out);
      return;
    }
    let isFirst = true;
    for (let layer = 1; layer < p.count; layer++) {
      if (owners[p.proto[layer]!] === 0 || !hasTree(p, layer)) continue;
      const at = p.start[layer]! + field.offset;
      let value: Value | undefined;
      if (kind === GETTER) {
        value = field.getter!(p, layer);
        if (value === undefined) continue;
      } else if (at + field.width > p.stop[layer]!) continue;
      if (!isFirst) this.#out.text(this.#format.aggregator);
      isFirst = false;
      if (value !== undefined) printValue(this.#out, field, value);
      else printFixed(this.#out, kind, field, p.bufferOf(layer), at);
    }
    // The frame's own fields are of layer 0.
    if (kind === GETTER && owners[p.proto[0]!] !== 0) {
      const value = field.getter!(p, 0);
      if (value !== undefined) printValue(this.#out, field, value);
    }
  }

  #printOne(p: Packet, column: Column): void {
    const values = valuesOf(p, column);
    if (values.length > 0) printValue(this.#out, column.field, this.#chosen(values)[0]!);
  }

  #chosen(values: readonly Value[]): readonly Value[] {
    if (this.#format.occurrence === 'f') return values.slice(0, 1);
    return this.#format.occurrence === 'l' ? values.slice(-1) : values;
  }

  #printValues(column: Column): void {
    const values = this.#chosen(column.values);
    for (let i = 0; i < values.length; i++) {
      if (i > 0) this.#out.text(this.#format.aggregator);
      this.#out.text(escaped(column.field, raw(column.field, values[i]!)));
    }
  }

  #printQuoted(p: Packet, column: Column): void {
    const { quote, aggregator } = this.#format;
    const values = this.#chosen(valuesOf(p, column));
    if (values.length === 0) return;
    this.#out.text(
      quote + values.map((value) => escaped(column.field, raw(column.field, value))).join(aggregator) + quote,
    );
  }

  finish(): void {
    this.#out.flush();
  }
}

/** More than most lines take. */
const LINE_BYTES = 1024;

interface Column {
  readonly field: Field;
  readonly kind: number;
  /** By protocol id: 1 if it owns the field. */
  readonly owners: Uint8Array;
  readonly values: readonly Value[];
}

function ownersOf(field: Field): Uint8Array {
  const owners = new Uint8Array(protocolsMade());
  for (const { id } of field.owners) owners[id] = 1;
  return owners;
}

/** A layer without a tree of its own (a frame that only looks like Ethernet) has no fields. */
function hasTree(p: Packet, layer: number): boolean {
  return (p.flags[layer]! & (SHOWN | NESTED)) !== 0;
}

/** How a field's values are had: straight from the header's bytes, from the packet's state, or by the collector. */
const COLLECTED = 0;
const GETTER = 1;
const NUMBER = 2;
const IPV4 = 3;
const ETHER = 4;
const GENERAL = 5;
/** What the frame says of itself and writes by itself. */
const FRAME = 6;

function fastKind(field: Field): number {
  if (field.of.length > 0 || field.protocol === null) return COLLECTED;
  if (field.writer !== null) return FRAME;
  if (field.getter !== null) return GETTER;
  if (field.offset < 0) return COLLECTED;
  if (field.type === 'ipv4') return IPV4;
  if (field.type === 'ether') return ETHER;
  if (
    field.type === 'uint' &&
    field.bits === 0 &&
    field.base === 'dec' &&
    !field.littleEndian &&
    field.width <= 4
  )
    return NUMBER;
  return GENERAL;
}

function printFixed(out: Output, kind: number, field: Field, b: Uint8Array, at: number): void {
  if (kind === NUMBER) {
    let value = 0;
    for (let i = 0; i < field.width; i++) value = value * 256 + b[at + i]!;
    out.number(value);
  } else if (kind === IPV4) {
    out.ipv4(b, at);
  } else if (kind === ETHER) {
    out.hexByte(b[at]!);
    for (let i = 1; i < 6; i++) {
      out.byte(58);
      out.hexByte(b[at + i]!);
    }
  } else out.text(raw(field, readValue(field, b, at, field.width)));
}

function printValue(out: Output, field: Field, value: Value): void {
  if (typeof value === 'number' && field.base === 'dec' && value >= 0 && field.type === 'uint')
    out.number(value);
  else out.text(field.type === 'text' ? escaped(field, value as string) : raw(field, value));
}

function valuesOf(p: Packet, column: Column): readonly Value[] {
  if (column.kind === COLLECTED) return column.values;
  const values: Value[] = [];
  const { field } = column;
  for (let layer = 0; layer < p.count; layer++) {
    if (column.owners[p.proto[layer]!] === 0 || (layer > 0 && !hasTree(p, layer))) continue;
    if (field.getter !== null) {
      const value = field.getter(p, layer);
      if (value !== undefined) values.push(value);
    } else if (p.start[layer]! + field.offset + field.width <= p.stop[layer]!) {
      values.push(readValue(field, p.bufferOf(layer), p.start[layer]! + field.offset, field.width));
    }
  }
  return values;
}

const UNSAFE = /[\u0000-\u001f\\]/;

/** tshark escapes what would break a line or a column: tabs, line ends, backslashes; its columns are so by themselves. */
function escaped(field: Field, text: string): string {
  if (!UNSAFE.test(text) || field.name.startsWith('_ws.col.')) return text;
  return text.replace(
    /[\u0000-\u001f\\]/g,
    (c) => ESCAPES[c] ?? `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\v': '\\v',
};
