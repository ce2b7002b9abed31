// `-z io,stat,INTERVAL[,FILTER…]`: traffic over time, as tshark draws it.
import {
  columnNamed,
  type Field,
  IO_FUNCTIONS,
  type IoCell,
  type IoColumn,
  type IoFunction,
  type IoPart,
  IoTable,
  nearestNames,
  needsReplies,
  type Packet,
} from '@eyrie/dissect';
import { UserError } from '../errors.ts';
import { filterOf } from '../read/filter.ts';
import type { Output } from '../terminal/output.ts';
import { partsOf, type Statistic, type StatisticKind } from './statistic.ts';

const MICROSECONDS = 1_000_000;
/** Columns of the widest table that is widened for the sake of a long filter. */
const WIDE = 102;
const ROWS_MAX = 10_000_000;
const EMPTY: IoCell = { frames: 0, total: 0, values: 0 };

export const ioStat: StatisticKind = {
  name: 'io,stat',
  usage: 'io,stat,SECONDS[,FILTER…]',
  about:
    'frames and bytes for each interval (0: one for all); FILTER may be COUNT|SUM|MIN|MAX|AVG|LOAD(field)filter',
  make(args) {
    const [interval = '', ...filters] = args.split(',');
    if (!/^\d+\.?\d*$|^\.\d+$/.test(interval))
      throw new UserError(`-z io,stat,${args}: an interval in seconds comes first, e.g. io,stat,10,tcp,udp`);
    const microseconds = Math.floor(Number(interval) * MICROSECONDS + 0.5);
    if (microseconds === 0 && Number(interval) !== 0)
      throw new UserError(`-z io,stat,${args}: the shortest interval is 0.000001 s; 0 is the whole capture`);
    const texts = filters.length === 0 ? [''] : filters.map((text) => text.trim());
    return new IoStat(microseconds || Infinity, decimals(interval, microseconds), texts);
  },
};

/** Decimals that the interval needs, or that the person wrote. */
function decimals(text: string, microseconds: number): number {
  let needed = 6;
  while (needed > 0 && microseconds % 10 ** (7 - needed) === 0) needed--;
  if (needed > 0 || microseconds === 0) return microseconds === 0 ? 0 : needed;
  return Math.min(6, (text.split('.')[1] ?? '').length);
}

const CALCULATION = new RegExp(
  `^(${IO_FUNCTIONS.filter((name) => !name.includes(' ')).join('|')})\\((.*?)\\)`,
);

function columnOf(text: string): IoColumn {
  const calculation = CALCULATION.exec(text);
  const filter = calculation === null ? text : text.slice(calculation[0].length).trim();
  const name = (calculation?.[1] ?? 'FRAMES BYTES') as IoFunction;
  const field = calculation === null ? null : fieldOf(text, name, calculation[2]!.trim());
  return { function: name, field, filter: filter === '' ? null : filterOf('-z io,stat', filter) };
}

function fieldOf(text: string, name: IoFunction, fieldName: string): Field | null {
  const isPlain = name === 'FRAMES' || name === 'BYTES';
  if (isPlain !== (fieldName === ''))
    throw new UserError(
      `-z io,stat: ${text}: ${isPlain ? `write ${name}()` : `name a field, as in ${name}(tcp.len)`}`,
    );
  if (isPlain) return null;
  // A protocol can be counted, too: once for each of its layers.
  const field = columnNamed(fieldName);
  if (field === undefined) {
    const near = nearestNames(fieldName);
    throw new UserError(
      `-z io,stat: ${text}: no field ${fieldName}${near.length > 0 ? `; did you mean ${near.join(', ')}?` : ''}`,
    );
  }
  const isNumber = ['uint', 'int', 'uint64', 'double', 'seconds'].includes(field.type);
  if ((name !== 'COUNT' && !isNumber) || (name === 'LOAD' && field.type !== 'seconds'))
    throw new UserError(
      `-z io,stat: ${text}: ${fieldName} holds no ${name === 'LOAD' ? 'span of time' : 'numbers'}; COUNT works with any field`,
    );
  return field;
}

