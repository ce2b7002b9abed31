// `-T pdml` and `-T psml`: packets as XML, whole trees or the columns of the list, in the shape other tools know from
// Wireshark.
import {
  destinationColumn,
  displayed,
  fieldNamed,
  hex,
  infoColumn,
  type Packet,
  protocolColumn,
  raw,
  sourceColumn,
  type TreeNode,
  timeColumn,
  timeText,
  treeOf,
} from '@eyrie/dissect';
import type { Output } from '../terminal/output.ts';
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

/** XML 1.0 §2.2 has no other control characters than these three, not even escaped: the others read as \x01. */
function escaped(text: string): string {
  return text
    .replace(/[&<>"']/g, (c) => ENTITIES[c]!)
    .replace(
      /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g,
      (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`,
    );
}

export class PsmlPrinter implements Printer {
  readonly #out: Output;

  constructor(out: Output) {
    this.#out = out;
    const sections = ['No.', 'Time', 'Source', 'Destination', 'Protocol', 'Length', 'Info'];
    out.text(`${XML}<psml version="0" creator="${CREATOR}">\n<structure>\n`);
    for (const section of sections) out.text(`<section>${section}</section>\n`);
    out.text('</structure>\n\n');
  }

  see(p: Packet): void {
    const columns = [
      p.number,
      timeColumn(p),
      sourceColumn(p),
      destinationColumn(p),
      protocolColumn(p),
      p.wireLength,
      infoColumn(p),
    ];
    const sections = columns.map((text) => `<section>${escaped(String(text))}</section>\n`);
    this.#out.text(`<packet>\n${sections.join('')}</packet>\n\n`);
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

type Attributes = readonly (readonly [string, string | number])[];

function opened(element: string, attributes: Attributes): string {
  return `<${element}${attributes.map(([name, value]) => ` ${name}="${escaped(String(value))}"`).join('')}`;
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
    const attributes: Attributes = [
      ['version', 0],
      ['creator', CREATOR],
      ['time', clockText(new Date())],
      ['capture_file', path],
    ];
    out.text(`${XML}${opened('pdml', attributes)}>\n`);
  }

  see(p: Packet): void {
    this.#out.text('<packet>\n');
    this.#general(p);
    for (const layer of treeOf(p, { hidden: true })) {
      const attributes: Attributes = [
        ['name', layer.name],
        ['showname', layer.text],
        ['size', layer.name === 'frame' ? p.capturedLength : layer.length],
        ['pos', layer.start],
      ];
      const hasDetails = this.#details === null || this.#details.has(layer.name);
      const inside = { name: layer.name, children: hasDetails ? layer.children : [] };
      this.#element('proto', attributes, inside, p, '  ', this.#filter);
    }
    this.#out.text('</packet>\n\n\n');
  }

  /** The general info of each packet, as in the PDML specification. */
  #general(p: Packet): void {
    const size = p.capturedLength;
    const out = this.#out;
    const field = (name: string, showname: string, show: string, value: string): void =>
      out.text(
        `    ${opened('field', [
          ['name', name],
          ['pos', 0],
          ['show', show],
          ['showname', showname],
          ['value', value],
          ['size', size],
        ])}/>\n`,
      );
    out.text(`  <proto name="geninfo" pos="0" showname="General information" size="${size}">\n`);
    field('num', 'Number', String(p.number), p.number.toString(16));
    field('len', 'Frame Length', String(p.wireLength), p.wireLength.toString(16));
    field('caplen', 'Captured Length', String(size), size.toString(16));
    const at = BigInt(p.seconds) * 1_000_000_000n + BigInt(p.nanoseconds);
    if (p.hasTime)
      field('timestamp', 'Captured Time', timeText(at), raw(fieldNamed('frame.time_epoch')!, at));
    out.text('  </proto>\n');
  }

  #element(
    element: string,
    attributes: Attributes,
    { name, children }: Pick<TreeNode, 'name' | 'children'>,
    p: Packet,
    indent: string,
    filter: LayerFilter | null,
  ): void {
    this.#out.text(`${indent}${opened(element, attributes)}`);
    if (children.length === 0) {
      this.#out.text('/>\n');
      return;
    }
    this.#out.text('>\n');
    const filterName = name || GROUP;
    if (opens(filter, filterName)) {
      for (const child of children) this.#node(p, child, `${indent}  `, below(filter));
    } else this.#out.text(`${indent}  <field name="filtered" value="${escaped(filterName)}" />\n`);
    this.#out.text(`${indent}</${element}>\n`);
  }

  #node(p: Packet, node: TreeNode, indent: string, filter: LayerFilter | null): void {
    // A layer within another one's tree: an ICMP error's quoted packet.
    const isLayer = node.field === null && node.name !== '';
    if (isLayer && node.name !== '_ws.expert') {
      const attributes: Attributes = [
        ['name', node.name],
        ['showname', node.text],
        ['size', node.length],
        ['pos', node.start],
      ];
      this.#element('proto', attributes, node, p, indent, filter);
    } else this.#element('field', this.#fieldAttributes(p, node), node, p, indent, filter);
  }

  #fieldAttributes(p: Packet, node: TreeNode): Attributes {
    const { field, value, start, length } = node;
    // Generated fields have brackets in the text tree only.
    const isDerived = length === 0 || (field !== null && node.text.startsWith(`[${field.title}`));
    const text = isDerived ? node.text.replace(/^\[(.*)\]$/s, '$1') : node.text;
    const place: Attributes = [
      ['size', length],
      ['pos', start],
    ];
    const bytes = length > 0 ? bytesOf(p, node) : '';
    if (node.name === '_ws.expert') return [['name', node.name], ['showname', text], ...place, ['show', '']];
    if (field === null || value === null) {
      const group: Attributes = [['name', node.name], ['show', text], ...place];
      return bytes === '' ? group : [...group, ['value', bytes]];
    }
    const attributes: Attributes = [
      ['name', node.name],
      ['showname', text],
      ...(node.isHidden ? ([['hide', 'yes']] as const) : []),
      ...place,
      ['show', field.type === 'none' ? '' : displayed(field, value)],
    ];
    if (bytes === '') return attributes;
    if (field.bits === 0 || typeof value === 'bigint') return [...attributes, ['value', bytes]];
    return [...attributes, ['value', Number(value).toString(16).toUpperCase()], ['unmaskedvalue', bytes]];
  }

  finish(): void {
    this.#out.text('</pdml>\n');
    this.#out.flush();
  }
}

function bytesOf(p: Packet, { buffer, start, length }: TreeNode): string {
  const from = start + (buffer === 0 ? p.start[0]! : 0);
  return hex(p.buffers[buffer]!, from, from + length);
}
