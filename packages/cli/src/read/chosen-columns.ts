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
  textField,
  timeColumn,
  timeColumnOf,
  type Value,
} from '@eyrie/dissect';
import { UserError } from '../errors.ts';
import type { Output } from '../terminal/output.ts';
import type { Printer } from './printer.ts';

/** Columns that stand at the side of an arrow, and least widths, as tshark prints them. */
type Side = 'source' | 'destination' | 'none';

/** A column without its title. */
interface Content {
  readonly side: Side;
  readonly width: number;
  readonly text: (p: Packet) => string;
  readonly isTimed: boolean;
}

export interface Column extends Content {
  readonly title: string;
}

const NUMBER_WIDTH = 5;
const TIME_WIDTH = 10;
const ADDRESS_WIDTH = 12;

function made(
  text: (p: Packet) => string,
  side: Side = 'none',
  width = side === 'none' ? 0 : ADDRESS_WIDTH,
): Content {
  return { side, width, text, isTimed: false };
}

/** The first of these that the packet has; numbers by their names, where `isNamed` and they have any. */
function ofFields(names: readonly string[], side: Side = 'none', isNamed = false): Content {
  const collector = new Collector(names.map((name) => columnNamed(name)!));
  const { fields, values } = collector;
  const text = (p: Packet): string => {
    collector.collect(p);
    const first = values.findIndex((found) => found.length > 0);
    return first < 0 ? '' : values[first]!.map((value) => shownOf(fields[first]!, value, isNamed)).join(',');
  };
  return {
    side,
    width: side === 'none' ? 0 : ADDRESS_WIDTH,
    text,
    isTimed: fields.some((field) => field.isTimed),
  };
}

/** What each specifier of a format stands for; made when one is asked for. */
const FORMATS: Readonly<Record<string, () => Content>> = {
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

function columnOf(format: string): Content {
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
  const parts = listed(text);
  if (parts === null || parts.length % 2 !== 0 || parts.length === 0 || parts.some((part) => part === ''))
    throw new UserError(
      '-o gui.column.format: write pairs of a title and a format, as "No.","%m","Info","%i"',
    );
  const columns: Column[] = [];
  for (let i = 0; i < parts.length; i += 2)
    columns.push({ title: parts[i]!, ...columnOf(parts[i + 1]!.trim()) });
  return columns;
}

/**
 * The texts of a list as Wireshark's preferences have it: between commas, in quotes where they contain one, and a backslash
 * before a character that stands for itself. Null where a quote or a backslash is the last of it.
 */
function listed(text: string): string[] | null {
  const parts: string[] = [];
  let part: string | null = null;
  let isQuoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (c === ',' && !isQuoted) {
      parts.push(part ?? '');
      part = null;
    } else if (c === '"') {
      isQuoted = !isQuoted;
      part ??= '';
    } else if (c === '\\') {
      if (++i === text.length) return null;
      part = (part ?? '') + text[i]!;
    } else if (part !== null || c.trim() !== '') part = (part ?? '') + c;
  }
  if (isQuoted) return null;
  return part === null ? parts : [...parts, part];
}

const PREFIX = '_ws.col.';

/**
 * What `-e` names beside these columns. The field of `_ws.col.TITLE` has the texts of those with that title; as in tshark it
 * has none where only a usual column has it. Undefined if there is no such field or title.
 */
export function titledColumn(name: string, columns: readonly Column[]): Field | undefined {
  if (!name.startsWith(PREFIX)) return columnNamed(name);
  const titled = columns.filter(({ title }) => title === name.slice(PREFIX.length));
  if (titled.length === 0 && columnNamed(name) === undefined) return undefined;
  const field = textField(
    name,
    titled.map(({ text }) => text),
  );
  return titled.some(({ isTimed }) => isTimed) ? field.timed() : field;
}

export class ChosenColumnsPrinter implements Printer {
  readonly isTimed: boolean;
  readonly #out: Output;
  readonly #columns: readonly Column[];
  readonly #isTabs: boolean;

  constructor(out: Output, columns: readonly Column[], isTabs: boolean) {
    this.isTimed = columns.some(({ isTimed }) => isTimed);
    this.#out = out;
    this.#columns = columns;
    this.#isTabs = isTabs;
  }

  see(p: Packet): void {
    let line = '';
    let before: Side = 'none';
    this.#columns.forEach(({ side, width, text }, i) => {
      if (i > 0) line += this.#between(before, side);
      line += side === 'destination' ? text(p).padEnd(width) : text(p).padStart(width);
      before = side;
    });
    this.#out.text(`${line}\n`);
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
