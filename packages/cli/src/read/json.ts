// `-T json`, `-T jsonraw` and `-T ek`: packets as JSON, in tshark's shape.
import {
  Collector,
  displayed,
  type Field,
  type FieldType,
  type Packet,
  raw,
  type TreeNode,
  treeOf,
  type Value,
} from '@eyrie/dissect';
import type { Output } from '../terminal/output.ts';
import { below, GROUP, type LayerFilter, opens } from './layer-filter.ts';
import type { Printer } from './printer.ts';

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
  protected readonly filter: LayerFilter | null;
  readonly isTimed: boolean;

  constructor(out: Output, fields: readonly Field[], filter: LayerFilter | null) {
    this.out = out;
    this.filter = filter;
    this.isTimed = fields.length === 0 || fields.some((field) => field.isTimed);
    this.collector = fields.length > 0 ? new Collector(fields) : null;
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

  /** A value's text, between quotes. */
  protected value(field: Field, value: Value): void {
    const { out } = this;
    if (field.type === 'bytes' && value instanceof Uint8Array && value.length > 0) {
      out.byte(QUOTE);
      out.hex(value, 0, value.length, COLON);
      out.byte(QUOTE);
    } else if (typeof value === 'number' && field.type === 'uint' && field.base === 'dec' && value >= 0) {
      out.byte(QUOTE);
      out.number(value);
      out.byte(QUOTE);
    } else out.text(JSON.stringify(field.type === 'none' ? '' : displayed(field, value)));
  }
}

/** The kind of a member of a packet's object. */
export interface JsonParts {
  /** The value. */
  readonly values: boolean;
  /** `NAME_raw`: the bytes and their place. */
  readonly bytes: boolean;
}

export class JsonPrinter extends JsonBase {
  readonly #parts: JsonParts;
  readonly #isMerged: boolean;
  #isFirst = true;
  /** The object that is being written has no member yet. */
  #isEmpty = true;

  /** `isMerged`: values of one name within an object become an array. */
  constructor(
    out: Output,
    parts: JsonParts,
    fields: readonly Field[],
    filter: LayerFilter | null,
    isMerged = false,
  ) {
    super(out, fields, filter);
    this.#parts = parts;
    this.#isMerged = isMerged;
    out.text('[');
  }

  see(p: Packet): void {
    const out = this.out;
    out.text(this.#isFirst ? '\n  {\n' : ',\n  {\n');
    this.#isFirst = false;
    out.text(
      `    "_index": "${indexName(p)}",\n    "_type": "doc",\n    "_score": null,\n    "_source": {\n      "layers": `,
    );
    this.#begin();
    if (this.collector === null) this.#members(p, treeOf(p, { hidden: true }), '        ', this.filter);
    else for (const [name, values] of this.chosen(p)) this.#chosenMember(name, values);
    this.#end('      ');
    out.text('\n    }\n  }');
  }

  finish(): void {
    this.out.text(this.#isFirst ? ']\n' : '\n]\n');
    this.out.flush();
  }

  #chosenMember(name: string, values: readonly string[]): void {
    this.#name(name, '', '        ');
    this.out.text(`[\n${values.map((value) => `          ${JSON.stringify(value)}`).join(',\n')}\n        ]`);
  }

  /** What stands within an object; names may repeat, as in tshark's output, unless they are to be merged. */
  #members(p: Packet, nodes: readonly TreeNode[], indent: string, filter: LayerFilter | null): void {
    if (!this.#isMerged) for (const node of nodes) this.#member(p, node, NO_NODES, indent, filter);
    else for (const [first, ...others] of byName(nodes)) this.#member(p, first!, others, indent, filter);
  }

  /** The members of a node, and of others with its name: their bytes when raw, values, and what stands below. */
  #member(
    p: Packet,
    node: TreeNode,
    others: readonly TreeNode[],
    indent: string,
    filter: LayerFilter | null,
  ): void {
    const { field, value, children } = node;
    const name = nameOf(node);
    if (this.#parts.bytes && node.name !== '') {
      this.#name(name, '_raw', indent);
      this.#each('bytes', p, node, others, indent, filter);
    }
    // A heading has no value beside what is below it.
    const isHeading = field === null || (field.type === 'none' && children.length > 0);
    if (this.#parts.values && value !== null && !isHeading) {
      this.#name(name, '', indent);
      this.#each('value', p, node, others, indent, filter);
    }
    if (children.length > 0) {
      this.#name(name, isHeading ? '' : '_tree', indent);
      this.#each('children', p, node, others, indent, filter);
    } else if (this.#parts.values && field === null) {
      this.#name(name, '', indent);
      this.#each('nothing', p, node, others, indent, filter);
    }
  }

