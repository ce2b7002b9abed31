// Packets over time in buckets of 1, 2 or 5 × 10^n, optionally by the values of a column.
import { StoreError } from '../errors.ts';
import type { Timeline, TimelineColumn, TimelineQuery, TimelineSeries } from '../queries.ts';
import type { Database, Dialect } from '../sql/database.ts';
import { floorTo } from '../write/tally.ts';
import type { Aggregates } from './aggregates.ts';
import { limitOf, type Selected, type Selector } from './selection.ts';
import { secondsText } from './time.ts';

const BUCKETS_MAX = 5000;
const SERIES_MAX = 50;

const TEXTS: Readonly<Record<TimelineColumn, string | null>> = {
  protocol: 'SELECT id, name FROM protocols',
  path: 'SELECT id, name FROM paths',
  src: 'SELECT id, text AS name FROM addresses',
  dst: 'SELECT id, text AS name FROM addresses',
  transport: null,
  capture: 'SELECT id, name FROM captures',
};

export async function timeline(
  database: Database,
  aggregates: Aggregates,
  selector: Selector,
  query: TimelineQuery,
): Promise<Timeline> {
  const wanted = limitOf(query.buckets, 240, BUCKETS_MAX);
  const most = limitOf(query.series, 10, SERIES_MAX);
  if (query.by !== undefined && !Object.hasOwn(TEXTS, query.by))
    throw new StoreError(
      'ERR_STORE_QUERY',
      `by: unknown column ${query.by}; columns are ${Object.keys(TEXTS).join(', ')}`,
    );
  const selected = await selector.select(query);
  const span = await spanOf(aggregates, selected);
  if (span === null)
    return { start: null, bucketSeconds: 0, buckets: 0, series: [], exact: true, rest: null };
  const width = widthFor(span.first, span.last, wanted);
  const start = floorTo(span.first, width);
  const buckets = Number((span.last - start) / width) + 1;
  const source = await sourceOf(aggregates, selected, width, query.by);
  const grouped = cellQuery(database.dialect, source, selected, { start, width, buckets }, query.by);
  const { cells, exact } = await cellsOf(
    source === 'tallies' ? aggregates : database,
    grouped,
    buckets,
    query.by,
  );
  return {
    start: secondsText(start),
    bucketSeconds: Number(width) / 1e9,
    buckets,
    series: seriesOf(cells, buckets, query.by === undefined ? null : most),
    exact,
    rest: exact ? null : selected.rest,
  };
}

/**
 * From the first packet to the last, regardless of the filter, so that the axis stays put when the filter changes; null
 * without packets.
 */
async function spanOf(
  aggregates: Aggregates,
  { capture, from, to }: Selected,
): Promise<{ first: bigint; last: bigint } | null> {
  const [row] = await aggregates.all(
    `SELECT min(first_time), max(last_time) FROM batches WHERE packets > 0
     ${capture === null ? '' : `AND capture = ${capture}`}`,
  );
  if (row === undefined || row[0] === null) return null;
  const [first, last] = [BigInt(row[0] as bigint), BigInt(row[1] as bigint)];
  const begin = from !== null && from > first ? from : first;
  const end = to !== null && to <= last ? to - 1n : last;
  return begin <= end ? { first: begin, last: end } : null;
}

/** The least of 1, 2, 5 × 10^n nanoseconds, at least a microsecond, that gives no more than `buckets` buckets. */
export function widthFor(first: bigint, last: bigint, wanted: number): bigint {
  for (let power = 1000n; ; power *= 10n)
    for (const step of [1n, 2n, 5n]) {
      const width = power * step;
      if ((last - floorTo(first, width)) / width < BigInt(wanted)) return width;
    }
}

