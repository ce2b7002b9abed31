// Traffic between pairs of addresses, by the address columns.
import type { ConversationQuery, Conversations, EndpointQuery, Endpoints } from '../queries.ts';
import type { Database } from '../sql/database.ts';
import { limitOf, type Selector } from './selection.ts';
import { secondsText } from './time.ts';

const LIMIT_MAX = 10_000;
const NAMES_MAX = 3;

/** What endpoints are sorted by, in SQL. */
const ORDERS: Readonly<Record<NonNullable<EndpointQuery['order']>, string>> = {
  bytes: 'sum(bytes)',
  packets: 'sum(packets)',
  sent: 'sum(CASE WHEN sent THEN bytes ELSE 0 END)',
  received: 'sum(CASE WHEN sent THEN 0 ELSE bytes END)',
};

export async function conversations(
  database: Database,
  selector: Selector,
  query: ConversationQuery,
): Promise<Conversations> {
  const limit = limitOf(query.limit, 100, LIMIT_MAX);
  const { lower, upper, isExact, rest } = await selector.select(query);
  const order = query.order === 'packets' ? 'packets' : 'bytes';
  const undecided = isExact ? '0' : `count(*) FILTER (WHERE NOT ${lower})`;
  // One aggregation over dictionary numbers; texts are looked up, and directions merged, for the resulting pairs only.
  const rows = await database.all(
    `SELECT a, b, sum(CASE WHEN forth THEN packets ELSE 0 END), sum(CASE WHEN forth THEN bytes ELSE 0 END),
       sum(CASE WHEN forth THEN 0 ELSE packets END), sum(CASE WHEN forth THEN 0 ELSE bytes END),
       min(first_time), max(last_time), sum(undecided)
     FROM (SELECT LEAST(s.text, d.text) AS a, GREATEST(s.text, d.text) AS b, s.text <= d.text AS forth, g.*
       FROM (SELECT src, dst, count(*) AS packets, sum(length) AS bytes, min(time) AS first_time,
           max(time) AS last_time, ${undecided} AS undecided FROM packet p WHERE ${upper} GROUP BY src, dst) g
         JOIN addresses s ON s.id = g.src JOIN addresses d ON d.id = g.dst
       WHERE s.kind > 0) pairs
     GROUP BY a, b ORDER BY sum(${order}) DESC, a, b LIMIT ${limit}`,
  );
  const exact = rows.every((row) => Number(row[8]) === 0);
  return {
    items: rows.map(([a, b, packetsToB, bytesToB, packetsToA, bytesToA, first, last]) => ({
      a: String(a),
      b: String(b),
      packetsToB: Number(packetsToB),
      bytesToB: Number(bytesToB),
      packetsToA: Number(packetsToA),
      bytesToA: Number(bytesToA),
      firstTime: secondsText(BigInt(first as bigint)),
      lastTime: secondsText(BigInt(last as bigint)),
    })),
    exact,
    rest: exact ? null : rest,
  };
}

export async function endpoints(
  database: Database,
  selector: Selector,
  query: EndpointQuery,
): Promise<Endpoints> {
  const limit = limitOf(query.limit, 100, LIMIT_MAX);
  const { lower, upper, isExact, rest } = await selector.select(query);
  const order = ORDERS[query.order ?? 'bytes'];
  const undecided = isExact ? '0' : `count(*) FILTER (WHERE NOT ${lower})`;
  const rows = await database.all(
    `WITH pairs AS (SELECT src, dst, count(*) AS packets, sum(length) AS bytes, min(time) AS first_time,
         max(time) AS last_time, ${undecided} AS undecided FROM packet p WHERE ${upper} GROUP BY src, dst),
       sides AS (SELECT src AS id, TRUE AS sent, packets, bytes, first_time, last_time, undecided FROM pairs
         UNION ALL SELECT dst, FALSE, packets, bytes, first_time, last_time, undecided FROM pairs)
     SELECT e.text, sum(CASE WHEN sent THEN packets ELSE 0 END), sum(CASE WHEN sent THEN bytes ELSE 0 END),
       sum(CASE WHEN sent THEN 0 ELSE packets END), sum(CASE WHEN sent THEN 0 ELSE bytes END),
       min(first_time), max(last_time), sum(undecided)
     FROM sides JOIN (SELECT id, kind, text FROM addresses) e ON e.id = sides.id WHERE e.kind > 0
     GROUP BY e.text ORDER BY ${order} DESC, e.text LIMIT ${limit}`,
  );
  const exact = rows.every((row) => Number(row[7]) === 0);
  const names = await namesOf(
    database,
    rows.map(([address]) => String(address)),
  );
  return {
    items: rows.map(([address, packetsSent, bytesSent, packetsReceived, bytesReceived, first, last]) => ({
      address: String(address),
      packetsSent: Number(packetsSent),
      bytesSent: Number(bytesSent),
      packetsReceived: Number(packetsReceived),
      bytesReceived: Number(bytesReceived),
      firstTime: secondsText(BigInt(first as bigint)),
      lastTime: secondsText(BigInt(last as bigint)),
      names: names.get(String(address)) ?? [],
    })),
    exact,
    rest: exact ? null : rest,
  };
}

/** The latest names of each address. */
async function namesOf(database: Database, addresses: readonly string[]): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  if (addresses.length === 0) return found;
  const rows = await database.all(
    `SELECT n.address, n.name, max(n.last_time) FROM names n
       JOIN ${database.dialect.fromJson([{ name: 'address', type: 'TEXT' }])} ON s.address = n.address
     GROUP BY n.address, n.name ORDER BY 3 DESC, 2`,
    [JSON.stringify(addresses.map((address) => ({ address })))],
  );
  for (const [address, name] of rows) {
    const list = found.get(String(address)) ?? [];
    if (list.length < NAMES_MAX) list.push(String(name));
    found.set(String(address), list);
  }
  return found;
}