class IoStat implements Statistic {
  readonly #table: IoTable;
  readonly #texts: readonly string[];
  readonly #decimals: number;
  readonly isTimed: boolean;
  readonly seesLayersOnly: boolean;
  readonly parts: Statistic['parts'];

  constructor(interval: number, decimals: number, texts: readonly string[]) {
    this.#table = new IoTable(interval, texts.map(columnOf));
    this.isTimed = this.#table.columns.some(
      ({ field, filter }) => field?.isTimed === true || filter?.isTimed === true,
    );
    this.seesLayersOnly = this.#table.columns.every(
      ({ field, filter }) =>
        (field === null || !needsReplies(field)) && (filter === null || filter.seesLayersOnly === true),
    );
    this.parts = this.#table.isShareable ? partsOf<IoPart>(this.#table) : undefined;
    this.#decimals = decimals;
    this.#texts = texts;
  }

  see(p: Packet): void {
    this.#table.add(p);
    // Not at the end alone: who waits for a large file wants to know at once.
    if (this.#table.duration > ROWS_MAX * this.#table.interval)
      rowCount(this.#table.interval, this.#table.duration);
  }

  data(): unknown {
    const { interval, duration, columns, cells } = this.#table;
    const length = interval > duration ? duration : interval;
    const count = rowCount(length, duration);
    return Array.from({ length: count }, (_, row) => ({
      start: (row * length) / MICROSECONDS,
      end: Math.min(duration, (row + 1) * length) / MICROSECONDS,
      columns: columns.map((column, i) => value(column, cells[i]!.get(row) ?? EMPTY, this.#texts[i]!)),
    }));
  }

  print(out: Output): void {
    const drawing = new Drawing(this.#table, this.#texts, this.#decimals);
    drawing.draw(out);
  }
}

function value(column: IoColumn, cell: IoCell, filter: string): Record<string, unknown> {
  if (column.field === null) return { filter, frames: cell.frames, bytes: cell.total };
  const scale = column.field.type === 'seconds' && column.function !== 'COUNT' ? 1e9 : 1;
  const total = column.function === 'AVG' ? cell.total / Math.max(1, cell.values) : cell.total;
  return { filter, frames: cell.frames, value: total / scale };
}

function rowCount(interval: number, duration: number): number {
  const rows = interval === 0 ? 0 : Math.ceil(duration / interval);
  if (rows > ROWS_MAX)
    throw new UserError(
      `-z io,stat: ${rows} intervals are too many; take ${Math.ceil(duration / ROWS_MAX) / MICROSECONDS} s or more`,
    );
  return rows;
}

/** Widths of a column: of its frames, and of the other value; 0 for what it does not show. */
interface Widths {
  readonly frames: number;
  readonly value: number;
}

/** The table as text: all widths are known only when all packets were seen. */
class Drawing {
  readonly #table: IoTable;
  readonly #texts: readonly string[];
  /** Microseconds of a row, and of the capture, rounded to what is shown. */
  readonly #interval: number;
  #duration: number;
  readonly #decimals: number;
  readonly #durationDigits: number;
  readonly #widths: readonly Widths[];
  readonly #timeWidth: number;
  readonly #rowWidth: number;
  readonly #width: number;

  constructor(table: IoTable, texts: readonly string[], decimals: number) {
    this.#table = table;
    this.#texts = texts;
    this.#duration = table.duration;
    const isWhole = table.interval > table.duration;
    let durationDigits = digits(Math.floor(table.duration / MICROSECONDS), 5);
    // An interval longer than the capture is shown as the capture's length.
    this.#decimals = isWhole ? (durationDigits >= 2 ? 1 : 3) : decimals;
    const unit = 10 ** (6 - this.#decimals);
    const smallest = isWhole ? 30 + durationDigits : 25 + Math.max(durationDigits, this.#secondsDigits());
    if (this.#duration % unit > unit / 2) {
      this.#duration = Math.floor((this.#duration + unit / 2) / unit) * unit;
      durationDigits = digits(Math.floor(this.#duration / MICROSECONDS), 5);
    }
    this.#interval = isWhole ? this.#duration : table.interval;
    this.#durationDigits = durationDigits;
    this.#widths = table.columns.map((column, i) => this.#columnWidths(column, i));
    this.#timeWidth = Math.max(
      12,
      this.#decimals === 0 ? 2 * durationDigits + 8 : 2 * durationDigits + 2 * this.#decimals + 10,
    );
    this.#rowWidth =
      this.#timeWidth +
      this.#widths.reduce((sum, { frames, value }) => sum + (frames && frames + 3) + (value && value + 3), 0);
    let width = Math.max(smallest + (this.#decimals && this.#decimals + 1), this.#rowWidth);
    const longest = Math.max(...texts.map((text) => (text === '' ? 26 : text.length + 11)));
    if (longest > width && width < WIDE) width = Math.min(longest, WIDE);
    // One column of space would look like a doubled border.
    this.#width = width - this.#rowWidth === 1 ? width + 1 : width;
  }

  #secondsDigits(): number {
    return digits(Math.floor(this.#table.interval / MICROSECONDS), 5);
  }

  #columnWidths(column: IoColumn, i: number): Widths {
    const cells = [...this.#table.cells[i]!.values()];
    const most = (of: (cell: IoCell) => number): number =>
      digits(
        cells.reduce((most, cell) => Math.max(most, of(cell)), 0),
        15,
      );
    const frames = Math.max(
      6,
      most((cell) => cell.frames),
    );
    const total = most((cell) => cell.total);
    switch (column.function) {
      case 'FRAMES':
        return { frames, value: 0 };
      case 'FRAMES BYTES':
        return { frames, value: Math.max(5, total) };
      case 'BYTES':
      case 'COUNT':
        return { frames: 0, value: Math.max(5, total) };
      default: {
        const isSpan = column.field!.type === 'seconds';
        const isFraction = isSpan || column.field!.type === 'double';
        const whole =
          column.function === 'LOAD'
            ? most((cell) => Math.floor(cell.total / this.#interval))
            : digits(isSpan ? Math.floor((this.#table.peaks[i]! + 5e8) / 1e9) : this.#table.peaks[i]!, 15);
        return { frames: 0, value: isFraction ? whole + 7 : Math.max(column.function.length, whole) };
      }
    }
  }

  draw(out: Output): void {
    const width = this.#width;
    const boxed = (text: string): string => `${text.padEnd(width - 1)}|\n`;
    const filler = this.#rowWidth < width ? '|'.padStart(width - this.#rowWidth) : '';
    const rows = rowCount(this.#interval, this.#duration);
    out.text(`\n${'='.repeat(width)}\n${boxed('| IO Statistics')}${boxed('|')}`);
    out.text(boxed(`| Duration: ${this.#durationText()} secs`));
    out.text(boxed(`| Interval: ${this.#intervalText()} secs`));
    out.text(boxed('|'));
    this.#filters(out, boxed);
    out.text(`|-${'-'.repeat(width - 3)}|\n`);
    out.text(`|${'|'.padStart(this.#timeWidth - 1)}${this.#numbers()}${filler}\n`);
    out.text(`| Interval${'|'.padStart(this.#timeWidth - 10)}${this.#titles()}${filler}\n`);
    out.text(`|-${'-'.repeat(this.#rowWidth - 3)}|${filler}\n`);
    for (let row = 0; row < rows; row++) out.text(`${this.#row(row)}${filler}\n`);
    out.text(`${'='.repeat(width)}\n`);
  }

  /** As long as it is exactly, where whole seconds are shown. */
  #durationText(): string {
    const decimals = this.#decimals === 0 ? 6 : this.#decimals;
    return secondsText(this.#decimals === 0 ? this.#table.duration : this.#duration, decimals);
  }

  #intervalText(): string {
    const width = this.#durationDigits + (this.#decimals === 0 ? 0 : this.#decimals + 1);
    return secondsText(this.#interval, this.#decimals).padStart(width);
  }

  #filters(out: Output, boxed: (text: string) => string): void {
    const room = this.#width - 11;
    this.#texts.forEach((text, i) => {
      let lead = `|${i === 0 ? ' Col' : '    '}${String(i + 1).padStart(2)}: `;
      let rest = text === '' ? 'Frames and bytes' : text;
      while (rest.length > room) {
        const space = rest.lastIndexOf(' ', room - 1);
        out.text(boxed(lead + rest.slice(0, space < 0 ? room : space)));
        rest = rest.slice(space < 0 ? room : space + 1);
        lead = '|        ';
      }
      out.text(boxed(lead + rest));
    });
  }

  #numbers(): string {
    return this.#widths
      .map(({ frames, value }, i) => {
        const padding = frames + value + (frames > 0 && value > 0 ? 3 : 0);
        return `${String(i + 1).padEnd(2)}${' '.repeat(padding)}|`;
      })
      .join('');
  }

  #titles(): string {
    return this.#table.columns
      .map(({ function: name }, i) => {
        const { frames, value } = this.#widths[i]!;
        if (name === 'FRAMES BYTES') return centred('Frames', frames) + centred('Bytes', value);
        return centred(name, name === 'FRAMES' ? frames : value);
      })
      .join('');
  }

  #row(row: number): string {
    const start = row * this.#interval;
    const end = Math.min(start + this.#interval, this.#duration);
    const isLast = start + this.#interval >= this.#duration;
    const cells = this.#table.columns.map((column, i) => {
      const cell = this.#table.cells[i]!.get(row) ?? EMPTY;
      const { frames, value } = this.#widths[i]!;
      const text = cellText(column, cell, isLast ? end - start : this.#interval).padStart(value);
      if (column.function === 'FRAMES') return ` ${String(cell.frames).padStart(frames)} |`;
      if (column.function === 'FRAMES BYTES') return ` ${String(cell.frames).padStart(frames)} | ${text} |`;
      return ` ${text} |`;
    });
    return this.#times(start, end, isLast) + cells.join('');
  }

  #times(start: number, end: number, isLast: boolean): string {
    const digits = this.#durationDigits;
    const time = (value: number): string =>
      secondsText(value, this.#decimals).padStart(digits + (this.#decimals === 0 ? 0 : this.#decimals + 1));
    if (this.#decimals > 0) return `| ${time(start)} <> ${time(end)} |`;
    const pad = digits === 1 ? ' ' : '';
    if (isLast) return `| ${pad}${time(start)} <> ${'Dur'.padEnd(digits >= 3 ? digits + 1 : 3)}|`;
    return `| ${pad}${time(start)} <> ${time(end)}${pad} |`;
  }
}

function cellText(column: IoColumn, cell: IoCell, interval: number): string {
  if (column.field === null || column.function === 'COUNT') return String(cell.total);
  if (column.function === 'LOAD')
    return `${Math.floor(cell.total / interval)}.${String(Math.floor(((cell.total % interval) * MICROSECONDS) / interval)).padStart(6, '0')}`;
  const total = column.function === 'AVG' ? cell.total / Math.max(1, cell.values) : cell.total;
  if (column.field.type === 'double') return total.toFixed(6);
  return column.field.type === 'seconds'
    ? secondsText(Math.floor((Math.floor(total) + 500) / 1000), 6)
    : String(Math.trunc(total));
}

/** `12.5` of microseconds, cut to so many decimals. */
function secondsText(microseconds: number, decimals: number): string {
  const whole = String(Math.floor(microseconds / MICROSECONDS));
  if (decimals === 0) return whole;
  return `${whole}.${String(microseconds % MICROSECONDS)
    .padStart(6, '0')
    .slice(0, decimals)}`;
}

function digits(value: number, most: number): number {
  return Math.min(most, String(Math.floor(value)).length);
}

/** A title in the middle of its column, blanks and border included; one that does not fit stands alone. */
function centred(title: string, width: number): string {
  const room = Math.floor((width - title.length) / 2) + 1;
  if (room < 1 || room > 5) return room < 1 ? `${title}|` : `${title}|`;
  const left = ' '.repeat(room + ((width - title.length) % 2 === 0 ? 0 : 1));
  return `${left}${title}${' '.repeat(room)}|`;
}
