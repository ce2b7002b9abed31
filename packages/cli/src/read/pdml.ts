// `-T pdml`: whole trees as XML, in the shape other tools know from Wireshark.
import {
  displayed,
  type Field,
  fieldNamed,
  lineTitle,
  type Packet,
  PerField,
  Recurring,
  raw,
  shown,
  type TreeNode,
  timeText,
  treeOf,
  type Value,
  Words,
  writeBytes,
  writeValue,
} from '@eyrie/dissect';
import type { Output } from '../terminal/output.ts';
import { below, GROUP, type LayerFilter, opens } from './layer-filter.ts';
import type { Printer } from './printer.ts';
import { CREATOR, escaped, writeEscaped, XML } from './xml.ts';

/** `Sun Nov 22 09:19:04 2026`, in local time. */
function clockText(date: Date): string {
  const [weekday, month, day, year, clock] = date.toString().split(' ');
  return `${weekday} ${month} ${String(Number(day)).padStart(2)} ${clock} ${year}`;
}

/** Layers that Wireshark does not count as protocols: PDML has them as fields, in a wrapper where nothing is around them. */
const NOT_PROTOCOLS = new Set(['data', 'tcp.segments']);

/** What stands before an attribute's value, prepared for writing. */
const attribute = (name: string): Words => new Words(` ${name}="`);
const VERSION = attribute('version');
const CREATED_BY = attribute('creator');
const TIME = attribute('time');
const CAPTURE_FILE = attribute('capture_file');
const NAME = attribute('name');
const SHOWNAME = attribute('showname');
const SHOW = attribute('show');
const SIZE = attribute('size');
const POS = attribute('pos');
const VALUE = attribute('value');
const UNMASKED = attribute('unmaskedvalue');
const HIDE = attribute('hide');
const FIELD = new Words('<field name="');
const SHOWNAME_BEHIND = new Words('" showname="');
const TAG_END = new Words('>\n');
const EMPTY_END = new Words('/>\n');
const FIELD_END = new Words('</field>\n');
const PROTO_END = new Words('</proto>\n');
const QUOTE = 0x22;
const COLON = 0x3a;
/** Spaces that an element stands further in than the one around it. */
const INDENT = 2;

const BRACKET = 0x5b;

/** The line of a derived field, which has brackets in the text tree only. */
function withoutBrackets(line: string): string {
  return line.startsWith('[') && line.endsWith(']') && line.length > 1 ? line.slice(1, -1) : line;
}

/** What PDML shows of a line: generated fields have brackets in the text tree only. */
function shownName(field: Field | null, line: string, length: number): string {
  const isDerived =
    length === 0 || (field !== null && line.charCodeAt(0) === BRACKET && line.startsWith(field.title, 1));
  return isDerived ? withoutBrackets(line) : line;
}

/** A field's tag as it recurs with the same value: up to the number in `pos`, and from there to the bytes of `value`. */
interface KnownTag {
  readonly before: Words;
  readonly behind: Words;
}

function knownTag(field: Field, value: number | boolean, width: number): KnownTag | null {
  const line = escaped(shownName(field, shown(field, value, width), width));
  const hide = field.isHidden ? ' hide="yes"' : '';
  const before = `<field name="${field.name}" showname="${line}"${hide} size="${width}" pos="`;
  const bytes = field.bits === 0 ? ' value="' : ` value="${maskedText(value)}" unmaskedvalue="`;
  const behind = `" show="${escaped(shownValue(field, value))}"${width > 0 ? bytes : ''}`;
  return ASCII.test(before + behind) ? { before: new Words(before), behind: new Words(behind) } : null;
}

const ASCII = /^[\u0000-\u007f]*$/;

/** Only a field's own bits of its bytes. */
const maskedText = (value: Value): string => Number(value).toString(16).toUpperCase();

/** The value as filters take it. */
function shownValue(field: Field, value: Value): string {
  if (field.type === 'none') return '';
  if (field.type === 'bool') return value ? '1' : '0';
  return displayed(field, value);
}

/** `<field name="tcp.srcport" showname="Source Port: `; null where the line is more than title and value. */
function tagTitle(field: Field): Words | null {
  const title = lineTitle(field);
  return title === null ? null : new Words(`<field name="${field.name}" showname="${escaped(title)}`);
}

export class PdmlPrinter implements Printer {
  readonly isTimed = true;
  readonly #out: Output;
  /** -O: protocols shown with their fields; of others only the line. Null: all. */
  readonly #details: ReadonlySet<string> | null;
  readonly #filter: LayerFilter | null;
  readonly #known = new Recurring(knownTag);
  readonly #titles = new PerField(tagTitle);

