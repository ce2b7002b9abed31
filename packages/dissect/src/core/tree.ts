// One packet as a tree: layers and fields with their text and byte ranges. Built only on request.
import type { Field, Value } from './field.ts';
import { shown } from './format.ts';
import type { AddressNames } from './host.ts';
import { KnownLines } from './known-lines.ts';
import type { Packet } from './packet.ts';
import type { Protocol } from './protocol.ts';
import { readValue } from './reading.ts';
import { TreeSink } from './tree-sink.ts';

export interface TreeNode {
  /** Filter name; '' for a line that is not a field. */
  readonly name: string;
  readonly field: Field | null;
  readonly value: Value | null;
  /** The line's text: `Source Port: 53`. Made when it is first asked for, so ask before the next packet. */
  readonly text: string;
  /** What was appended to the line that `shown` gives of the value; null where the line is another one, or made already. */
  readonly notes: readonly string[] | null;
  /** Bytes [start, start + length) of buffer number `buffer` (0: the frame). */
  readonly start: number;
  readonly length: number;
  readonly buffer: number;
  /** Not drawn, but part of the machine-readable outputs: an alias, or a field for filters only. */
  readonly isHidden: boolean;
  readonly children: readonly TreeNode[];
}

/** Made with the first tree: it would only enlarge the start-up snapshot. */
let known: KnownLines | null = null;

/** Shared by the nodes without children, which are most. */
const NONE: Node[] = [];
const NO_NOTES: readonly string[] = [];

class Node implements TreeNode {
  readonly name: string;
  readonly field: Field | null;
  readonly value: Value | null;
  readonly start: number;
  length: number;
  readonly buffer: number;
  children: Node[] = NONE;
  readonly #names: AddressNames | null;
  /** Null: not made yet. */
  #text: string | null;
  /** What was added before the text was made. */
  #notes: string[] | null = null;

  constructor(
    name: string,
    field: Field | null,
    value: Value | null,
    text: string | null,
    names: AddressNames | null,
    start: number,
    length: number,
    buffer: number,
  ) {
    this.name = name;
    this.field = field;
    this.value = value;
    this.#text = text;
    this.#names = names;
    this.start = start;
    this.length = length;
    this.buffer = buffer;
  }

  get isHidden(): boolean {
    return this.field?.isHidden ?? false;
  }

  get text(): string {
    if (this.#text === null) {
      const { field, value, length } = this;
      known ??= new KnownLines();
      this.#text = known.of(field!, value!, length)?.text ?? shown(field!, value!, length, this.#names);
      for (const note of this.#notes ?? []) this.#text = noted(this.#text, note);
    }
    return this.#text;
  }

  get notes(): readonly string[] | null {
    return this.#text === null ? (this.#notes ?? NO_NOTES) : null;
  }

  note(text: string): void {
    if (this.#text === null) {
      this.#notes ??= [];
      this.#notes.push(text);
    } else this.#text = this.field === null ? this.#text + text : noted(this.#text, text);
  }

  append(child: Node): void {
    if (this.children === NONE) this.children = [child];
    else this.children.push(child);
  }
}

/** The text goes inside the brackets of a derived value. */
function noted(text: string, note: string): string {
  return text.startsWith('[') && text.endsWith(']') ? `${text.slice(0, -1)}${note}]` : text + note;
}

/**
 * The tree of the packet dissected last. Byte offsets are relative to the frame's first byte. `hidden` includes the
 * nodes that are not drawn.
 */
export function treeOf(p: Packet, { hidden = false } = {}): TreeNode[] {
  const builder = new TreeBuilder(hidden);
  return builder.build(p);
}

class TreeBuilder extends TreeSink {
  readonly #roots: Node[] = [];
  readonly #open: Node[] = [];
  #last: Node | null = null;
  #buffer = 0;
  #base = 0;
  /** Aliases whose place is behind a field that has yet to come. */
  readonly #late: (() => void)[] = [];
  protected readonly withHidden: boolean;

  constructor(withHidden: boolean) {
    super();
    this.withHidden = withHidden;
  }

  build(p: Packet): Node[] {
    this.walk(p);
    return this.#roots;
  }

  protected beginLayer(made: Protocol, isNested: boolean): void {
    const { packet: p, layer } = this;
    this.#buffer = p.layerFrom[layer]!;
    this.#base = this.#buffer === 0 ? p.start[0]! : 0;
    const start = p.start[layer]!;
    const length = Math.max(0, p.payload[layer]! - start);
    const node = this.#node(made.name, null, null, made.line(p, layer), start, length);
    const parent = this.#roots[this.#roots.length - 1];
    if (parent !== undefined && isNested) parent.append(node);
    else this.#roots.push(node);
    this.#open.length = 0;
    this.#open.push(node);
    this.#last = node;
  }

  protected endLayer(): void {
    this.#open.length = 1;
    this.#late.length = 0;
  }

  protected isShown(field: Field): boolean {
    return !field.isHidden || (this.withHidden && !field.name.startsWith('_ws.'));
  }

  protected field(
    field: Field,
    known: Value | undefined,
    start: number,
    length: number,
    text: string | null,
  ): void {
    const value = known ?? readValue(field, this.buffer, start, length);
    const node = this.#put(field, value, start, length, text);
    if (!this.withHidden) return;
    for (const other of field.aliases)
      if (other.isHidden && !other.isPlaced) this.#addAlias(other, field, value, start, length);
    this.#last = node;
  }

  /** An alias stands behind each field that it has the value of, or, once all of them are written, behind the last. */
  #addAlias(other: Field, field: Field, value: Value, start: number, length: number): void {
    const isLast = !other.isBehindAll || field === other.of[other.of.length - 1];
    if (isLast && this.#late.length === 0) {
      this.#put(other, value, start, length, null);
      return;
    }
    this.#late.push(() => this.#put(other, value, start, length, null));
    if (isLast) for (const put of this.#late.splice(0)) put();
  }

  #put(field: Field, value: Value, start: number, length: number, text: string | null): Node {
    return this.#append(this.#node(field.name, field, value, text, start, length));
  }

  protected heading(name: string, text: string, start: number, length: number): true {
    this.#append(this.#node(name, null, null, text, start, length));
    return true;
  }

  #append(node: Node): Node {
    this.#open[this.#open.length - 1]!.append(node);
    this.#last = node;
    return node;
  }

  #node(
    name: string,
    field: Field | null,
    value: Value | null,
    text: string | null,
    start: number,
    length: number,
  ): Node {
    const { addressNames } = this.packet.session;
    return new Node(name, field, value, text, addressNames, start - this.#base, length, this.#buffer);
  }

  /** A node that was dropped still opens a level, so that `open` and `close` stay paired. */
  protected enter(hasNode: boolean): void {
    this.#open.push(hasNode ? this.#last! : this.#open[this.#open.length - 1]!);
  }

  protected leave(): void {
    if (this.#open.length === 1) return;
    const node = this.#open.pop()!;
    // A heading whose length was not known when it was opened spans what is below it.
    if (node.name === '' && node.length === 0) node.length = Math.max(0, endOfChildren(node) - node.start);
  }

  protected append(text: string): void {
    this.#last?.note(text);
  }
}

function endOfChildren({ children, buffer }: Node): number {
  let end = 0;
  for (const child of children)
    if (child.buffer === buffer && child.length > 0) end = Math.max(end, child.start + child.length);
  return end;
}
