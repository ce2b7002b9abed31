// One packet as a tree: layers and fields with their text and byte ranges. Built only on request.
import { expertFields, expertText, groups, reportExpertInfo, type Say, severities } from './expert.ts';
import type { Field, Value } from './field.ts';
import { shown } from './format.ts';
import { NESTED, type Packet, SHOWN } from './packet.ts';
import { readValue } from './reading.ts';
import type { Sink } from './sink.ts';

export interface TreeNode {
  /** Filter name; '' for a line that is not a field. */
  readonly name: string;
  readonly field: Field | null;
  value: Value | null;
  /** The line's text: `Source Port: 53`. */
  text: string;
  /** Bytes [start, start + length) of buffer number `buffer` (0: the frame). */
  readonly start: number;
  length: number;
  readonly buffer: number;
  /** Not drawn, but part of the machine-readable outputs: an alias, or a field for filters only. */
  readonly isHidden: boolean;
  readonly children: TreeNode[];
}

/** Nodes in one packet's tree; further ones are dropped. */
const NODES_MAX = 20_000;

/**
 * The tree of the packet dissected last. Byte offsets are relative to the frame's first byte. `hidden` includes the
 * nodes that are not drawn.
 */
export function treeOf(p: Packet, { hidden = false } = {}): TreeNode[] {
  const builder = new TreeBuilder(p, hidden);
  return builder.build();
}

class TreeBuilder implements Sink {
  readonly #packet: Packet;
  readonly #roots: TreeNode[] = [];
  readonly #open: TreeNode[] = [];
  #last: TreeNode | null = null;
  #layer = 0;
  #buffer = 0;
  #base = 0;
  #buf: Uint8Array = new Uint8Array(0);
  #nodes = 0;
  /** Aliases whose place is behind a field that has yet to come. */
  readonly #late: (() => void)[] = [];
  readonly #withHidden: boolean;

  constructor(p: Packet, withHidden: boolean) {
    this.#packet = p;
    this.#withHidden = withHidden;
  }

  build(): TreeNode[] {
    const p = this.#packet;
    for (let layer = 0; layer < p.count; layer++)
      if (layer === 0 || p.flags[layer]! & (SHOWN | NESTED)) this.#addLayer(layer);
    return this.#roots;
  }

  #addLayer(layer: number): void {
    const p = this.#packet;
    const made = p.protocols[layer]!;
    this.#layer = layer;
    this.#buffer = p.layerFrom[layer]!;
    this.#base = this.#buffer === 0 ? p.start[0]! : 0;
    this.#buf = p.bufferOf(layer);
    const start = p.start[layer]!;
    const node: TreeNode = {
      name: made.name,
      field: null,
      value: null,
      text: made.line(p, layer),
      start: start - this.#base,
      length: Math.max(0, p.payload[layer]! - start),
      buffer: this.#buffer,
      isHidden: false,
      children: [],
    };
    const parent = this.#roots[this.#roots.length - 1];
    if (parent !== undefined && (p.flags[layer]! & SHOWN) === 0) parent.children.push(node);
    else this.#roots.push(node);
    this.#open.length = 0;
    this.#open.push(node);
    this.#last = node;
    if (made.emit !== null) made.emit(p, layer, this);
    else for (const field of made.fields) this.fixed(field);
    this.#open.length = 1;
    this.#late.length = 0;
    reportExpertInfo(p, layer, this.#say);
  }

