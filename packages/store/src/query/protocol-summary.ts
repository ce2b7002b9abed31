// Packets and bytes by the Protocol column and, if asked for, by conversation, endpoint, port or capture. From tallies if all
// packets are selected and they suffice, else by one aggregation over dictionary numbers, whose few results are then joined
// with their texts.
import { StoreError } from '../errors.ts';
import {
  PAGE_ROWS_MAX,
  PROTOCOL_GROUPS,
  type ProtocolCount,
  type ProtocolGroup,
  type ProtocolQuery,
  type ProtocolSummary,
} from '../queries.ts';
import type { Database, Dialect, Value } from '../sql/database.ts';
import type { Aggregates } from './aggregates.ts';
import { cursorOf, type Key, keyOf } from './cursor.ts';
import { limitOf, type Selected, type Selector } from './selection.ts';

/** How packets are grouped. */
interface Grouping {
  /** Numbers that packets are aggregated by, as SQL. */
  readonly numbers: readonly string[];
  /** What a row is about, in SQL over the aggregate `g` and `joins`. */
  readonly keys: Readonly<Record<string, string>>;
  /** A letter for each key: `n` number, `s` text. */
  readonly kinds: string;
  readonly joins?: string;
  /** Whether tallies have these numbers. */
  readonly isTallied?: boolean;
}

const GROUPINGS: Readonly<Record<ProtocolGroup, Grouping>> = {
  protocol: { numbers: [], keys: {}, kinds: '', isTallied: true },
  conversation: {
    numbers: ['src', 'dst'],
    keys: { a: 'LEAST(s.text, d.text)', b: 'GREATEST(s.text, d.text)' },
    kinds: 'ss',
    joins: 'JOIN addresses s ON s.id = g.src JOIN addresses d ON d.id = g.dst',
  },
  endpoint: {
    numbers: ['src', 'dst'],
    keys: { address: 'e.text' },
    kinds: 's',
    joins: `CROSS JOIN (SELECT 0 AS side UNION ALL SELECT 1) o
      JOIN addresses e ON e.id = CASE WHEN o.side = 0 THEN g.src ELSE g.dst END`,
  },
  port: {
    numbers: ['transport', '(CASE WHEN transport = 0 THEN 0 ELSE LEAST(src_port, dst_port) END) AS port'],
    keys: { transport: 'g.transport', port: 'g.port' },
    kinds: 'nn',
  },
  capture: { numbers: ['capture'], keys: { capture: 'g.capture' }, kinds: 'n', isTallied: true },
};

const LIMIT = 100;

/** @throws FilterError, StoreError */
export async function protocolSummary(
  database: Database,
  aggregates: Aggregates,
  selector: Selector,
  query: ProtocolQuery,
): Promise<ProtocolSummary> {
  const by = query.by ?? 'protocol';
  if (!Object.hasOwn(GROUPINGS, by))
    throw new StoreError(
      'ERR_STORE_QUERY',
      `by: packets can be counted by ${PROTOCOL_GROUPS.join(', ')}, not by ${by}`,
    );
  if (by === 'protocol' && query.top !== undefined)
    throw new StoreError(
      'ERR_STORE_QUERY',
      'top: say of what by `by`: conversation, endpoint, port or capture',
    );
  const limit =
    by === 'protocol' && query.limit === undefined ? null : limitOf(query.limit, LIMIT, PAGE_ROWS_MAX);
  const after = query.after === undefined ? null : placeOf(query.after, by);
  const selected = await selector.select(query);
  const grouping = GROUPINGS[by];
  const top = query.top === undefined ? null : limitOf(query.top, LIMIT, PAGE_ROWS_MAX);
  const { sql, values } = statement(database, selected, grouping, { limit, after, top });
  const rows = await (isFromTallies(selected, grouping) ? aggregates : database).all(sql, values);
  const [packets, bytes, undecided] = rows[0]!.slice(0, 3).map(Number) as [number, number, number];
  const exact = undecided === 0;
  const found = rows.map((row) => row.slice(3)).filter(([count]) => count !== null);
  const page = limit === null ? found : found.slice(0, limit);
  return {
    items: page.map((row) => countOf(row, grouping)),
    next: page.length < found.length ? cursorOf([by, ...placeIn(page.at(-1)!, grouping)]) : null,
    packets,
    bytes,
    exact,
    rest: exact ? null : selected.rest,
  };
}

/** Which rows of the whole answer. */
interface Part {
  readonly limit: number | null;
  readonly after: Key | null;
  /** So many groups, those with most bytes; null: all. */
  readonly top: number | null;
}

