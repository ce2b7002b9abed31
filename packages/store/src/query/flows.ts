// Pages of conversations.
import type { TcpState, Transport } from '@eyrie/dissect';
import { StoreError } from '../errors.ts';
import {
  type FlowHead,
  type FlowPage,
  type FlowQuery,
  PAGE_ROWS_MAX,
  type PacketRow,
  type SequenceBase,
  type StoredFlow,
} from '../queries.ts';
import type { Database, Dialect, Row, Value } from '../sql/database.ts';
import { QueryCache } from '../sql/query-cache.ts';
import { addressIs } from './address.ts';
import { cursorOf, keyOf } from './cursor.ts';
import { flowsOf, passing } from './passing.ts';
import { limitOf, type Selector, wholeNumber } from './selection.ts';
import { nanosecondsOf } from './time.ts';

const COLUMNS = `id, capture, transport, stream, client, client_port, server, server_port, start_time, end_time,
  packets_to_server, bytes_to_server, packets_to_client, bytes_to_client, applications, server_name, fingerprints,
  community_id, state, handshake_ms, retransmissions, out_of_order, zero_windows, is_over`;

const ORDERS: Readonly<Record<NonNullable<FlowQuery['order']>, string>> = {
  bytes: 'bytes',
  packets: 'packets',
  start: 'start_time',
  duration: '(end_time - start_time)',
  retransmissions: 'retransmissions',
};

export async function flowPage(database: Database, selector: Selector, query: FlowQuery): Promise<FlowPage> {
  const limit = limitOf(query.limit, 100, PAGE_ROWS_MAX);
  const order = ORDERS[query.order ?? 'bytes'];
  if (order === undefined)
    throw new StoreError('ERR_STORE_QUERY', `order: flows are ordered by ${Object.keys(ORDERS).join(', ')}`);
  const { conditions, values } = conditionsOf(database.dialect, query);
  const { where, exact } = await passing(selector, query, flowsOf);
  conditions.push(...where);
  const total = query.count === true ? await flowCount(database, conditions, values) : null;
  if (query.after !== undefined) {
    // As parameters they would have to be of the column's type. Without the cast, DuckDB takes the literal for a DECIMAL, which it
    // converts to a double with an error of its own: no row would be equal.
    const [key, last] = keyOf(query.after, 'nn');
    const size = `CAST('${key}' AS FLOAT8)`;
    conditions.push(`(${order} < ${size} OR (${order} = ${size} AND id > ${last}))`);
  }
  // Ids first: to sort whole rows takes several times as much time and memory.
  const ids = `SELECT id FROM flows ${whereOf(conditions)} ORDER BY ${order} DESC, id LIMIT ${limit + 1}`;
  const rows = await database.all(
    `SELECT ${COLUMNS}, ${order} FROM flows WHERE id IN (${ids}) ORDER BY ${order} DESC, id`,
    values,
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    exact,
    items: page.map(storedFlow),
    next: rows.length > limit ? cursorOf([Number(last!.at(-1)), Number(last![0])]) : null,
    total,
  };
}

async function flowCount(database: Database, conditions: string[], values: Value[]): Promise<number> {
  const [row] = await database.all(`SELECT count(*) FROM flows ${whereOf(conditions)}`, values);
  return Number(row![0]);
}

function whereOf(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
}

export async function flowById(database: Database, id: number): Promise<StoredFlow | null> {
  if (!Number.isSafeInteger(id)) return null;
  const [row] = await database.all(`SELECT ${COLUMNS} FROM flows WHERE id = ${id}`);
  return row === undefined ? null : storedFlow(row);
}

/** IP protocol numbers of the transports that have conversations. */
const TRANSPORTS: Readonly<Record<number, Transport>> = {
  6: 'tcp',
  17: 'udp',
  33: 'dccp',
  132: 'sctp',
  136: 'udplite',
};
/** Stream numbers that are looked up together: packets that are looked at one after the other are of few conversations. */
const BLOCK = 512;
/** Size of the cache of packets' conversations, about 200 bytes each. */
const FLOWS_MAX = 50_000;

type Heads = ReadonlyMap<string, FlowHead>;

export class Flows {
  readonly #database: Database;
  readonly #cache: QueryCache<Heads>;
  readonly #bases: QueryCache<ReadonlyMap<number, SequenceBase>>;

  constructor(database: Database) {
    this.#database = database;
    this.#cache = new QueryCache(database, FLOWS_MAX, (heads) => 1 + heads.size);
    this.#bases = new QueryCache(database, FLOWS_MAX, (bases) => 1 + bases.size);
  }

