// Packets sorted by a column, with keyset pagination by value, then id. For columns with few distinct values, the packets
// per value are counted first, and then those of the values that fill the page are fetched value by value. Addresses and
// texts need this, because rows hold dictionary numbers, whose order means nothing. Columns with nearly unique values are
// sorted by the database.
import { StoreError } from '../errors.ts';
import { and, not, type Sql, TRUE } from '../filter/condition.ts';
import { PACKET_COLUMNS, type PacketColumn } from '../queries.ts';
import type { Database, Row, Value } from '../sql/database.ts';
import { QueryCache } from '../sql/query-cache.ts';
import { cursorOf, keyOf } from './cursor.ts';
import { columnsOf } from './packet-rows.ts';
import type { Selected } from './selection.ts';

/** Memory for cached counts, and the approximate overhead of one group in them. */
const COUNTS_BYTES_MAX = 32 << 20;
const GROUP_BYTES = 150;

/** SQL of a column's displayed value, where it differs from the stored one: without a transport, ports mean nothing. */
const SHOWN: Partial<Readonly<Record<PacketColumn, Sql>>> = {
  src_port: '(CASE WHEN transport = 0 THEN 0 ELSE src_port END)',
  dst_port: '(CASE WHEN transport = 0 THEN 0 ELSE dst_port END)',
};
/** Numeric columns with few distinct values. */
const COUNTED: readonly PacketColumn[] = ['length', 'src_port', 'dst_port'];
/** Maximum digits of such a number. */
const DIGITS = 10;

/** Sort keys of the dictionary tables. */
const KEYS: Partial<Readonly<Record<PacketColumn, string>>> = {
  src: 'SELECT id, kind, bytes AS key FROM addresses',
  dst: 'SELECT id, kind, bytes AS key FROM addresses',
  protocol: 'SELECT id, 0 AS kind, name AS key FROM protocols',
  path: 'SELECT id, 0 AS kind, name AS key FROM paths',
};

export interface Ordering {
  readonly by: PacketColumn;
  readonly isDown: boolean;
  /** The previous page's last row. */
  readonly after: string | undefined;
  readonly limit: number;
}

/** The rows of a page, and the cursor of the next one. */
export interface OrderedRows {
  readonly rows: readonly Row[];
  readonly next: string | null;
}

/** The packets with one value. */
interface Group {
  /** Sorted alphabetically. */
  readonly key: string;
  readonly ids: number[];
  packets: number;
}

/** Rows with their sort key. */
interface Placed {
  readonly id: number;
  readonly key: string;
}

export class PacketOrder {
  readonly #database: Database;
  readonly #groups: QueryCache<readonly Group[]>;

  constructor(database: Database) {
    this.#database = database;
    this.#groups = new QueryCache(database, COUNTS_BYTES_MAX, bytesOf);
  }

  async page(selected: Selected, ordering: Ordering): Promise<OrderedRows> {
    const { by, limit, after } = ordering;
    if (!PACKET_COLUMNS.includes(by))
      throw new StoreError('ERR_STORE_QUERY', `sort: packets are sorted by ${PACKET_COLUMNS.join(', ')}`);
    const isCounted = KEYS[by] !== undefined || COUNTED.includes(by);
    const behind = after === undefined ? null : placeOf(after, !isCounted);
    const found = isCounted
      ? await this.#byGroup(selected, ordering, behind)
      : await this.#byNumber(selected, ordering, behind);
    const placed = found.slice(0, limit);
    const last = placed.at(-1);
    return {
      rows: await this.#rows(selected, placed),
      next: found.length > limit ? cursorOf([last!.key, last!.id]) : null,
    };
  }

