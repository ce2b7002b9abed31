// `-o gui.column.format:…`: the columns of the packet list, chosen and ordered as in Wireshark's preference of that name.
import {
  Collector,
  columnNamed,
  destinationColumn,
  type Field,
  infoColumn,
  nearestNames,
  type Packet,
  protocolColumn,
  raw,
  sourceColumn,
  timeColumn,
  timeColumnOf,
  type Value,
} from '@eyrie/dissect';
import { UserError } from '../errors.ts';
import type { Output } from '../terminal/output.ts';
import type { Printer } from './printer.ts';

/** Columns that stand at the side of an arrow, and least widths, as tshark prints them. */
type Side = 'source' | 'destination' | 'none';

interface Column {
  readonly side: Side;
  readonly width: number;
  /** Where the column's text comes from: the packet, or fields of it, of which the first that it has is shown. */
  readonly text: ((p: Packet) => string) | null;
  readonly fields: readonly Field[];
  /** Numbers are shown by their names, where they have any. */
  readonly isNamed: boolean;
}

const NUMBER_WIDTH = 5;
const TIME_WIDTH = 10;
const ADDRESS_WIDTH = 12;

function made(
  text: (p: Packet) => string,
  side: Side = 'none',
  width = side === 'none' ? 0 : ADDRESS_WIDTH,
): Column {
  return { side, width, text, fields: [], isNamed: false };
}

/** The first of these that the packet has. */
function ofFields(names: readonly string[], side: Side = 'none', isNamed = false): Column {
  const fields = names.map((name) => columnNamed(name)!);
  return { side, width: side === 'none' ? 0 : ADDRESS_WIDTH, text: null, fields, isNamed };
}

/** What each specifier of a format stands for; made when one is asked for. */
const FORMATS: Readonly<Record<string, () => Column>> = {
  '%m': () => made((p) => String(p.number), 'none', NUMBER_WIDTH),
  '%t': () => made(timeColumn, 'none', TIME_WIDTH),
  '%Rt': () => made(timeColumnOf('r'), 'none', TIME_WIDTH),
  '%At': () => made(timeColumnOf('a'), 'none', TIME_WIDTH),
  '%Yt': () => made(timeColumnOf('ad'), 'none', TIME_WIDTH),
  '%Aut': () => made(timeColumnOf('u'), 'none', TIME_WIDTH),
  '%Yut': () => made(timeColumnOf('ud'), 'none', TIME_WIDTH),
  '%Tt': () => made(timeColumnOf('d'), 'none', TIME_WIDTH),
  '%Gt': () => made(timeColumnOf('dd'), 'none', TIME_WIDTH),
  '%s': () => made(sourceColumn, 'source'),
  '%rs': () => made(sourceColumn, 'source'),
  '%us': () => made(sourceColumn, 'source'),
  '%d': () => made(destinationColumn, 'destination'),
  '%rd': () => made(destinationColumn, 'destination'),
  '%ud': () => made(destinationColumn, 'destination'),
  '%hs': () => ofFields(['eth.src'], 'source'),
  '%uhs': () => ofFields(['eth.src'], 'source'),
  '%hd': () => ofFields(['eth.dst'], 'destination'),
  '%uhd': () => ofFields(['eth.dst'], 'destination'),
  '%ns': () => ofFields(['ip.src', 'ipv6.src'], 'source'),
  '%uns': () => ofFields(['ip.src', 'ipv6.src'], 'source'),
  '%nd': () => ofFields(['ip.dst', 'ipv6.dst'], 'destination'),
  '%und': () => ofFields(['ip.dst', 'ipv6.dst'], 'destination'),
  '%S': () => ofFields(['tcp.srcport', 'udp.srcport']),
  '%uS': () => ofFields(['tcp.srcport', 'udp.srcport']),
  '%D': () => ofFields(['tcp.dstport', 'udp.dstport']),
  '%uD': () => ofFields(['tcp.dstport', 'udp.dstport']),
  '%p': () => made(protocolColumn),
  '%L': () => made((p) => String(p.wireLength)),
  '%i': () => made(infoColumn),
  '%q': () => ofFields(['vlan.id']),
};

const CUSTOM = /^%Cus:([^:]+)(?::\d+)?(?::[RU])?$/;

function columnOf(format: string): Column {
  if (Object.hasOwn(FORMATS, format)) return FORMATS[format]!();
  const names = CUSTOM.exec(format)?.[1]?.split(/\s*\|\|\s*|\s+or\s+/);
  if (names === undefined)
    throw new UserError(
      `-o gui.column.format: ${format} is not known; eyrie read -G column-formats lists them`,
    );
  for (const name of names) {
    if (columnNamed(name) !== undefined) continue;
    const near = nearestNames(name);
    const hint = near.length > 0 ? `; did you mean ${near.join(', ')}?` : '';
    throw new UserError(`-o gui.column.format: no such field: ${name}${hint}`);
  }
  return ofFields(names, 'none', !format.endsWith(':U'));
}

/** Reads `"No.","%m","Host","%Cus:http.host:0:R"`. @throws UserError */
export function chosenColumns(text: string): Column[] {
  const parts = text.split(',').map((part) => part.trim().replace(/^"(.*)"$/, '$1'));
  if (parts.length % 2 !== 0 || parts.length === 0)
    throw new UserError(
      '-o gui.column.format: write pairs of a title and a format, as "No.","%m","Info","%i"',
    );
  return parts.filter((_, i) => i % 2 === 1).map(columnOf);
}

export class ChosenColumnsPrinter implements Printer {
  readonly isTimed: boolean;
  readonly #out: Output;
  readonly #columns: readonly Column[];
  readonly #collector: Collector;
  readonly #isTabs: boolean;

  constructor(out: Output, columns: readonly Column[], isTabs: boolean) {
    const fields = [...new Set(columns.flatMap(({ fields }) => fields))];
    this.isTimed = fields.some((field) => field.isTimed);
    this.#out = out;
    this.#columns = columns;
    this.#collector = new Collector(fields);
    this.#isTabs = isTabs;
  }

  see(p: Packet): void {
    this.#collector.collect(p);
    let line = '';
    let before: Side = 'none';
    this.#columns.forEach((column, i) => {
      const text = this.#textOf(p, column);
      if (i > 0) line += this.#between(before, column.side);
      line += column.side === 'destination' ? text.padEnd(column.width) : text.padStart(column.width);
      before = column.side;
    });
    this.#out.text(`${line}\n`);
  }

  #textOf(p: Packet, { text, fields, isNamed }: Column): string {
    if (text !== null) return text(p);
    for (const field of fields) {
      const values = this.#collector.values[this.#collector.fields.indexOf(field)]!;
      if (values.length > 0) return values.map((value) => shownOf(field, value, isNamed)).join(',');
    }
    return '';
  }

  #between(before: Side, after: Side): string {
    const arrow =
      before === 'source' && after === 'destination'
        ? '→'
        : before === 'destination' && after === 'source'
          ? '←'
          : '';
    if (this.#isTabs) return arrow === '' ? '\t' : `\t${arrow}\t`;
    return arrow === '' ? ' ' : ` ${arrow} `;
  }

  finish(): void {
    this.#out.flush();
  }
}

/** In place of a number its name, where it has one. */
function shownOf(field: Field, value: Value, isNamed: boolean): string {
  const name = isNamed && typeof value === 'number' ? field.nameOf(value) : undefined;
  return name ?? raw(field, value);
}
