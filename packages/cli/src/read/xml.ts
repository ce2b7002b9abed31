// `-T pdml` and `-T psml`: packets as XML, whole trees or the columns of the list, in the shape other tools know from
// Wireshark.
import {
  destinationColumn,
  displayed,
  type Field,
  fieldNamed,
  infoColumn,
  type Packet,
  protocolColumn,
  raw,
  sourceColumn,
  type TreeNode,
  timeColumn,
  timeText,
  treeOf,
  type Value,
  Words,
} from '@eyrie/dissect';
import type { Output } from '../terminal/output.ts';
import type { Column } from './chosen-columns.ts';
import { below, GROUP, type LayerFilter, opens } from './layer-filter.ts';
import type { Printer } from './printer.ts';

const XML = '<?xml version="1.0" encoding="utf-8"?>\n';
const CREATOR = 'eyrie';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#x27;',
};

const UNSAFE = /[&<>"'\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

/** XML 1.0 §2.2 has no other control characters than these three, not even escaped: the others read as \x01. */
function escaped(text: string): string {
  if (!UNSAFE.test(text)) return text;
  return text
    .replace(/[&<>"']/g, (c) => ENTITIES[c]!)
    .replace(
      /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g,
      (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`,
    );
}

const TITLES = ['No.', 'Time', 'Source', 'Destination', 'Protocol', 'Length', 'Info'];
/** 1 for each ASCII character that stands for itself. */
const SAFE = Uint8Array.from({ length: 128 }, (_, code) => (UNSAFE.test(String.fromCharCode(code)) ? 0 : 1));

const SECTION = new Words('<section>');
const SECTION_END = new Words('</section>\n');

export class PsmlPrinter implements Printer {
  readonly isTimed: boolean;
  readonly #out: Output;
  readonly #columns: readonly Column[] | null;

  /** `columns`: those that -o gui.column.format names; null: the usual ones. */
  constructor(out: Output, columns: readonly Column[] | null) {
    this.#out = out;
    this.#columns = columns;
    this.isTimed = columns?.some(({ isTimed }) => isTimed) ?? false;
    out.text(`${XML}<psml version="0" creator="${CREATOR}">\n<structure>\n`);
    for (const title of columns?.map(({ title }) => title) ?? TITLES) this.#section(title);
    out.text('</structure>\n\n');
  }

  see(p: Packet): void {
    this.#out.text('<packet>\n');
    if (this.#columns === null) this.#usual(p);
    else for (const { text } of this.#columns) this.#section(text(p));
    this.#out.text('</packet>\n\n');
  }

  #usual(p: Packet): void {
    const out = this.#out;
    out.named(SECTION, p.number);
    out.words(SECTION_END);
    this.#section(timeColumn(p));
    this.#section(sourceColumn(p));
    this.#section(destinationColumn(p));
    this.#section(protocolColumn(p));
    out.named(SECTION, p.wireLength);
    out.words(SECTION_END);
    this.#section(infoColumn(p));
  }

  #section(text: string): void {
    this.#out.words(SECTION);
    this.#out.text(escaped(text));
    this.#out.words(SECTION_END);
  }

  finish(): void {
    this.#out.text('</psml>\n');
    this.#out.flush();
  }
}

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
const QUOTE = 0x22;

const BRACKET = 0x5b;

/** The line of a derived field, which has brackets in the text tree only. */
function withoutBrackets(line: string): string {
  return line.startsWith('[') && line.endsWith(']') && line.length > 1 ? line.slice(1, -1) : line;
}

export class PdmlPrinter implements Printer {
  readonly isTimed = true;
  readonly #out: Output;
  /** -O: protocols shown with their fields; of others only the line. Null: all. */
  readonly #details: ReadonlySet<string> | null;
  readonly #filter: LayerFilter | null;

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
        this.#layerAsField(p, layer, '    ');
        this.#out.text('  </proto>\n');
        continue;
      }
      const hasDetails = this.#details === null || this.#details.has(layer.name);
      const size = layer.name === 'frame' ? p.capturedLength : layer.length;
      this.#layer(p, layer, size, hasDetails ? layer.children : [], '  ', this.#filter);
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
    indent: string,
    filter: LayerFilter | null,
  ): void {
    this.#out.text(indent);
    this.#out.text('<proto');
    this.#name(layer.name);
    this.#text(SHOWNAME, layer.text);
    this.#number(SIZE, size);
    this.#number(POS, layer.start);
    this.#inside('proto', layer.name, children, p, indent, filter);
  }

  /** Ends an element's first tag, and writes what is below it. */
  #inside(
    element: string,
    name: string,
    children: readonly TreeNode[],
    p: Packet,
    indent: string,
    filter: LayerFilter | null,
  ): void {
    const out = this.#out;
    if (children.length === 0) {
      out.text('/>\n');
      return;
    }
    out.text('>\n');
    const filterName = name || GROUP;
    if (opens(filter, filterName)) {
      const inner = `${indent}  `;
      for (const child of children) this.#node(p, child, inner, below(filter));
    } else out.text(`${indent}  <field name="filtered" value="${escaped(filterName)}" />\n`);
    out.text(`${indent}</${element}>\n`);
  }

  #node(p: Packet, node: TreeNode, indent: string, filter: LayerFilter | null): void {
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
    this.#out.text(indent);
    this.#out.text('<field');
    this.#name(name);
    this.#fieldAttributes(p, node);
    this.#inside('field', name, children, p, indent, filter);
  }

  #layerAsField(p: Packet, layer: TreeNode, indent: string, filter: LayerFilter | null = this.#filter): void {
    const { name, text, start, length } = layer;
    this.#out.text(indent);
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

  #fieldAttributes(p: Packet, node: TreeNode): void {
    const { field, value, start, length } = node;
    // Generated fields have brackets in the text tree only.
    const line = node.text;
    const isDerived =
      length === 0 || (field !== null && line.charCodeAt(0) === BRACKET && line.startsWith(field.title, 1));
    const text = isDerived ? withoutBrackets(line) : line;
    const isExpert = node.name === '_ws.expert';
    const hasValue = field !== null && value !== null;
    this.#text(hasValue || isExpert ? SHOWNAME : SHOW, text);
    if (hasValue && node.isHidden) this.#text(HIDE, 'yes');
    this.#number(SIZE, length);
    this.#number(POS, start);
    if (hasValue) this.#value(field, value);
    else if (isExpert) this.#text(SHOW, '');
    if (length <= 0 || isExpert) return;
    if (field === null || value === null || field.bits === 0 || typeof value === 'bigint')
      this.#bytes(VALUE, p, node);
    else {
      this.#text(VALUE, Number(value).toString(16).toUpperCase());
      this.#bytes(UNMASKED, p, node);
    }
  }

  #value(field: Field, value: Value): void {
    const { type } = field;
    if (type === 'uint' && typeof value === 'number' && field.base === 'dec') this.#number(SHOW, value);
    else if (type === 'bool') this.#number(SHOW, value ? 1 : 0);
    else this.#text(SHOW, type === 'none' ? '' : displayed(field, value));
  }

  #text(name: Words, value: string): void {
    this.#out.words(name);
    if (!this.#out.textOf(value, SAFE)) this.#out.text(escaped(value));
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

  #bytes(name: Words, p: Packet, { buffer, start, length }: TreeNode): void {
    const from = start + (buffer === 0 ? p.start[0]! : 0);
    this.#out.words(name);
    this.#out.hex(p.buffers[buffer]!, from, from + length);
    this.#out.byte(QUOTE);
  }

  finish(): void {
    this.#out.text('</pdml>\n');
    this.#out.flush();
  }
}