  constructor(out: Output, path: string, details: ReadonlySet<string> | null, filter: LayerFilter | null) {
    this.#out = out;
    this.#details = details;
    this.#filter = filter;
    out.text(`${XML}<pdml`);
    this.#number(VERSION, 0);
    this.#text(CREATED_BY, CREATOR);
    this.#text(TIME, clockText(new Date()));
    this.#text(CAPTURE_FILE, path);
    out.text('>\n');
  }

  see(p: Packet): void {
    this.#out.text('<packet>\n');
    this.#general(p);
    for (const layer of treeOf(p, { hidden: true })) {
      if (NOT_PROTOCOLS.has(layer.name)) {
        this.#out.text('  <proto name="fake-field-wrapper">\n');
        this.#layerAsField(p, layer, 2 * INDENT);
        this.#out.text('  </proto>\n');
        continue;
      }
      const hasDetails = this.#details === null || this.#details.has(layer.name);
      const size = layer.name === 'frame' ? p.capturedLength : layer.length;
      this.#layer(p, layer, size, hasDetails ? layer.children : [], INDENT, this.#filter);
    }
    this.#out.text('</packet>\n\n\n');
  }

  /** The general info of each packet, as in the PDML specification. */
  #general(p: Packet): void {
    const size = p.capturedLength;
    const out = this.#out;
    const field = (name: string, showname: string, show: string, value: string): void => {
      out.text('    <field');
      this.#text(NAME, name);
      this.#number(POS, 0);
      this.#text(SHOW, show);
      this.#text(SHOWNAME, showname);
      this.#text(VALUE, value);
      this.#number(SIZE, size);
      out.text('/>\n');
    };
    out.text(`  <proto name="geninfo" pos="0" showname="General information" size="${size}">\n`);
    field('num', 'Number', String(p.number), p.number.toString(16));
    field('len', 'Frame Length', String(p.wireLength), p.wireLength.toString(16));
    field('caplen', 'Captured Length', String(size), size.toString(16));
    const at = BigInt(p.seconds) * 1_000_000_000n + BigInt(p.nanoseconds);
    if (p.hasTime)
      field('timestamp', 'Captured Time', timeText(at), raw(fieldNamed('frame.time_epoch')!, at));
    out.text('  </proto>\n');
  }

  #layer(
    p: Packet,
    layer: TreeNode,
    size: number,
    children: readonly TreeNode[],
    indent: number,
    filter: LayerFilter | null,
  ): void {
    this.#out.spaces(indent);
    this.#out.text('<proto');
    this.#name(layer.name);
    this.#text(SHOWNAME, layer.text);
    this.#number(SIZE, size);
    this.#number(POS, layer.start);
    this.#inside('proto', layer.name, children, p, indent, filter);
  }

  /** Ends an element's first tag, and writes what is below it. */
  #inside(
    element: 'proto' | 'field',
    name: string,
    children: readonly TreeNode[],
    p: Packet,
    indent: number,
    filter: LayerFilter | null,
  ): void {
    const out = this.#out;
    if (children.length === 0) {
      out.words(EMPTY_END);
      return;
    }
    out.words(TAG_END);
    const filterName = name || GROUP;
    if (opens(filter, filterName)) {
      for (const child of children) this.#node(p, child, indent + INDENT, below(filter));
    } else {
      out.spaces(indent + INDENT);
      out.text(`<field name="filtered" value="${escaped(filterName)}" />\n`);
    }
    out.spaces(indent);
    out.words(element === 'field' ? FIELD_END : PROTO_END);
  }

  #node(p: Packet, node: TreeNode, indent: number, filter: LayerFilter | null): void {
    if (node.field === null && NOT_PROTOCOLS.has(node.name)) {
      this.#layerAsField(p, node, indent, filter);
      return;
    }
    const { name, children } = node;
    // A layer within another one's tree: an ICMP error's quoted packet.
    if (node.field === null && name !== '' && name !== '_ws.expert') {
      this.#layer(p, node, node.length, children, indent, filter);
      return;
    }
    this.#out.spaces(indent);
    this.#tag(p, node);
    this.#inside('field', name, children, p, indent, filter);
  }

  #layerAsField(p: Packet, layer: TreeNode, indent: number, filter: LayerFilter | null = this.#filter): void {
    const { name, text, start, length } = layer;
    this.#out.spaces(indent);
    this.#out.text('<field');
    this.#name(name);
    if (name === 'data') this.#bytes(VALUE, p, layer);
    else {
      this.#text(SHOWNAME, withoutBrackets(text));
      this.#number(SIZE, length);
      this.#number(POS, start);
      this.#text(SHOW, '');
      this.#text(VALUE, '');
    }
    const hasDetails = this.#details === null || this.#details.has(name);
    this.#inside('field', name, hasDetails ? layer.children : [], p, indent, filter);
  }

  /** The tag of a field but for its end: as it recurs, with its value straight behind the title, or put together. */
  #tag(p: Packet, node: TreeNode): void {
    const { field, value, notes } = node;
    if (field !== null && value !== null) {
      if (notes !== null && this.#recurring(p, node, field, value)) return;
      if (notes !== null && this.#titled(p, field, value))
        for (const note of notes) writeEscaped(this.#out, note);
      else {
        this.#out.words(FIELD);
        this.#out.text(field.name);
        this.#out.words(SHOWNAME_BEHIND);
        writeEscaped(this.#out, shownName(field, node.text, node.length));
      }
      this.#out.byte(QUOTE);
      this.#attributes(p, node, field, value);
      return;
    }
    const { name, text, start, length } = node;
    const isExpert = name === '_ws.expert';
    this.#out.text('<field');
    this.#name(name);
    this.#text(isExpert ? SHOWNAME : SHOW, shownName(field, text, length));
    this.#number(SIZE, length);
    this.#number(POS, start);
    if (isExpert) this.#text(SHOW, '');
    else if (length > 0) this.#bytes(VALUE, p, node);
  }

  #recurring(p: Packet, node: TreeNode, field: Field, value: Value): boolean {
    if (node.notes!.length > 0 || node.start < 0) return false;
    const known = this.#known.of(field, value, node.length);
    if (known === null) return false;
    this.#out.named(known.before, node.start);
    this.#out.words(known.behind);
    if (node.length > 0) this.#hex(p, node);
    return true;
  }

  /** Title and value where these are all of the line and need no escapes; else false, and nothing is written. */
  #titled(p: Packet, field: Field, value: Value): boolean {
    const title = this.#titles.of(field);
    if (title === null || field.type === 'text') return false;
    if (!(value instanceof Uint8Array)) return writeValue(this.#out, title, field, value);
    if (p.session.addressNames !== null) return false;
    return writeBytes(this.#out, title, field, value, 0, value.length);
  }

  /** Behind the line of a field that has a value. */
  #attributes(p: Packet, node: TreeNode, field: Field, value: Value): void {
    if (node.isHidden) this.#text(HIDE, 'yes');
    this.#number(SIZE, node.length);
    this.#number(POS, node.start);
    this.#value(field, value);
    if (node.length <= 0) return;
    if (field.bits === 0 || typeof value === 'bigint') this.#bytes(VALUE, p, node);
    else {
      this.#text(VALUE, maskedText(value));
      this.#bytes(UNMASKED, p, node);
    }
  }

  #value(field: Field, value: Value): void {
    const { type } = field;
    if (type === 'uint' && typeof value === 'number' && field.base === 'dec') this.#number(SHOW, value);
    else if (type === 'bytes' && value instanceof Uint8Array) {
      this.#out.words(SHOW);
      this.#out.hex(value, 0, value.length, COLON);
      this.#out.byte(QUOTE);
    } else this.#text(SHOW, shownValue(field, value));
  }

  #text(name: Words, value: string): void {
    this.#out.words(name);
    writeEscaped(this.#out, value);
    this.#out.byte(QUOTE);
  }

  /** Names of fields and protocols have no character that XML takes for its own. */
  #name(name: string): void {
    this.#out.words(NAME);
    this.#out.text(name);
    this.#out.byte(QUOTE);
  }

  #number(name: Words, value: number): void {
    if (value < 0) {
      this.#text(name, String(value));
      return;
    }
    this.#out.named(name, value);
    this.#out.byte(QUOTE);
  }

  #bytes(name: Words, p: Packet, node: TreeNode): void {
    this.#out.words(name);
    this.#hex(p, node);
  }

  #hex(p: Packet, { buffer, start, length }: TreeNode): void {
    const from = start + (buffer === 0 ? p.start[0]! : 0);
    this.#out.hex(p.buffers[buffer]!, from, from + length);
    this.#out.byte(QUOTE);
  }

  finish(): void {
    this.#out.text('</pdml>\n');
    this.#out.flush();
  }
}
