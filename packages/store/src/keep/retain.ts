// Keeping a store within its limits: the oldest packets go first, with the flows, names and findings of their time.
import { StoreError } from '../errors.ts';
import type { Database, Transaction } from '../sql/database.ts';
import type { Removed, Retention } from '../store.ts';
import { audit, dropUnusedAddresses, pruneEmptyBatches, removePackets } from './remove.ts';

export async function retain(database: Database, limits: Retention): Promise<Removed> {
  const { ageSeconds, rows, bytes } = limits;
  for (const [name, value] of Object.entries(limits))
    if (value !== undefined && !(value >= 0))
      throw new StoreError('ERR_STORE_QUERY', `${name}: ${value} is not a number from 0 on`);
  const most = Math.min(rows ?? Infinity, bytes === undefined ? Infinity : await rowsWithin(database, bytes));
  return database.transaction(async (tx) => {
    await tx.holdDictionaries();
    let packets = 0;
    if (ageSeconds !== undefined) packets += await removeOlder(tx, ageSeconds);
    if (most !== Infinity) packets += await removeBeyond(tx, Math.floor(most));
    if (packets === 0) return { packets: 0, flows: 0, names: 0, findings: 0 };
    const removed = { packets, ...(await removeNotes(tx)) };
    await pruneEmptyBatches(tx);
    await dropUnusedAddresses(tx);
    const limitTexts = Object.entries(limits)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `${name} ${value}`);
    await audit(tx, 'retain', limitTexts.join(', '), removed);
    return removed;
  });
}

/** How many packets of the size they have here fit into so many bytes. */
async function rowsWithin(database: Database, bytes: number): Promise<number> {
  const { bytes: size, free } = await database.size();
  const [row] = await database.all('SELECT COALESCE(sum(packets), 0) FROM batches');
  const packets = Number(row![0]);
  const used = size - free;
  return used <= bytes || packets === 0 ? Infinity : (packets * bytes) / used;
}

async function removeOlder(tx: Transaction, ageSeconds: number): Promise<number> {
  const [row] = await tx.all('SELECT max(last_time) FROM batches');
  if (row === undefined || row[0] === null) return 0;
  const oldest = BigInt(row[0] as bigint) - BigInt(Math.round(ageSeconds * 1e9));
  return removePackets(tx, `p.time < ${oldest}`);
}

/** Deletes the oldest stored packets beyond a number of rows. */
async function removeBeyond(tx: Transaction, most: number): Promise<number> {
  const batches = await tx.all(
    'SELECT first_id, packets FROM batches WHERE packets > 0 ORDER BY first_id DESC',
  );
  let kept = 0;
  /** The first id of the batches that are kept whole. */
  let end: number | null = null;
  for (const [first, packets] of batches) {
    const count = Number(packets);
    if (kept + count > most) {
      // Of this batch the newest that still fit.
      const [row] = await tx.all(
        `SELECT min(id) FROM (SELECT id FROM packet WHERE id >= ${Number(first)} ${end === null ? '' : `AND id < ${end}`}
           ORDER BY id DESC LIMIT ${most - kept}) n`,
      );
      const firstKept = row === undefined || row[0] === null ? end : Number(row[0]);
      return removePackets(tx, firstKept === null ? 'TRUE' : `p.id < ${firstKept}`);
    }
    end = Number(first);
    kept += count;
  }
  return 0;
}

/** Deletes flows, names and findings last seen before the first remaining packet of their capture. */
async function removeNotes(tx: Transaction): Promise<Omit<Removed, 'packets'>> {
  const before = (table: string, time: string): Promise<number> =>
    tx.run(
      `DELETE FROM ${table} WHERE ${time} < COALESCE((SELECT min(first_time) / 1e9 FROM batches b
         WHERE b.capture = ${table}.capture AND b.packets > 0), 1e300)`,
    );
  await before('drops', 'time');
  await before('clocks', 'time');
  return {
    flows: await before('flows', 'end_time'),
    names: await before('names', 'last_time'),
    findings: await before('findings', 'last_time'),
  };
}