/** Each row: the totals of all packets, then a group's packets, its keys, its protocol, and its bytes. */
function statement(
  { dialect }: Database,
  selected: Selected,
  { keys, joins = '', ...grouping }: Grouping,
  { limit, after, top }: Part,
): { sql: string; values: Value[] } {
  const groups = Object.keys(keys).join(', ');
  const names = [...Object.keys(keys), 'protocol'];
  const total = (column: string) => dialect.whole(`coalesce(sum(g.${column}), 0)`);
  const values: Value[] = [];
  const wanted = [
    ...(after === null ? [] : [isBehind(names, after, values)]),
    ...(top === null
      ? []
      : [
          `(${groups}) IN (SELECT ${groups} FROM i GROUP BY ${groups} ORDER BY sum(bytes) DESC, ${groups} LIMIT ${top})`,
        ]),
  ];
  const where = wanted.length === 0 ? '' : `WHERE ${wanted.join(' AND ')}`;
  const order = ['packets DESC', ...names].join(', ');
  return {
    // Several dictionary numbers may stand for one text. PostgreSQL sorts by the language, unless it is asked for "C".
    sql: `WITH g AS MATERIALIZED (${aggregate(dialect, selected, grouping)}),
      i AS ${top === null ? '' : 'MATERIALIZED'} (SELECT ${Object.entries(keys)
        .map(([name, key]) => `${key} AS ${name}, `)
        .join('')}
          t.name COLLATE "C" AS protocol, ${total('packets')} AS packets, ${total('bytes')} AS bytes
        FROM g JOIN protocols t ON t.id = g.protocol ${joins}
        GROUP BY ${names.map((_, i) => i + 1).join(', ')})
      SELECT s.*, r.* FROM (SELECT ${total('packets')}, ${total('bytes')}, ${total('undecided')} FROM g) s
      LEFT JOIN (SELECT packets, ${names.join(', ')}, bytes FROM i ${where}
        ORDER BY ${order} ${limit === null ? '' : `LIMIT ${limit + 1}`}) r ON TRUE
      ORDER BY ${order}`,
    values,
  };
}

function isFromTallies({ isWhole }: Selected, { isTallied = false }: Pick<Grouping, 'isTallied'>): boolean {
  return isWhole && isTallied;
}

function aggregate(
  { packed }: Dialect,
  selected: Selected,
  grouping: Pick<Grouping, 'numbers' | 'isTallied'>,
): string {
  const { lower, upper, isExact, capture } = selected;
  const by = ['protocol', ...grouping.numbers];
  const places = by.map((_, i) => i + 1).join(', ');
  if (isFromTallies(selected, grouping))
    return `SELECT ${by.join(', ')}, sum(packets) AS packets, sum(bytes) AS bytes, 0 AS undecided FROM tallies
      ${capture === null ? '' : `WHERE capture = ${capture}`} GROUP BY ${places}`;
  const stored = by.map((number) => (number === 'capture' ? `${packed.capture} AS capture` : number));
  return `SELECT ${stored.join(', ')}, count(*) AS packets, sum(length) AS bytes,
      ${isExact ? '0' : `count(*) FILTER (WHERE NOT ${lower})`} AS undecided
    FROM packet p WHERE ${upper} GROUP BY ${places}`;
}

/** Behind the row with these packets and keys: fewer packets, or the same and greater keys. Texts become parameters. */
function isBehind(names: readonly string[], [packets, ...keys]: Key, values: Value[]): string {
  const texts = keys.map((key) => (typeof key === 'number' ? key : `$${values.push(key)}`));
  return `(packets < ${packets} OR (packets = ${packets} AND (${names.join(', ')}) > (${texts.join(', ')})))`;
}

function placeOf(cursor: string, by: ProtocolGroup): Key {
  const [group, ...place] = keyOf(cursor, `sn${GROUPINGS[by].kinds}s`);
  if (group === by) return place;
  throw new StoreError('ERR_STORE_CURSOR', `after: this cursor is of packets by ${group}, not by ${by}`);
}

/** What a page's cursor holds of its last row. */
function placeIn(row: readonly Value[], { kinds }: Grouping): (string | number)[] {
  return [...`n${kinds}s`].map((kind, i) => (kind === 'n' ? Number(row[i]) : String(row[i])));
}

function countOf(row: readonly Value[], grouping: Grouping): ProtocolCount {
  const [packets, ...place] = placeIn(row, grouping);
  const keys = Object.fromEntries(Object.keys(grouping.keys).map((name, i) => [name, place[i]]));
  return {
    ...(keys.transport === 0 ? { transport: null, port: null } : keys),
    protocol: String(place.at(-1)),
    packets: Number(packets),
    bytes: Number(row.at(-1)),
  };
}
