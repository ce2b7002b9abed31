// Deletes packets and corrects the counts that include them.
import { IPV4, ipHeaders, isWrapped } from '@eyrie/dissect';
import type { Transaction } from '../sql/database.ts';
import type { Removed } from '../store.ts';
import { KIND_MASK, KIND_SHIFT } from '../write/packet-rows.ts';

/** Packets that one statement goes through: their join with batches is sorted, and should fit into little memory. */
const RANGE_PACKETS = 500_000;

/** Deletes packets by a condition on `packet p`, and updates the counts in batches and tallies; returns their number. */
export async function removePackets(tx: Transaction, condition: string): Promise<number> {
  let removed = 0;
  for (const range of await idRanges(tx)) removed += await removeWithin(tx, range, condition);
  return removed;
}

/** Conditions on `packet p`, each for the packets of some batches. */
async function idRanges(tx: Transaction): Promise<string[]> {
  const batches = await tx.all('SELECT first_id, packets FROM batches WHERE packets > 0 ORDER BY first_id');
  const starts: number[] = [];
  let packets = RANGE_PACKETS;
  for (const [first, count] of batches) {
    if (packets >= RANGE_PACKETS) {
      starts.push(Number(first));
      packets = 0;
    }
    packets += Number(count);
  }
  return starts.map((from, i) => {
    const to = starts[i + 1];
    return `p.id >= ${from}${to === undefined ? '' : ` AND p.id < ${to}`}`;
  });
}

async function removeWithin(tx: Transaction, range: string, condition: string): Promise<number> {
  const which = `${range} AND (${condition})`;
  const ids = `SELECT p.id FROM packet p WHERE ${which}`;
  const touched = await tx.all(
    `SELECT b.id, count(*) = b.packets FROM ${tx.dialect.withBatches(ids)} GROUP BY b.id, b.packets`,
  );
  if (touched.length === 0) return 0;
  await tx.run(`DELETE FROM infos WHERE id IN (${ids})`);
  const removed = await tx.run(`DELETE FROM packet p WHERE ${which}`);
  const numbers = (isWhole: boolean): number[] =>
    touched.filter(([, whole]) => whole === isWhole).map(([id]) => Number(id));
  for (const batches of parts(numbers(true))) {
    await tx.run(`DELETE FROM tallies WHERE batch IN (${batches})`);
    await tx.run(
      `UPDATE batches SET packets = 0, bytes = 0, first_time = NULL, last_time = NULL WHERE id IN (${batches})`,
    );
  }
  for (const batches of parts(numbers(false))) await recount(tx, range, batches);
  return removed;
}

async function recount(tx: Transaction, range: string, batches: string): Promise<void> {
  const { dialect } = tx;
  const packets = `SELECT id, time, protocol, path, length FROM packet p WHERE ${range}`;
  const remaining = `FROM ${dialect.withBatches(packets)} WHERE b.id IN (${batches})`;
  await tx.run(`DELETE FROM tallies WHERE batch IN (${batches})`);
  // Buckets begin at multiples of the width, also before 1970.
  const down = `p.time - ((p.time % b.width) + b.width) % b.width`;
  await tx.run(
    `INSERT INTO tallies (batch, capture, bucket, protocol, path, packets, bytes)
     SELECT b.id, b.capture, ${down}, p.protocol, p.path, count(*), sum(p.length) ${remaining}
     GROUP BY b.id, b.capture, ${down}, p.protocol, p.path`,
  );
  await tx.run(
    `UPDATE batches SET packets = g.packets, bytes = g.bytes, first_time = g.first_time, last_time = g.last_time
     FROM (SELECT b.id, count(*) AS packets, ${dialect.whole('sum(p.length)')} AS bytes, min(p.time) AS first_time,
         max(p.time) AS last_time ${remaining} GROUP BY b.id) g
     WHERE batches.id = g.id`,
  );
}

/** Comma-separated lists of at most 5,000 numbers. */
function parts(numbers: readonly number[]): string[] {
  const lists: string[] = [];
  for (let at = 0; at < numbers.length; at += 5000) lists.push(numbers.slice(at, at + 5000).join(', '));
  return lists;
}

/** Emptied batches kept per capture; earlier ones count as stored. */
const EMPTY_BATCHES_KEPT = 10_000;

export async function pruneEmptyBatches(tx: Transaction): Promise<void> {
  await tx.run(
    `UPDATE captures SET base_sequence = g.base FROM (
       SELECT capture, max(sequence) - ${EMPTY_BATCHES_KEPT} AS base FROM batches GROUP BY capture) g
     WHERE g.capture = captures.id AND g.base > captures.base_sequence`,
  );
  await tx.run(
    `DELETE FROM batches WHERE packets = 0
       AND sequence < (SELECT base_sequence FROM captures c WHERE c.id = batches.capture)`,
  );
}

/** Deletes addresses without packets. */
export async function dropUnusedAddresses(tx: Transaction): Promise<void> {
  await tx.run(`DELETE FROM addresses WHERE id NOT IN (SELECT src FROM packet UNION SELECT dst FROM packet)`);
  await tx.run(
    `DELETE FROM outer_addresses
     WHERE id NOT IN (SELECT DISTINCT outer_id FROM packet WHERE outer_id IS NOT NULL)`,
  );
}

/** Number of packets with IP addresses that are not stored: those of older versions, and those beyond the bound. */
export async function unrecordedPackets(tx: Transaction): Promise<number> {
  const paths = await tx.all('SELECT id, layers FROM paths WHERE NOT is_told');
  const unrecorded = paths.map(([id, layers]) => ({
    id: Number(id),
    headers: ipHeaders(String(layers).split(':')),
  }));
  const withIp = unrecorded.filter(({ headers }) => headers > 0).map(({ id }) => id);
  if (withIp.length === 0) return 0;
  const wrapped = unrecorded.filter(({ headers }) => isWrapped(headers, IPV4)).map(({ id }) => id);
  const showsNone = `(marks & ${KIND_MASK << KIND_SHIFT}) < ${IPV4 << KIND_SHIFT}`;
  const [row] = await tx.all(
    `SELECT count(*) FROM packet WHERE path IN (${[...wrapped, -1].join(', ')})
       OR (${showsNone} AND path IN (${withIp.join(', ')}))`,
  );
  return Number(row![0]);
}

export async function audit(
  tx: Transaction,
  action: string,
  detail: string,
  removed: Removed,
): Promise<void> {
  await tx.run('INSERT INTO audit (time, action, detail, packets) VALUES ($1, $2, $3, $4)', [
    Date.now() / 1000,
    action,
    detail,
    removed.packets,
  ]);
}