  /** Null if the packet has no conversation, or none was reported yet. */
  async of({ capture, stream, transport }: PacketRow): Promise<FlowHead | null> {
    const name = TRANSPORTS[transport ?? 0];
    if (stream === null || name === undefined) return null;
    // Nothing is gained by looking up others if they can't be cached.
    const block = this.#database.changes === null ? 1 : BLOCK;
    const from = stream - (stream % block);
    const heads = await this.#cache.get(`${capture} ${from}`, () =>
      this.#heads(capture, from, from + block - 1),
    );
    return heads.get(`${name} ${stream}`) ?? null;
  }

  /** One query for a page of packets; a page is requested again when a user goes back. */
  sequenceBases(capture: number, streams: readonly number[]): Promise<ReadonlyMap<number, SequenceBase>> {
    if (streams.length === 0) return Promise.resolve(new Map());
    const which = [...new Set(streams)].sort((a, b) => a - b).join(', ');
    return this.#bases.get(`${capture} ${which}`, async () => {
      const rows = await this.#database.all(
        `SELECT stream, client, client_port, client_isn, server_isn FROM flows
         WHERE capture = ${capture} AND transport = 'tcp' AND stream IN (${which})`,
      );
      return new Map(
        rows.map(([stream, address, port, ...isn]) => {
          const [clientSequence, serverSequence] = isn.map((value) =>
            value === null ? null : Number(value),
          );
          const client = { address: String(address), port: Number(port) };
          return [
            Number(stream),
            { client, clientSequence: clientSequence!, serverSequence: serverSequence! },
          ];
        }),
      );
    });
  }

  async #heads(capture: number, from: number, to: number): Promise<Heads> {
    const rows = await this.#database.allPrepared(
      'SELECT transport, stream, id, start_time, end_time, packets FROM flows WHERE capture = $1 AND stream >= $2 AND stream <= $3',
      [capture, from, to].map(BigInt),
    );
    return new Map(
      rows.map(([transport, stream, id, start, end, packets]) => [
        `${transport} ${stream}`,
        { id: Number(id), start: Number(start), end: Number(end), packets: Number(packets) },
      ]),
    );
  }
}

function conditionsOf(dialect: Dialect, query: FlowQuery): { conditions: string[]; values: Value[] } {
  const conditions: string[] = [];
  const values: Value[] = [];
  const add = (value: Value | undefined, condition: (place: string) => string): void => {
    if (value === undefined) return;
    values.push(value);
    conditions.push(condition(`$${values.length}`));
  };
  const { address, capture, port, stream } = query;
  if (address !== undefined)
    conditions.push(`(${addressIs('client', address, dialect)} OR ${addressIs('server', address, dialect)})`);
  // Literals may be larger than their columns; parameters may not.
  if (capture !== undefined) conditions.push(`capture = ${wholeNumber(capture, 'capture')}`);
  if (stream !== undefined) conditions.push(`stream = ${wholeNumber(stream, 'stream')}`);
  if (port !== undefined) {
    const number = wholeNumber(port, 'port');
    conditions.push(`(client_port = ${number} OR server_port = ${number})`);
  }
  add(seconds(query.from, 'from'), (at) => `end_time >= ${at}`);
  add(seconds(query.to, 'to'), (at) => `start_time < ${at}`);
  add(query.transport, (at) => `transport = ${at}`);
  add(query.state, (at) => `state = ${at}`);
  add(query.application === undefined ? undefined : JSON.stringify(query.application.toLowerCase()), (at) =>
    contains('applications', at),
  );
  add(query.serverName?.toLowerCase(), (at) => contains('lower(server_name)', at));
  return { conditions, values };
}

/** Substring test; unlike LIKE, `position` has no special characters, and both engines have it. */
export function contains(text: string, part: string): string {
  return `strpos(${text}, ${part}) > 0`;
}

function seconds(value: string | number | undefined, name: string): number | undefined {
  return value === undefined ? undefined : Number(nanosecondsOf(value, name)) / 1e9;
}

function storedFlow(row: Row): StoredFlow {
  const [id, capture, transport, stream, client, clientPort, server, serverPort, start, end] = row;
  const [packetsOut, bytesOut, packetsIn, bytesIn, applications, serverName, fingerprints] = row.slice(10);
  const [communityId, state, handshakeMs, retransmissions, outOfOrder, zeroWindows, isOver] = row.slice(17);
  return {
    id: Number(id),
    capture: Number(capture),
    transport: transport as Transport,
    stream: Number(stream),
    client: { address: String(client), port: Number(clientPort) },
    server: { address: String(server), port: Number(serverPort) },
    start: Number(start),
    end: Number(end),
    toServer: { packets: Number(packetsOut), bytes: Number(bytesOut) },
    toClient: { packets: Number(packetsIn), bytes: Number(bytesIn) },
    applications: JSON.parse(String(applications)),
    serverName: serverName as string | null,
    fingerprints: JSON.parse(String(fingerprints)),
    communityId: String(communityId),
    state: state as TcpState | null,
    handshakeMs: handshakeMs === null ? null : Number(handshakeMs),
    retransmissions: Number(retransmissions),
    outOfOrder: Number(outOfOrder),
    zeroWindows: Number(zeroWindows),
    isOver: isOver === true,
  };
}