  readonly #say: Say = (severity, group, message) => {
    const start = this.#packet.start[this.#layer]!;
    const { message: text, severity: gravity, group: kind } = expertFields;
    const line = `[${expertText(severity, group, message)}]`;
    this.#enter(this.#put('_ws.expert', null, null, line, start, 0));
    this.#put(text.name, text, message, `[${message}]`, start, 0);
    const [level, name] = severities[severity];
    this.#put(gravity.name, gravity, level, `[Severity level: ${name}]`, start, 0);
    this.#put(kind.name, kind, groups[group][0], `[Group: ${groups[group][1]}]`, start, 0);
    this.close();
  };

  add(field: Field, start: number, length: number, value?: Value): void {
    this.#add(field, start, length, value);
  }

  #add(field: Field, start: number, length: number, value?: Value): TreeNode | null {
    if (!this.#isWithin(start, length)) return null;
    if (field.isHidden && (!this.#withHidden || field.name.startsWith('_ws.'))) return null;
    const known = value ?? readValue(field, this.#buf, start, length);
    const node = this.#put(field.name, field, known, this.#shown(field, known, length), start, length);
    if (!this.#withHidden) return node;
    for (const other of field.aliases) if (other.isHidden) this.#addAlias(other, field, known, start, length);
    this.#last = node;
    return node;
  }

  #shown(field: Field, value: Value, length: number): string {
    return shown(field, value, length, this.#packet.session.addressNames);
  }

  /** An alias stands behind each field that it has the value of, or once all of them are told behind the last. */
  #addAlias(other: Field, field: Field, value: Value, start: number, length: number): void {
    this.#late.push(() =>
      this.#put(other.name, other, value, this.#shown(other, value, length), start, length),
    );
    if (other.isBehindAll && field !== other.of[other.of.length - 1]) return;
    for (const put of this.#late.splice(0)) put();
  }

  #put(
    name: string,
    field: Field | null,
    value: Value | null,
    text: string,
    start: number,
    length: number,
  ): TreeNode | null {
    if (this.#nodes >= NODES_MAX) return null;
    this.#nodes++;
    const node: TreeNode = {
      name,
      field,
      value,
      text,
      start: start - this.#base,
      length,
      buffer: this.#buffer,
      isHidden: field?.isHidden ?? false,
      children: [],
    };
    this.#open[this.#open.length - 1]!.children.push(node);
    this.#last = node;
    return node;
  }

  fixed(field: Field): void {
    this.#fixed(field);
  }

  #fixed(field: Field): TreeNode | null {
    const start = this.#packet.start[this.#layer]!;
    if (field.getter !== null) {
      const value = field.getter(this.#packet, this.#layer);
      return value === undefined
        ? null
        : this.#add(field, start + Math.max(0, field.offset), field.width, value);
    }
    return field.offset < 0 ? null : this.#add(field, start + field.offset, field.width);
  }

  open(field: Field, start: number, length: number, value?: Value): void {
    this.#enter(this.#add(field, start, length, value));
  }

  openFixed(field: Field): void {
    this.#enter(this.#fixed(field));
  }

  group(text: string, start: number, length: number): void {
    this.#enter(this.#isWithin(start, length) ? this.#put('', null, null, text, start, length) : null);
  }

  /** A field that extends beyond its layer is absent, even if its value was computed. */
  #isWithin(start: number, length: number): boolean {
    return length >= 0 && start + length <= this.#packet.stop[this.#layer]!;
  }

  /** A node that was dropped still opens a level, so that `open` and `close` stay paired. */
  #enter(node: TreeNode | null): void {
    this.#open.push(node ?? this.#open[this.#open.length - 1]!);
  }

  close(): void {
    if (this.#open.length === 1) return;
    const node = this.#open.pop()!;
    // A heading whose length was not known when it was opened spans what is below it.
    if (node.name === '' && node.length === 0) node.length = Math.max(0, endOfChildren(node) - node.start);
  }

  /** The text goes inside the brackets of a derived value. */
  note(text: string): void {
    const last = this.#last;
    if (last === null) return;
    const isBracketed = last.field !== null && last.text.startsWith('[') && last.text.endsWith(']');
    last.text = isBracketed ? `${last.text.slice(0, -1)}${text}]` : last.text + text;
  }

  wants(): boolean {
    return true;
  }
}

function endOfChildren({ children, buffer }: TreeNode): number {
  let end = 0;
  for (const child of children)
    if (child.buffer === buffer && child.length > 0) end = Math.max(end, child.start + child.length);
  return end;
}
