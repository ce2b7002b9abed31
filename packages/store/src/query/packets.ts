// Pages of packets, and single packets by id.
import { not } from '../filter/condition.ts';
import {
  type Exactness,
  type FoundPacket,
  PAGE_ROWS_MAX,
  type PacketQuery,
  type PacketRow,
  type Page,
} from '../queries.ts';
import { BATCH_PACKETS_MAX } from '../rows.ts';
import type { Database, Row } from '../sql/database.ts';
import { QueryCache } from '../sql/query-cache.ts';
import { ofCapture } from '../write/packet-rows.ts';
import type { CaptureList } from './captures.ts';
import { cursorOf, keyOf } from './cursor.ts';
import { PacketOrder } from './packet-order.ts';
import { columnsOf, packetRows } from './packet-rows.ts';
import { limitOf, type Selected, type Selector } from './selection.ts';
import type { Texts } from './texts.ts';

/** Size of the first range of ids searched; each further one is sixteen times as large. */
const WINDOW = 65_536;
/** Size of the cache of id ranges. */
const SPANS_MAX = 1000;
/** Single packets that are cached. */
const FOUND_MAX = 64;

export type Span = readonly [first: number, last: number];

export class Packets {
  readonly #database: Database;
  readonly #selector: Selector;
  readonly #texts: Texts;
  readonly #captures: CaptureList;
  readonly #columns: string;
  readonly #order: PacketOrder;
  readonly #spans: QueryCache<Span | null>;
  readonly #newest: QueryCache<number>;
  readonly #found: QueryCache<FoundPacket | null>;

  constructor(database: Database, selector: Selector, texts: Texts, captures: CaptureList) {
    this.#columns = columnsOf(database.dialect);
    this.#database = database;
    this.#selector = selector;
    this.#texts = texts;
    this.#captures = captures;
    this.#order = new PacketOrder(database);
    this.#spans = new QueryCache(database, SPANS_MAX);
    this.#newest = new QueryCache(database, SPANS_MAX);
    this.#found = new QueryCache(database, FOUND_MAX);
  }

  async page(query: PacketQuery): Promise<Page<PacketRow> & Exactness> {
    const limit = limitOf(query.limit, 100, PAGE_ROWS_MAX);
    if (query.sort !== undefined) return this.#sorted(query, query.sort, limit);
    const after = query.after === undefined ? null : Number(keyOf(query.after, 'n')[0]);
    const selected = await this.#selector.select(query);
    const rows = await this.#rows(selected, query.order === 'newest', after, limit + 1);
    const items = await packetRows(this.#texts, rows.slice(0, limit));
    const next = rows.length > limit ? cursorOf([items.at(-1)!.id]) : null;
    return { items, next, ...exactness(selected, items) };
  }

  async #sorted(
    query: PacketQuery,
    { by, isDown = false }: NonNullable<PacketQuery['sort']>,
    limit: number,
  ): Promise<Page<PacketRow> & Exactness> {
    const selected = await this.#selector.select(query);
    const { rows, next } = await this.#order.page(selected, { by, isDown, after: query.after, limit });
    const items = await packetRows(this.#texts, rows);
    return { items, next, ...exactness(selected, items) };
  }

  /** Cached, as its tree, its bytes and its conversation are requested one after the other. */
  async byId(id: number): Promise<FoundPacket | null> {
    return Number.isSafeInteger(id) ? this.#found.get(String(id), () => this.#find(id)) : null;
  }

  async #find(id: number): Promise<FoundPacket | null> {
    const rows = await this.#database.allPrepared(
      `SELECT ${this.#columns}, FALSE FROM packet WHERE id >= $1 AND id <= $2 LIMIT 2`,
      [BigInt(id - 1), BigInt(id)],
    );
    const found = await packetRows(this.#texts, rows);
    const packet = found.find((each) => each.id === id);
    if (packet === undefined) return null;
    const previous = found.find((each) => each.id !== id && each.capture === packet.capture);
    const capture = await this.#captures.byId(packet.capture);
    return capture === null ? null : { packet, previous: previous ?? null, capture };
  }

  /** Ranges of ids in which a capture's packets before one are, back to a time (nanoseconds). */
  async windowsBefore(id: number, capture: number, since: bigint): Promise<Iterable<Span>> {
    const span = await this.#batchesSince(since, capture);
    if (span === null) return [];
    const before: Span = [span[0], id - 1];
    return this.#skipsRows ? (before[0] < id ? [before] : []) : windowsOf(before, true, false);
  }

  /** Ranges of ids in which a capture's packets from a time on (nanoseconds) are. */
  async windowsSince(since: bigint, capture: number): Promise<Iterable<Span>> {
    const span = await this.#batchesSince(since, capture);
    return span === null ? [] : windowsOf([span[0], span[1] + BATCH_PACKETS_MAX - 1], false, this.#skipsRows);
  }

  /** An engine that finds rows in the order in which they were stored knows what times they have, range by range. */
  get #skipsRows(): boolean {
    return this.#database.dialect.comesInOrder('');
  }