  #stored(by: PacketColumn): Sql {
    return by === 'number' ? this.#database.dialect.packed.number : by;
  }

  async #byNumber(
    selected: Selected,
    { by, isDown, limit }: Ordering,
    behind: Placed | null,
  ): Promise<Placed[]> {
    if (behind === null) return this.#sorted(selected, by, isDown, TRUE, limit + 1);
    const column = this.#stored(by);
    const same = `${column} = ${behind.key} AND id > ${behind.id}`;
    const found = await this.#sorted(selected, by, isDown, same, limit + 1);
    if (found.length > limit) return found;
    const beyond = `${column} ${isDown ? '<' : '>'} ${behind.key}`;
    return [...found, ...(await this.#sorted(selected, by, isDown, beyond, limit + 1 - found.length))];
  }

  async #sorted(
    { upper }: Selected,
    by: PacketColumn,
    isDown: boolean,
    which: Sql,
    limit: number,
  ): Promise<Placed[]> {
    const rows = await this.#database.all(
      `SELECT id, ${this.#stored(by)} FROM packet p WHERE ${and(which, upper)}
       ORDER BY ${this.#stored(by)} ${isDown ? 'DESC' : 'ASC'}, id LIMIT ${limit}`,
    );
    return rows.map(([id, value]) => ({ id: Number(id), key: String(value) }));
  }

  async #byGroup(
    selected: Selected,
    { by, isDown, limit }: Ordering,
    behind: Placed | null,
  ): Promise<Placed[]> {
    const groups = await this.#counted(selected, by);
    const found: Placed[] = [];
    let at = isDown ? groups.length - 1 : 0;
    const isBefore = ({ key }: Group): boolean =>
      behind !== null && (isDown ? key > behind.key : key < behind.key);
    while (groups[at] !== undefined && isBefore(groups[at]!)) at += isDown ? -1 : 1;
    while (found.length <= limit && groups[at] !== undefined) {
      // Small groups are fetched together; one that is larger than the page, or partly delivered, by itself.
      const together: Group[] = [];
      let packets = found.length;
      const isBegun = behind !== null && found.length === 0 && groups[at]!.key === behind.key;
      while (groups[at] !== undefined && packets + groups[at]!.packets <= limit + 1 && !isBegun) {
        packets += groups[at]!.packets;
        together.push(groups[at]!);
        at += isDown ? -1 : 1;
      }
      if (together.length === 0) {
        together.push(groups[at]!);
        at += isDown ? -1 : 1;
      }
      const after = isBegun ? behind!.id : 0;
      found.push(...(await this.#ofGroups(selected, by, together, after, limit + 1 - found.length)));
    }
    return found;
  }

  async #ofGroups(
    { upper }: Selected,
    by: PacketColumn,
    groups: readonly Group[],
    after: number,
    limit: number,
  ): Promise<Placed[]> {
    const ranks = new Map(groups.flatMap(({ ids }, rank) => ids.map((id) => [id, rank] as const)));
    const column = SHOWN[by] ?? by;
    const where = `${column} IN (${[...ranks.keys()].join(', ')}) AND id > ${after} AND ${upper}`;
    const order = this.#database.dialect.comesInOrder(where) ? '' : 'ORDER BY id';
    const rows = await this.#database.all(
      `SELECT id, ${column} FROM packet p WHERE ${where} ${order} LIMIT ${limit}`,
    );
    return rows
      .map(([id, value]) => ({ id: Number(id), rank: ranks.get(Number(value))! }))
      .sort((a, b) => a.rank - b.rank || a.id - b.id)
      .map(({ id, rank }) => ({ id, key: groups[rank]!.key }));
  }

  /** The values after the cursor, sorted; several dictionary numbers may stand for one value. */
  #counted({ upper, isWhole, capture }: Selected, by: PacketColumn): Promise<readonly Group[]> {
    const isTallied = isWhole && (by === 'protocol' || by === 'path');
    const counting = isTallied
      ? `SELECT ${by} AS value, sum(packets) AS packets FROM tallies
         ${capture === null ? '' : `WHERE capture = ${capture}`} GROUP BY ${by}`
      : `SELECT ${SHOWN[by] ?? by} AS value, count(*) AS packets FROM packet p WHERE ${upper} GROUP BY 1`;
    return this.#groups.get(counting, async () => {
      const table = KEYS[by];
      const rows = await this.#database.all(
        table === undefined
          ? `SELECT value, packets, 0, value FROM (${counting}) c`
          : `SELECT k.id, c.packets, k.kind, k.key FROM (${counting}) c JOIN (${table}) k ON k.id = c.value`,
      );
      const groups = new Map<string, Group>();
      for (const [id, packets, kind, value] of rows) {
        const key = keyOfValue(kind!, value!);
        const group = groups.get(key);
        if (group === undefined) groups.set(key, { key, ids: [Number(id)], packets: Number(packets) });
        else {
          group.ids.push(Number(id));
          group.packets += Number(packets);
        }
      }
      return [...groups.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
    });
  }

  /** Fetches the full rows of a page. */
  async #rows({ lower, isExact }: Selected, placed: readonly Placed[]): Promise<Row[]> {
    if (placed.length === 0) return [];
    const rows = await this.#database.all(
      `SELECT ${columnsOf(this.#database.dialect)}, ${isExact ? 'FALSE' : not(lower)} FROM packet p
       WHERE id IN (${placed.map(({ id }) => id).join(', ')})`,
    );
    const byId = new Map(rows.map((row) => [Number(row[0]), row]));
    // A row may have been erased meanwhile.
    return placed.map(({ id }) => byId.get(id)).filter((row) => row !== undefined);
  }
}

function bytesOf(groups: readonly Group[]): number {
  return groups.reduce((sum, { key, ids }) => sum + GROUP_BYTES + key.length + 8 * ids.length, 1);
}

function keyOfValue(kind: Value, value: Value): string {
  if (typeof value === 'string') return value;
  return value instanceof Uint8Array
    ? `${kind}${Buffer.from(value).toString('hex')}`
    : String(value).padStart(DIGITS, '0');
}

/** @throws StoreError if it is not a cursor of such a page */
function placeOf(cursor: string, isNumber: boolean): Placed {
  const [key, id] = keyOf(cursor, 'sn');
  if (!Number.isSafeInteger(id) || (isNumber && !/^-?\d{1,19}$/.test(String(key))))
    throw new StoreError(
      'ERR_STORE_CURSOR',
      'after: this cursor is of a page in another order; begin again without it',
    );
  return { key: String(key), id: Number(id) };
}