  /** A part of a node, or an array of that part of several. */
  #each(
    part: Part,
    p: Packet,
    node: TreeNode,
    others: readonly TreeNode[],
    indent: string,
    filter: LayerFilter | null,
  ): void {
    if (others.length === 0) {
      this.#part(part, p, node, indent, filter);
      return;
    }
    const { out } = this;
    [node, ...others].forEach((each, i) => {
      out.text(`${i === 0 ? '[' : ','}\n${indent}  `);
      this.#part(part, p, each, `${indent}  `, filter);
    });
    out.text(`\n${indent}]`);
  }

  #part(part: Part, p: Packet, node: TreeNode, indent: string, filter: LayerFilter | null): void {
    if (part === 'value') this.value(node.field!, node.value!);
    else if (part === 'children') this.#below(p, node, indent, filter);
    else if (part === 'bytes') this.#raw(p, node, indent);
    else this.out.text('""');
  }

  #below(p: Packet, node: TreeNode, indent: string, filter: LayerFilter | null): void {
    this.#begin();
    const inner = `${indent}  `;
    const name = nameOf(node);
    if (opens(filter, name)) this.#members(p, node.children, inner, below(filter));
    else {
      this.#name('filtered', '', inner);
      this.out.text(JSON.stringify(name));
    }
    this.#end(indent);
  }

  /** tshark's five: bytes in hexadecimal (of bits: their number), place, length, bitmask, type. */
  #raw(p: Packet, node: TreeNode, indent: string): void {
    const { out } = this;
    const { field, value, length } = node;
    const start = node.start + (node.buffer === 0 ? p.start[0]! : 0);
    // The frame's line stands for all its bytes.
    const size = field === null && node.name === 'frame' ? p.capturedLength : length;
    const bits = field?.bits ?? 0;
    out.text(`[\n${indent}  "`);
    if (bits !== 0 && size > 0 && typeof value !== 'bigint')
      out.text(Number(value).toString(16).toUpperCase());
    else out.hex(p.buffers[node.buffer]!, start, start + size);
    const numbers = [node.start, size, bits, typeNumber(field, size)];
    out.text(`"${numbers.map((number) => `,\n${indent}  ${number}`).join('')}\n${indent}]`);
  }

  #begin(): void {
    this.out.text('{');
    this.#isEmpty = true;
  }

  /** `"ip.src": ` on a line of its own, behind a comma unless it is the first of its object. */
  #name(name: string, suffix: string, indent: string): void {
    const { out } = this;
    out.text(this.#isEmpty ? '\n' : ',\n');
    this.#isEmpty = false;
    out.text(indent);
    if (PLAIN.test(name)) {
      out.byte(QUOTE);
      out.text(name);
      out.text(suffix);
      out.text('": ');
    } else out.text(`${JSON.stringify(name + suffix)}: `);
  }

  #end(indent: string): void {
    if (!this.#isEmpty) this.out.text(`\n${indent}`);
    // The object that this one is a member of has it.
    this.#isEmpty = false;
    this.out.byte(BRACE);
  }
}

/** What a node has in JSON. */
type Part = 'bytes' | 'value' | 'children' | 'nothing';

const NO_NODES: readonly TreeNode[] = [];

/** Generated fields have brackets in the text tree only. */
function nameOf({ name, text }: TreeNode): string {
  return name === '' ? text.replace(/^\[(.*)\]$/s, '$1') : name;
}

/** In the order in which each name comes first. */
function byName(nodes: readonly TreeNode[]): Iterable<TreeNode[]> {
  const groups = new Map<string, TreeNode[]>();
  for (const node of nodes) {
    const name = nameOf(node);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [node]);
    else group.push(node);
  }
  return groups.values();
}

const QUOTE = 0x22;
const COLON = 0x3a;
const BRACE = 0x7d;
/** A name that JSON has as it is. */
const PLAIN = /^[\w. -]*$/;

