// Columns of the packet list: titles, widths, cell text, sort values and filter terms.
import type { PacketRow } from '../api/types.ts';
import { count } from '../format/numbers.ts';
import { clockOf, dayAndClock, inUtc, secondsBetween } from '../format/time.ts';
import { termOf } from './terms.ts';

export type TimeForm = 'relative' | 'delta' | 'since' | 'clock' | 'date' | 'utc';
export const timeForms: readonly [TimeForm, string][] = [
  ['relative', 'Seconds since the capture began'],
  ['delta', 'Seconds since the previous packet'],
  ['since', 'Seconds since the reference packet'],
  ['clock', 'Time of day, in this browser’s time zone'],
  ['date', 'Date and time of day, in this browser’s time zone'],
  ['utc', 'Date and time of day, UTC'],
];

export interface Context {
  form: TimeForm;
  /** Start of the row's capture as decimal seconds since 1970; null while unknown. */
  beginning: string | null;
  /** The previous row; null if it is not loaded. */
  before: PacketRow | null;
  /** The reference time that the user set; null: none. */
  reference: string | null;
  /** Host names by address; null: show addresses. */
  names: ReadonlyMap<string, string> | null;
  /** Names of captures by id. */
  captures: ReadonlyMap<number, string>;
}

export interface Column {
  id: string;
  title: string;
  /** Initial width in pixels. */
  width: number;
  /** Initial width in pixels if the screen has room. */
  widthMax?: number;
  isNumber?: boolean;
  isMono?: boolean;
  text: (row: PacketRow, context: Context) => string;
  /** Sort value, used if all rows are loaded. */
  value: (row: PacketRow) => string | number;
  /** The filter term for the cell; null if there is none. */
  term?: (row: PacketRow) => string | null;
}

const address = (end: 'src' | 'dst') => (row: PacketRow) => {
  const text = row[end];
  if (/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(text)) return `eth.${end} == ${text}`;
  if (row[`${end}_ip`] === null) return null;
  return `${text.includes(':') ? 'ipv6' : 'ip'}.${end} == ${text}`;
};

const port = (end: 'src' | 'dst') => (row: PacketRow) => {
  const number = row[`${end}_port`];
  return number === null ? null : `${transportOf(row)}.${end}port == ${number}`;
};

/** The transport's name in filters. */
function transportOf(row: PacketRow): string {
  return row.transport ?? 'tcp';
}

function timeText({ time }: PacketRow, { form, beginning, before, reference }: Context): string {
  const from = { relative: beginning, delta: before?.time ?? null, since: reference };
  const micro = (time.split('.')[1] ?? '').slice(0, 6);
  switch (form) {
    case 'clock':
      return clockOf(time);
    case 'date':
      return `${dayAndClock(time)}.${micro}`;
    case 'utc':
      return `${inUtc(Number(time.split('.')[0]))}.${micro}`;
    default:
      return from[form] === null ? '' : secondsBetween(from[form], time);
  }
}

/** The filter for the row's stream. */
export function conversationOf(row: PacketRow): string {
  return `${transportOf(row)}.stream == ${row.stream}`;
}

export const COLUMNS: readonly Column[] = [
  {
    id: 'number',
    title: 'No.',
    width: 84,
    isNumber: true,
    text: (row) => count(row.number),
    value: (row) => row.number,
    term: (row) => `frame.number == ${row.number}`,
  },
  {
    id: 'time',
    title: 'Time',
    width: 104,
    isNumber: true,
    text: timeText,
    value: (row) => row.time,
    term: (row) => `frame.time_epoch >= ${row.time}`,
  },
  {
    id: 'src',
    title: 'Source',
    width: 182,
    widthMax: 296,
    isMono: true,
    text: (row, { names }) => names?.get(row.src) ?? row.src,
    value: (row) => row.src,
    term: address('src'),
  },
  {
    id: 'src_port',
    title: 'From port',
    width: 76,
    isNumber: true,
    text: (row) => String(row.src_port ?? ''),
    value: (row) => row.src_port ?? -1,
    term: port('src'),
  },
  {
    id: 'dst',
    title: 'Destination',
    width: 182,
    widthMax: 296,
    isMono: true,
    text: (row, { names }) => names?.get(row.dst) ?? row.dst,
    value: (row) => row.dst,
    term: address('dst'),
  },
  {
    id: 'dst_port',
    title: 'To port',
    width: 70,
    isNumber: true,
    text: (row) => String(row.dst_port ?? ''),
    value: (row) => row.dst_port ?? -1,
    term: port('dst'),
  },
  {
    id: 'protocol',
    title: 'Protocol',
    width: 92,
    text: (row) => row.protocol,
    value: (row) => row.protocol,
    term: (row) => `_ws.col.Protocol == "${row.protocol}"`,
  },
  {
    id: 'length',
    title: 'Length',
    width: 76,
    isNumber: true,
    text: (row) => count(row.length),
    value: (row) => row.length,
    term: (row) => `frame.len == ${row.length}`,
  },
  {
    id: 'stream',
    title: 'Stream',
    width: 64,
    isNumber: true,
    text: (row) => String(row.stream ?? ''),
    value: (row) => row.stream ?? -1,
    term: (row) => (row.stream === null ? null : conversationOf(row)),
  },
  {
    id: 'capture',
    title: 'Capture',
    width: 150,
    text: (row, { captures }) => captures?.get(row.capture) ?? String(row.capture),
    value: (row) => row.capture,
  },
  {
    id: 'path',
    title: 'Layers',
    width: 220,
    isMono: true,
    text: (row) => row.path,
    value: (row) => row.path,
    term: (row) => `frame.protocols == "${row.path}"`,
  },
  { id: 'summary', title: 'Info', width: 420, text: (row) => row.summary, value: (row) => row.summary },
];

export const SHOWN_AT_FIRST = ['number', 'time', 'src', 'dst', 'protocol', 'length', 'summary'];

/** Ids of columns that show a field begin with this; its name follows. */
const FIELD = 'field:';

export function fieldColumnId(name: string): string {
  return `${FIELD}${name}`;
}

/** The fields among these columns. */
export function fieldsIn(ids: readonly string[]): string[] {
  return ids.filter((id) => id.startsWith(FIELD)).map((id) => id.slice(FIELD.length));
}

/** Stands for protocols and labels, which are there without a value. */
const PRESENT = '✓';

/** Any field or protocol as a column, as in Wireshark's `Apply as Column`. */
function fieldColumn(id: string): Column {
  const name = id.slice(FIELD.length);
  const value = (row: PacketRow) => row.fields?.[name] ?? '';
  const shown = (row: PacketRow) => (row.fields?.[name] === '' ? PRESENT : value(row));
  return {
    id,
    title: name,
    width: 140,
    text: shown,
    value: (row) => (/^-?\d+(\.\d+)?$/.test(value(row)) ? Number(value(row)) : shown(row)),
    // A packet may have several values, or a part of one: then it is the field's presence.
    term: (row) =>
      value(row) === '' || /[,…]/.test(value(row)) ? name : termOf({ name, value: value(row) }),
  };
}

const fieldColumns = new Map<string, Column>();

export function columnNamed(id: string): Column | undefined {
  if (!id.startsWith(FIELD)) return COLUMNS.find((column) => column.id === id);
  const column = fieldColumns.get(id) ?? fieldColumn(id);
  fieldColumns.set(id, column);
  return column;
}
