// Rows as lines: Zeek's tab-separated form with its header, and its JSON lines
// (https://docs.zeek.org/en/master/log-formats.html); or Suricata's EVE JSON, all in one file.
import { withEscapes } from './byte-text.ts';
import { eveLines } from './eve.ts';
import type { Column, ColumnType, ColumnValue, LogKind } from './log-kind.ts';

export type LogFormat = 'tsv' | 'json' | 'eve';
export const LOG_FORMATS: readonly LogFormat[] = ['tsv', 'json', 'eve'];

/** Where the rows of a log go: `conn.log`; all of EVE's into `eve.json`. */
export function fileNameOf(path: string, format: LogFormat): string {
  return format === 'eve' ? 'eve.json' : `${path}.log`;
}

const UNSET = '-';
const EMPTY = '(empty)';
const DECIMALS = 6;
const MILLION = 10 ** DECIMALS;
/** Below that a double tells more than millionths. */
const SAFE_MAX = 2 ** 33;

/** What a file begins with; '' for both kinds of JSON. */
export function headerOf({ path, columns }: LogKind<never>, format: LogFormat, opened: Date): string {
  if (format !== 'tsv') return '';
  return [
    '#separator \\x09',
    '#set_separator\t,',
    `#empty_field\t${EMPTY}`,
    `#unset_field\t${UNSET}`,
    `#path\t${path}`,
    `#open\t${stamp(opened)}`,
    `#fields\t${columns.map(([name]) => name).join('\t')}`,
    `#types\t${columns.map(([, type]) => type).join('\t')}`,
    '',
  ].join('\n');
}

/** What a file ends with; '' for both kinds of JSON. */
export function footerOf(format: LogFormat, closed: Date): string {
  return format !== 'tsv' ? '' : `#close\t${stamp(closed)}\n`;
}

/** `2026-11-22-08-15-00`, in the time zone of the host. */
export function stamp(date: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return [
    date.getFullYear(),
    two(date.getMonth() + 1),
    two(date.getDate()),
    two(date.getHours()),
    two(date.getMinutes()),
    two(date.getSeconds()),
  ].join('-');
}

/** A row as a line, with its line feed; in EVE as several, or none. */
export function formatRow<Row>(kind: LogKind<Row>, row: Row, format: LogFormat): string {
  if (format === 'eve') return eveLines(kind, row);
  return format === 'json' ? jsonLine(kind.columns, row) : tsvLine(kind.columns, row);
}

function tsvLine<Row>(columns: readonly Column<Row>[], row: Row): string {
  let line = '';
  for (const [, type, read] of columns) {
    if (line !== '') line += '\t';
    line += tsvValue(type, read(row));
  }
  // A line that begins with # is no row.
  return line.startsWith('#') ? `\\x23${line.slice(1)}\n` : `${line}\n`;
}

function tsvValue(type: ColumnType, value: ColumnValue): string {
  if (value === null || value === undefined) return UNSET;
  if (typeof value === 'string') return escaped(value);
  if (typeof value === 'boolean') return value ? 'T' : 'F';
  if (typeof value === 'number') return numberText(type, value);
  if (value.length === 0) return EMPTY;
  return value
    .map((each) => (typeof each === 'number' ? numberText(type, each) : elementText(each)))
    .join(',');
}

function elementText(text: string): string {
  return escaped(text).replaceAll(',', '\\x2c');
}

function numberText(type: ColumnType, value: number): string {
  return hasFraction(type) ? decimalText(value) : String(value);
}

/** As `toFixed` has it, in a third of the time: most rows have several. */
function decimalText(value: number): string {
  if (!(value >= 0 && value < SAFE_MAX)) return value.toFixed(DECIMALS);
  let whole = Math.floor(value);
  let millionths = Math.round((value - whole) * MILLION);
  if (millionths === MILLION) {
    whole++;
    millionths = 0;
  }
  return `${whole}.${String(millionths + MILLION).slice(1)}`;
}

function hasFraction(type: ColumnType): boolean {
  return type === 'time' || type === 'interval' || type === 'double' || type === 'vector[interval]';
}

/** What can't stand in a field: controls, among them the separators, and the backslash that all is escaped with. */
const SPECIAL = /[\x00-\x1f\x7f-\x9f\\\udc80-\udcff]/u;
const SPECIALS = /[\x00-\x1f\x7f-\x9f\\]/g;

/** A text as a field: control characters as \x09, and what would read as unset or empty with its first character so. */
function escaped(text: string): string {
  if (text === '') return EMPTY;
  if (text === UNSET || text === EMPTY) return `${hex(text)}${text.slice(1)}`;
  if (!SPECIAL.test(text)) return text;
  return withEscapes(text.replace(SPECIALS, (c) => (c === '\\' ? '\\\\' : hex(c))));
}

/** The bytes of the first character. */
function hex(text: string): string {
  return Buffer.from(text[0]!).toString('hex').replace(/../g, '\\x$&');
}

/** Unset columns are left out; times and intervals are numbers of seconds. */
function jsonLine<Row>(columns: readonly Column<Row>[], row: Row): string {
  let line = '';
  for (const [name, type, read] of columns) {
    const value = read(row);
    if (value === null || value === undefined) continue;
    line += `${line === '' ? '{' : ','}"${name}":${jsonValue(type, value)}`;
  }
  return `${line === '' ? '{' : line}}\n`;
}

function jsonValue(type: ColumnType, value: NonNullable<ColumnValue>): string {
  if (typeof value === 'string') return JSON.stringify(withEscapes(value));
  if (!hasFraction(type)) return JSON.stringify(value, ofBytes);
  return JSON.stringify(Array.isArray(value) ? value.map(rounded) : rounded(value as number));
}

function ofBytes(_: string, value: unknown): unknown {
  return typeof value === 'string' ? withEscapes(value) : value;
}

function rounded(value: number): number {
  return Number(value.toFixed(DECIMALS));
}