/** Chooses between precomputed tallies, whose steps must divide the buckets, and packets. */
async function sourceOf(
  aggregates: Aggregates,
  { isWhole, capture }: Selected,
  width: bigint,
  by: TimelineColumn | undefined,
): Promise<'tallies' | 'packet'> {
  if (!isWhole || by === 'src' || by === 'dst' || by === 'transport') return 'packet';
  const [row] = await aggregates.all(
    `SELECT max(width) FROM batches WHERE packets > 0 ${capture === null ? '' : `AND capture = ${capture}`}`,
  );
  // Both are 1, 2 or 5 times a power of ten.
  return BigInt((row?.[0] ?? 0) as bigint) <= width && width % BigInt((row?.[0] ?? 1) as bigint) === 0n
    ? 'tallies'
    : 'packet';
}

interface Cell {
  readonly bucket: number;
  readonly name: string;
  readonly packets: number;
  readonly bytes: number;
}

/** Buckets, keys, packets, bytes, and packets about which the filter is undecided. */
function cellQuery(
  dialect: Dialect,
  source: 'tallies' | 'packet',
  { lower, upper, isExact, capture }: Selected,
  { start, width, buckets }: { start: bigint; width: bigint; buckets: number },
  by: TimelineColumn | undefined,
): string {
  const key = source === 'packet' && by === 'capture' ? dialect.packed.capture : (by ?? '0');
  return source === 'tallies'
    ? `SELECT ${dialect.divide(`bucket - ${start}`, String(width))} AS bucket, ${key} AS key,
         sum(packets) AS packets, sum(bytes) AS bytes, 0 AS undecided FROM tallies
       ${capture === null ? '' : `WHERE capture = ${capture}`} GROUP BY 1, 2`
    : `SELECT ${dialect.divide(`time - ${start}`, String(width))} AS bucket, ${key} AS key, count(*) AS packets,
         sum(length) AS bytes, ${isExact ? '0' : `count(*) FILTER (WHERE NOT ${lower})`} AS undecided
       FROM packet p WHERE time >= ${start} AND time < ${start + width * BigInt(buckets)} AND ${upper} GROUP BY 1, 2`;
}

async function cellsOf(
  database: Pick<Database, 'all'> | Aggregates,
  grouped: string,
  buckets: number,
  by: TimelineColumn | undefined,
): Promise<{ cells: Cell[]; exact: boolean }> {
  const texts = by === undefined ? null : TEXTS[by];
  const rows = await database.all(
    texts === null
      ? `SELECT bucket, key, packets, bytes, undecided FROM (${grouped}) g`
      : `SELECT g.bucket, t.name, sum(g.packets), sum(g.bytes), sum(g.undecided)
         FROM (${grouped}) g JOIN (${texts}) t ON t.id = g.key GROUP BY g.bucket, t.name`,
  );
  const cells = rows.map(([bucket, name, packets, bytes]) => ({
    bucket: Number(bucket),
    name: String(name),
    packets: Number(packets),
    bytes: Number(bytes),
  }));
  return {
    // Tallies may have been stored after the span was looked up.
    cells: cells.filter(({ bucket }) => bucket >= 0 && bucket < buckets),
    exact: rows.every((row) => Number(row[4]) === 0),
  };
}

/** `most`: maximum number of values with a series of their own; null for a single series of all packets. */
function seriesOf(cells: readonly Cell[], buckets: number, most: number | null): TimelineSeries[] {
  const totals = new Map<string, number>();
  for (const { name, packets } of cells) totals.set(name, (totals.get(name) ?? 0) + packets);
  const named = [...totals].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, most ?? 0);
  const make = (name: string | null) => ({
    name,
    packets: new Array<number>(buckets).fill(0),
    bytes: new Array<number>(buckets).fill(0),
  });
  const series = new Map(named.map(([name]) => [name, make(name)]));
  const others = make(null);
  let hasOthers = most === null;
  for (const { bucket, name, packets, bytes } of cells) {
    const one = series.get(name) ?? others;
    if (one === others) hasOthers = true;
    one.packets[bucket]! += packets;
    one.bytes[bucket]! += bytes;
  }
  return hasOthers ? [...series.values(), others] : [...series.values()];
}
