// One packet's tree as indented text: the lines of `treeOf`, written as they come instead of being kept.
import { data } from './data.ts';
import type { Field, Value } from './field.ts';
import { isBracketed, shown } from './format.ts';
import type { AddressNames } from './host.ts';
import { KnownLines, lineTitle, PerField } from './known-lines.ts';
import type { Packet } from './packet.ts';
import type { Protocol } from './protocol.ts';
import { readValue } from './reading.ts';
import { type TextSink, Words } from './text-sink.ts';
import { TreeSink } from './tree-sink.ts';
import { writeBytes, writeValue } from './written-values.ts';

const INDENT = '    ';

/** Writes the bytes [start, end) in hexadecimal, each row with a line feed behind it. */
export type WriteDump = (b: Uint8Array, start: number, end: number) => void;

export class TreeLines extends TreeSink {
  readonly #out: TextSink;
  /** Layers shown with their fields; of others only the line. Null: all. */
  readonly #details: ReadonlySet<string> | null;
  readonly #writeDump: WriteDump | null;
  readonly #known = new KnownLines();
  readonly #titles = new PerField((field) => titleWords(field, ''));
  readonly #derivedTitles = new PerField((field) => titleWords(field, '['));
  /** How deep the children of each open node are; the first is the layer. */
  readonly #depths: number[] = [];
  /** Whether lines of the present layer are written: it has details, or is the layer's own line. */
  #isDetailed = true;
  #isWritten = false;
  /** How the last line ends, after the notes that may still be appended to it: with a bracket, or not. */
  #isBracketed = false;
  #isFirst = true;
  /** Whether the line feed of the last line is written, as it is after a dump. */
  #isEnded = false;

  /** `writeDump`: how payload that no protocol claims is shown below its line; null: not at all. */
  constructor(out: TextSink, details: ReadonlySet<string> | null, writeDump: WriteDump | null = null) {
    super();
    this.#out = out;
    this.#details = details;
    this.#writeDump = writeDump;
  }

  /** Writes the packet dissected last; each line with a line feed behind it. */
  write(p: Packet): void {
    this.#isFirst = true;
    this.#isEnded = false;
    this.#isBracketed = false;
    this.walk(p);
    if (!this.#isEnded) this.#out.words(this.#isBracketed ? END_BRACKET[0]! : END[0]!);
  }

  protected beginLayer(made: Protocol, isNested: boolean): void {
    const depth = isNested && !this.#isFirst ? 1 : 0;
    if (depth === 0) this.#isDetailed = this.#details === null || this.#details.has(made.name);
    this.#isWritten = depth === 0 || this.#isDetailed;
    if (this.#isWritten) {
      this.#begin(depth);
      this.#out.text(made.line(this.packet, this.layer));
      this.#isBracketed = false;
      if (made === data && this.#isDetailed && this.#writeDump !== null) this.#dump(this.#writeDump);
    }
    this.#isWritten = this.#isDetailed;
    this.#depths.length = 0;
    this.#depths.push(depth + 1);
  }

  #dump(write: WriteDump): void {
    const { packet, layer } = this;
    this.#out.text('\n\n');
    write(this.buffer, packet.start[layer]!, packet.stop[layer]!);
    this.#isEnded = true;
  }

  protected endLayer(): void {
    this.#depths.length = 1;
  }

  protected readonly withHidden = false;

  protected isShown(field: Field): boolean {
    return !field.isHidden;
  }

  protected field(
    field: Field,
    value: Value | undefined,
    start: number,
    length: number,
    text: string | null,
  ): void {
    if (!this.#isWritten) return;
    this.#begin(this.#depth);
    if (text !== null) {
      this.#line(text);
      return;
    }
    const isDerived = isBracketed(field, length);
    const title = (isDerived ? this.#derivedTitles : this.#titles).of(field);
    const names = namesFor(field, this.packet);
    if (title !== null && names === null && value === undefined)
      if (writeBytes(this.#out, title, field, this.buffer, start, length)) {
        this.#isBracketed = isDerived;
        return;
      }
    const read = value ?? readValue(field, this.buffer, start, length);
    const known = this.#known.of(field, read, length);
    if (known !== null) {
      this.#out.words(known.words);
      this.#isBracketed = known.isBracketed;
    } else if (title !== null && writeValue(this.#out, title, field, read)) this.#isBracketed = isDerived;
    else this.#line(shown(field, read, length, names));
  }

  #line(text: string): void {
    this.#isBracketed = text.charCodeAt(0) === 0x5b && text.charCodeAt(text.length - 1) === 0x5d;
    this.#out.text(this.#isBracketed ? text.slice(0, -1) : text);
  }

  protected heading(_: string, text: string): true {
    if (this.#isWritten) {
      this.#begin(this.#depth);
      this.#out.text(text);
      this.#isBracketed = false;
    }
    return true;
  }

  /** Ends the line before, and indents the next. */
  #begin(depth: number): void {
    if (this.#isFirst) this.#isFirst = false;
    else if (this.#isEnded) this.#out.text(depths[Math.min(depth, DEPTH_MAX)]!);
    else this.#out.words((this.#isBracketed ? END_BRACKET : END)[Math.min(depth, DEPTH_MAX)]!);
    this.#isEnded = false;
  }

  get #depth(): number {
    return this.#depths[this.#depths.length - 1]!;
  }

  protected enter(hasNode: boolean): void {
    this.#depths.push(this.#depth + (hasNode ? 1 : 0));
  }

  protected leave(): void {
    if (this.#depths.length > 1) this.#depths.pop();
  }

  protected append(text: string): void {
    if (this.#isWritten) this.#out.text(text);
  }
}

/** Deeper lines are indented no further. */
const DEPTH_MAX = 64;
const depths = Array.from({ length: DEPTH_MAX + 1 }, (_, depth) => INDENT.repeat(depth));
const END = depths.map((indent) => new Words(`\n${indent}`));
const END_BRACKET = depths.map((indent) => new Words(`]\n${indent}`));

function titleWords(field: Field, bracket: string): Words | null {
  const title = lineTitle(field);
  return title === null ? null : new Words(bracket + title);
}

/** The names that stand before addresses of this kind; null where there are none. */
function namesFor({ type }: Field, { session }: Packet): AddressNames | null {
  return type === 'ipv4' || type === 'ipv6' ? session.addressNames : null;
}
