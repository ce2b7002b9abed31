// `-T json`, `-T jsonraw` and `-T ek`: packets as JSON, in tshark's shape.
import {
  Collector,
  type Field,
  fieldsMade,
  hex,
  type Packet,
  protocolsMade,
  raw,
  type TreeNode,
  treeOf,
  type Value,
} from '@eyrie/dissect';
import type { Output } from '../terminal/output.ts';
import type { Printer } from './printer.ts';

export type JsonKind = 'json' | 'jsonraw';

const DAY_SECONDS = 86_400;

/** `packets-2026-11-21`, the index Elasticsearch would take. */
function indexName(p: Packet): string {
  const day = new Date(Math.floor(p.seconds / DAY_SECONDS) * DAY_SECONDS * 1000);
  return `packets-${Number.isNaN(day.getTime()) ? '1970-01-01' : day.toISOString().slice(0, 10)}`;
}

/** Either chosen fields, each with all its values, or the whole tree. */
abstract class JsonBase implements Printer {
  protected readonly out: Output;
  protected readonly collector: Collector | null;

  constructor(out: Output, fields: readonly Field[]) {
    this.out = out;
    this.collector = fields.length > 0 ? new Collector(fields, fieldsMade(), protocolsMade()) : null;
  }

  abstract see(p: Packet): void;
  abstract finish(): void;

  /** Field names and values as text, for those that the packet has. */
  protected chosen(p: Packet): [string, string[]][] {
    const collector = this.collector!;
    collector.collect(p);
    const found: [string, string[]][] = [];
    collector.fields.forEach((field, i) => {
      const values = collector.values[i]!;
      if (values.length > 0) found.push([field.name, values.map((value) => raw(field, value))]);
    });
    return found;
  }
}

export class JsonPrinter extends JsonBase {
  readonly #isRaw: boolean;
  #isFirst = true;

  constructor(out: Output, kind: JsonKind, fields: readonly Field[]) {
    super(out, fields);
    this.#isRaw = kind === 'jsonraw';
    out.text('[\n');
  }

  see(p: Packet): void {
    const out = this.out;
    out.text(this.#isFirst ? '  {\n' : ',\n  {\n');
    this.#isFirst = false;
    out.text(
      `    "_index": "${indexName(p)}",\n    "_type": "doc",\n    "_score": null,\n    "_source": {\n      "layers": `,
    );
    if (this.collector !== null)
      this.#members(
        this.chosen(p).map(([name, values]) => [
          name,
          JSON.stringify(values, null, 2).replaceAll('\n', '\n        '),
        ]),
        '      ',
      );
    else {
      this.#members(
        treeOf(p).flatMap((layer) => this.#node(p, layer, '        ')),
        '      ',
      );
    }
    out.text('\n    }\n  }');
  }

  finish(): void {
    this.out.text(this.#isFirst ? ']\n' : '\n]\n');
    this.out.flush();
  }

  #members(members: readonly [string, string][], indent: string): void {
    this.out.text(object(members, indent));
  }

  /** A node's members: its value, its bytes when raw, and what stands below it. */
  #node(p: Packet, node: TreeNode, indent: string): [string, string][] {
    const name = node.name === '' ? node.text : node.name;
    const members: [string, string][] = [];
    if (this.#isRaw) members.push([`${name}_raw`, this.#bytes(p, node)]);
    const children = (): string =>
      object(
        node.children.flatMap((child) => this.#node(p, child, `${indent}  `)),
        indent,
      );
    if (node.field === null || node.value === null)
      members.push([name, node.children.length > 0 ? children() : '""']);
    else {
      members.push([name, JSON.stringify(node.field.type === 'none' ? '' : raw(node.field, node.value))]);
      if (node.children.length > 0) members.push([`${name}_tree`, children()]);
    }
    return members;
  }

  /** tshark's five: bytes in hexadecimal, place, length, bitmask, type. */
  #bytes(p: Packet, node: TreeNode): string {
    const buffer = p.buffers[node.buffer]!;
    const start = node.start + (node.buffer === 0 ? p.start[0]! : 0);
    return JSON.stringify([
      hex(buffer, start, start + node.length),
      node.start,
      node.length,
      node.field?.bits ?? 0,
      1,
    ]);
  }
}

/** A JSON object of ready members, indented; names may repeat, as in tshark's output. */
function object(members: readonly [string, string][], indent: string): string {
  if (members.length === 0) return '{}';
  const lines = members.map(([name, value]) => `${indent}  ${JSON.stringify(name)}: ${value}`);
  return `{\n${lines.join(',\n')}\n${indent}}`;
}

/** For Elasticsearch's bulk API: an action line and a document line a packet; dots in names become underscores. */
export class EkPrinter extends JsonBase {
  see(p: Packet): void {
    this.out.text(`{"index":{"_index":"${indexName(p)}","_type":"doc"}}\n`);
    const milliseconds = String(p.seconds * 1000 + Math.floor(p.nanoseconds / 1e6));
    const layers =
      this.collector === null
        ? Object.fromEntries(treeOf(p).map((layer) => [layer.name, flat(layer)]))
        : this.#chosenFlat(p);
    this.out.text(`${JSON.stringify({ timestamp: milliseconds, layers })}\n`);
  }

  finish(): void {
    this.out.flush();
  }

  #chosenFlat(p: Packet): Record<string, string[]> {
    return Object.fromEntries(this.chosen(p).map(([name, values]) => [underscored(name), values]));
  }
}

function underscored(name: string): string {
  return name.replaceAll('.', '_');
}

/** As tshark gives it to Elasticsearch: yes and no as booleans, points in time in ISO 8601, all else as text. */
function ekValue(field: Field, value: Value): boolean | string {
  if (field.type === 'bool') return Boolean(value);
  if (field.type === 'none') return '';
  return (field.type === 'time' ? isoTime(value as bigint) : null) ?? raw(field, value);
}

/** `2026-11-21T10:40:00.123456789Z`, from nanoseconds since the epoch; null beyond the years a Date can hold. */
function isoTime(nanoseconds: bigint): string | null {
  const fraction = ((nanoseconds % SECOND) + SECOND) % SECOND;
  const date = new Date(Number((nanoseconds - fraction) / 1_000_000n));
  if (Number.isNaN(date.getTime())) return null;
  return `${date.toISOString().slice(0, -5)}.${String(fraction).padStart(9, '0')}Z`;
}

const SECOND = 1_000_000_000n;

/** All fields below a layer on one level, named `layer_field`; a field with several values is a list. */
function flat(layer: TreeNode): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  const visit = (node: TreeNode): void => {
    if (node.field !== null && node.value !== null) {
      const key = `${underscored(layer.name)}_${underscored(node.name)}`;
      const value = ekValue(node.field, node.value);
      const before = found[key];
      if (before === undefined) found[key] = value;
      else if (Array.isArray(before)) before.push(value);
      else found[key] = [before, value];
    }
    for (const child of node.children) visit(child);
  };
  visit(layer);
  return found;
}
