// The screen of `eyrie mesh top` as lines of text: totals, a sorted table, and a line of keys.
import type { ShownTalk } from '@eyrie/mesh/skyeye';
import type { Paint } from '../../terminal/paint.ts';
import { printableLine } from '../../terminal/printable.ts';
import { bytesText, durationText } from '../../terminal/units.ts';
import type { TopRow } from './rows.ts';

export interface TopColumn {
  readonly id: string;
  readonly title: string;
  readonly width: number;
  readonly text: (row: TopRow) => string;
}

const percent = (name: string) => (row: TopRow) => shown(row.values[name], (value) => `${value.toFixed(1)}%`);
const rate = (name: string) => (row: TopRow) => shown(row.values[name], (value) => `${bytesText(value)}/s`);

function shown(value: number | undefined, text: (value: number) => string): string {
  return value === undefined ? '-' : text(value);
}

/** The first column takes the remaining width. On narrow terminals the last columns are omitted. */
export const COLUMNS: readonly TopColumn[] = [
  { id: 'id', title: 'PEER', width: 0, text: ({ id }) => id },
  { id: 'status', title: 'STATE', width: 11, text: ({ status }) => status },
  { id: 'cpu.used', title: 'CPU', width: 6, text: percent('cpu.used') },
  { id: 'memory.used', title: 'MEM', width: 6, text: percent('memory.used') },
  {
    id: 'load.1',
    title: 'LOAD',
    width: 6,
    text: (row) => shown(row.values['load.1'], (load) => load.toFixed(2)),
  },
  { id: 'net.rx', title: 'RX', width: 11, text: rate('net.rx') },
  { id: 'net.tx', title: 'TX', width: 11, text: rate('net.tx') },
  { id: 'storage.used', title: 'DISK', width: 6, text: percent('storage.used') },
  {
    id: 'latency',
    title: 'LATENCY',
    width: 8,
    text: (row) => shown(row.values.latency, (ms) => durationText(ms / 1000)),
  },
  {
    id: 'age',
    title: 'AGE',
    width: 7,
    text: ({ ageMs }) => (ageMs === null ? '-' : durationText(ageMs / 1000)),
  },
];

export const ATTRIBUTES = COLUMNS.map(({ id }) => id).filter((id) => !['id', 'status', 'age'].includes(id));

const NAME_MIN = 12;
const NAME_MAX = 32;
const MEANS_WIDTH_MIN = 78;
const TALKERS_SHOWN = 5;

export interface TopState {
  readonly mesh: string;
  readonly rows: readonly TopRow[];
  /** Number of rows before filtering. */
  readonly all: number;
  readonly alive: number;
  readonly column: string;
  readonly isReversed: boolean;
  readonly filter: string;
  readonly isTyping: boolean;
  readonly isPaused: boolean;
  /** The row under the cursor. */
  readonly at: number;
  /** Why the readings are stale. */
  readonly problem: string | null;
  /** Names and addresses with the most traffic, as reported by peers. */
  readonly talkers: ShownTalk | null;
}

export function screenLines(state: TopState, paint: Paint, width: number, height: number): string[] {
  const { mesh, rows, all, alive } = state;
  const head = `${mesh}: ${alive} of ${all} peers are here${state.isPaused ? ', paused' : ''}`;
  const lines = [
    paint.in('bold', paint.clip(head, width)),
    meansLine(rows, paint, width),
    state.problem === null
      ? paint.clip(talkersLine(state.talkers), width)
      : paint.in('red', paint.clip(printableLine(state.problem), width)),
  ];
  const columns = columnsFor(width);
  const nameWidth = nameRoom(columns, width);
  lines.push(headLine(columns, nameWidth, state, paint));
  const room = Math.max(1, height - lines.length - 1);
  const first = Math.max(0, Math.min(state.at - Math.floor(room / 2), rows.length - room));
  rows.slice(first, first + room).forEach((row, i) => {
    lines.push(rowLine(row, columns, nameWidth, paint, first + i === state.at));
  });
  while (lines.length < height - 1) lines.push('');
  lines.push(keysLine(state, paint, width));
  return lines;
}

/** Names precede addresses. Empty if no peer reports any. */
export function talkersLine(talkers: ShownTalk | null): string {
  if (talkers === null) return '';
  const { names, addresses } = talkers;
  const most = (names.items.length > 0 ? names : addresses).items.slice(0, TALKERS_SHOWN);
  if (most.length === 0) return '';
  const text = most.map(({ name, rate }) => `${printableLine(name)} ${bytesText(rate)}/s`);
  return `Most traffic: ${text.join(', ')}`;
}

/** The whole table, for output other than a terminal. */
export function tableLines(rows: readonly TopRow[], paint: Paint, width: number): string[] {
  const columns = columnsFor(width);
  const nameWidth = nameRoom(columns, width);
  const head = columns.map((column) => cell(column, column.title, nameWidth)).join(' ');
  return [head.trimEnd(), ...rows.map((row) => rowLine(row, columns, nameWidth, paint, false).trimEnd())];
}

function columnsFor(width: number): readonly TopColumn[] {
  let room = width - NAME_MIN;
  return COLUMNS.filter(({ width: needed }, i) => {
    if (i === 0) return true;
    room -= needed + 1;
    return room >= 0;
  });
}

function nameRoom(columns: readonly TopColumn[], width: number): number {
  const others = columns.slice(1).reduce((sum, column) => sum + column.width + 1, 0);
  return Math.min(NAME_MAX, Math.max(NAME_MIN, width - others));
}

function cell({ width }: TopColumn, text: string, nameWidth: number): string {
  if (width === 0) return text.slice(0, nameWidth).padEnd(nameWidth);
  return text.slice(0, width).padStart(width);
}

function headLine(columns: readonly TopColumn[], nameWidth: number, state: TopState, paint: Paint): string {
  return columns
    .map((column) => {
      const text = cell(column, column.title, nameWidth);
      return column.id === state.column ? paint.in('bold', text) : paint.in('dim', text);
    })
    .join(' ');
}

function rowLine(
  row: TopRow,
  columns: readonly TopColumn[],
  nameWidth: number,
  paint: Paint,
  isAt: boolean,
): string {
  const text = columns.map((column) => cell(column, column.text(row), nameWidth)).join(' ');
  if (isAt) return paint.in('inverse', text);
  if (row.status === 'alive') return text;
  return paint.in(row.status === 'left' ? 'dim' : 'red', text);
}

function meansLine(rows: readonly TopRow[], paint: Paint, width: number): string {
  if (width < MEANS_WIDTH_MIN) return '';
  const mean = (name: string): number | null => {
    const values = rows.flatMap(({ values: of }) => (of[name] === undefined ? [] : [of[name]]));
    return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  const parts = [
    ['CPU', mean('cpu.used')],
    ['memory', mean('memory.used')],
    ['storage', mean('storage.used')],
  ] as const;
  const bar = Math.max(6, Math.min(20, Math.floor((width - 60) / 3)));
  return parts
    .map(([name, value]) =>
      value === null ? `${name} -` : `${name} ${paint.bar(value / 100, bar)} ${value.toFixed(0)}%`,
    )
    .join('   ');
}

function keysLine({ filter, isTyping }: TopState, paint: Paint, width: number): string {
  if (isTyping) return paint.clip(`/${filter}_   Enter keeps it, Esc takes it away`, width);
  const text = filter === '' ? '' : `/${filter}   `;
  return paint.in('dim', paint.clip(`${text}< > sort   r reverse   / filter   Space pause   q quit`, width));
}