/** Wireshark's numbers of its field types; those of numbers go by their bytes. */
const TYPE_NUMBERS: Readonly<Record<FieldType, number>> = {
  none: 0,
  uint: 3,
  int: 11,
  uint64: 11,
  bool: 2,
  text: 26,
  bytes: 30,
  ether: 29,
  ipv4: 32,
  ipv6: 33,
  time: 24,
  seconds: 25,
  double: 23,
};
const PROTOCOL = 1;

function typeNumber(field: Field | null, length: number): number {
  if (field === null) return PROTOCOL;
  if (field.type === 'double' && field.digits < 15) return TYPE_NUMBERS.double - 1;
  const first = TYPE_NUMBERS[field.type];
  return field.type === 'uint' || field.type === 'int' ? first + Math.min(8, length || 4) : first;
}

/** For Elasticsearch's bulk API: an action line and a document line a packet; dots in names become underscores. */
export class EkPrinter extends JsonBase {
  see(p: Packet): void {
    const { out } = this;
    out.text(`{"index":{"_index":"${indexName(p)}","_type":"doc"}}\n`);
    const milliseconds = p.seconds * 1000 + Math.floor(p.nanoseconds / 1e6);
    out.text(`{"timestamp":"${milliseconds}","layers":`);
    if (this.collector === null) this.#layers(treeOf(p, { hidden: true }));
    else
      out.text(
        JSON.stringify(
          Object.fromEntries(this.chosen(p).map(([name, values]) => [underscored(name), values])),
        ),
      );
    out.text('}\n');
  }

  finish(): void {
    this.out.flush();
  }

  #layers(layers: readonly TreeNode[]): void {
    const byName = new Map<string, TreeNode[]>();
    for (const layer of layers) push(byName, layer.name, layer);
    this.#object(byName, '', (layer) => this.#layer(layer));
  }

  /** All fields below a layer on one level, named `layer_field`. */
  #layer(layer: TreeNode): void {
    if (!opens(this.filter, layer.name)) {
      this.out.text(JSON.stringify({ filtered: layer.name }));
      return;
    }
    const byName = new Map<string, TreeNode[]>();
    const closed = new Set<TreeNode>();
    const visit = (node: TreeNode, filter: LayerFilter | null): void => {
      const isOpen = opens(filter, node.name || GROUP);
      if (node.field !== null && node.value !== null) push(byName, node.name, node);
      if (!isOpen) closed.add(node);
      else for (const child of node.children) visit(child, below(filter));
    };
    for (const child of layer.children) visit(child, below(this.filter));
    this.#object(byName, `${underscored(layer.name)}_`, (node) => {
      if (closed.has(node)) this.out.text(JSON.stringify({ filtered: node.name }));
      else this.#ekValue(node.field!, node.value!);
    });
  }

  /** Members of one name are a list, unless there is only one. */
  #object(byName: ReadonlyMap<string, TreeNode[]>, prefix: string, write: (node: TreeNode) => void): void {
    const { out } = this;
    let before = '{';
    for (const [name, nodes] of byName) {
      out.text(`${before}"${prefix}${underscored(name)}":`);
      before = ',';
      if (nodes.length > 1) out.text('[');
      nodes.forEach((node, i) => {
        if (i > 0) out.text(',');
        write(node);
      });
      if (nodes.length > 1) out.text(']');
    }
    out.text(byName.size === 0 ? '{}' : '}');
  }

  /** As in tshark's bulk output: booleans as such, absolute times in ISO 8601, all else as text. */
  #ekValue(field: Field, value: Value): void {
    const time = field.type === 'time' ? isoTime(value as bigint) : null;
    if (field.type === 'bool') this.out.text(value ? 'true' : 'false');
    else if (time !== null) this.out.text(`"${time}"`);
    else this.value(field, value);
  }
}

function push(lists: Map<string, TreeNode[]>, name: string, node: TreeNode): void {
  const list = lists.get(name);
  if (list === undefined) lists.set(name, [node]);
  else list.push(node);
}

function underscored(name: string): string {
  return name.replaceAll('.', '_');
}

/** `2026-11-21T10:40:00.123456789Z`, from nanoseconds since the epoch; null beyond the years a Date can hold. */
function isoTime(nanoseconds: bigint): string | null {
  const fraction = ((nanoseconds % SECOND) + SECOND) % SECOND;
  const date = new Date(Number((nanoseconds - fraction) / 1_000_000n));
  if (Number.isNaN(date.getTime())) return null;
  return `${date.toISOString().slice(0, -5)}.${String(fraction).padStart(9, '0')}Z`;
}

const SECOND = 1_000_000_000n;