  /** First ids, see #batches. */
  #batchesSince(since: bigint, capture: number): Promise<Span | null> {
    const time = this.#skipsRows ? '' : ` AND last_time >= ${since}`;
    return this.#batches(`packets > 0 AND capture = ${capture}${time}`);
  }

  /** Searches range after range until the page is full. */
  async #rows(selected: Selected, isDown: boolean, after: number | null, most: number): Promise<Row[]> {
    const rows: Row[] = [];
    const span = await this.#spanFor(selected, isDown, after);
    const comesInOrder = this.#comesInOrder(selected);
    const windows = span === null ? [] : windowsOf(span, isDown, comesInOrder);
    for (const window of windows) {
      const wanted = most - rows.length;
      const found = await this.#database.all(this.#sql(selected, window, isDown, wanted));
      rows.push(...found);
      if (found.length === wanted) break;
    }
    return rows;
  }

  #comesInOrder({ lower, upper }: Selected): boolean {
    return this.#database.dialect.comesInOrder(`${upper} ${lower}`);
  }

  #sql(selected: Selected, [from, to]: Span, isDown: boolean, limit: number): string {
    const { lower, upper, isExact } = selected;
    const candidate = isExact ? 'FALSE' : not(lower);
    const order = isDown ? 'ORDER BY id DESC' : this.#comesInOrder(selected) ? '' : 'ORDER BY id';
    return `SELECT ${this.#columns}, ${candidate} FROM packet p
      WHERE id >= ${from} AND id <= ${to} AND ${upper} ${order} LIMIT ${limit}`;
  }

  /** From the beginning of the page to the last id stored; null if nothing is stored. */
  async #spanFor(selected: Selected, isDown: boolean, after: number | null): Promise<Span | null> {
    const span = await this.#span(selected);
    if (span === null) return null;
    const [first, newestBatch] = span;
    // Erasure reduces the count of a batch, but not its range of ids.
    const last = newestBatch + BATCH_PACKETS_MAX - 1;
    if (!isDown) return [after === null ? first : Math.max(first, Math.trunc(after) + 1), last];
    if (after !== null && after <= newestBatch) return [first, Math.trunc(after) - 1];
    const newest = await this.#newestId(newestBatch, selected.capture);
    return [first, after === null ? newest : Math.min(newest, Math.trunc(after) - 1)];
  }

  /**
   * The first ids of the first and of the last batch with packets of this capture and time. Time is used only if matching
   * packets are sparse; for a conversation one range per capture is cached.
   */
  #span({ capture, ...selected }: Selected): Promise<Span | null> {
    const { from, to } = selected.isConversation ? { from: null, to: null } : selected;
    const which = [
      'packets > 0',
      ...(capture === null ? [] : [`capture = ${capture}`]),
      ...(from === null ? [] : [`last_time >= ${from}`]),
      ...(to === null ? [] : [`first_time < ${to}`]),
    ].join(' AND ');
    return this.#batches(which);
  }

  #batches(which: string): Promise<Span | null> {
    return this.#spans.get(which, async () => {
      const [row] = await this.#database.all(
        `SELECT min(first_id), max(first_id) FROM batches WHERE ${which}`,
      );
      return row === undefined || row[0] === null ? null : [Number(row[0]), Number(row[1])];
    });
  }

  /** The last id of a batch, whose ids are consecutive. */
  #newestId(firstId: number, capture: number | null): Promise<number> {
    const which = `id >= ${firstId} AND id < ${firstId + BATCH_PACKETS_MAX}
      ${capture === null ? '' : `AND ${ofCapture(capture)}`}`;
    return this.#newest.get(which, async () => {
      const [row] = await this.#database.all(`SELECT max(id) FROM packet WHERE ${which}`);
      return row === undefined || row[0] === null ? firstId : Number(row[0]);
    });
  }
}

function exactness({ isExact, rest }: Selected, items: readonly PacketRow[]): Exactness {
  const exact = isExact || items.every((item) => !item.isCandidate);
  return { exact, rest: exact ? null : rest };
}

/**
 * Ranges of ids, each larger than the previous one. Most pages are full after the first, and the physical order of the rows
 * serves as the index. If the engine returns rows in that order, an ascending search stops by itself when the page is full.
 */
function* windowsOf([first, last]: Span, isDown: boolean, comesInOrder: boolean): Generator<Span> {
  if (comesInOrder && !isDown) {
    if (first <= last) yield [first, last];
    return;
  }
  let [low, high] = [first, last];
  for (let size = WINDOW; low <= high; size *= 16) {
    const [from, to] = isDown
      ? [Math.max(low, high - size + 1), high]
      : [low, Math.min(high, low + size - 1)];
    yield [from, to];
    if (isDown) high = from - 1;
    else low = to + 1;
  }
}
