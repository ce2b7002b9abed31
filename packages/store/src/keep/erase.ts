// Erasure of everything that refers to one address, or to one capture.
import { ADDRESS_BYTES, ETHER, isPrefix } from '@eyrie/dissect';
import { StoreError } from '../errors.ts';
import { addressNamed } from '../query/address.ts';
import type { Database, Transaction } from '../sql/database.ts';
import { plainText } from '../sql/insert.ts';
import type { Erased, Removed } from '../store.ts';
import { addressText } from '../write/address-text.ts';
import type { Disguise } from '../write/dictionaries.ts';
import { ofCapture } from '../write/packet-rows.ts';
import { audit, dropUnusedAddresses, removePackets, unrecordedPackets } from './remove.ts';

/**
 * Deletes all rows that refer to the address: packets from and to it, its flows, names and findings. Packets stored
 * without their outer addresses cannot be attributed: they remain and are counted. The audit log records the erasure
 * and its extent, but not the address. Capture files are not changed.
 */
export async function erase(
  database: Database,
  address: string,
  reason: string,
  disguise: Disguise | null,
): Promise<Erased> {
  const named = addressNamed(address);
  if (named === null || isPrefix(named.constant) || !(named.constant instanceof Uint8Array))
    throw new StoreError(
      'ERR_STORE_QUERY',
      `"${address}" is not a single address; write 192.0.2.1 or 2001:db8::1`,
    );
  const { kind } = named;
  const bytes = new Uint8Array(ADDRESS_BYTES);
  bytes.set(named.constant);
  const text = addressText(kind, disguise === null ? bytes : disguise(kind, bytes));
  return database.transaction(async (tx) => {
    await tx.holdDictionaries();
    const packets = await erasePackets(tx, text);
    // A stored Info column may name a third party ("Who has 192.0.2.1?").
    await tx.run('DELETE FROM infos WHERE strpos(info, $1) > 0', [text]);
    const removed = {
      packets,
      flows: await tx.run('DELETE FROM flows WHERE client = $1 OR server = $1', [text]),
      names: await tx.run('DELETE FROM names WHERE address = $1 OR name = $1', [text]),
      findings: await tx.run(
        'DELETE FROM findings WHERE address = $1 OR strpos(message, $1) > 0 OR strpos(detail, $1) > 0',
        [text],
      ),
    };
    await dropUnusedAddresses(tx);
    const kindName = kind === ETHER ? 'an Ethernet address' : 'an IP address';
    await audit(tx, 'erase', plainText(reason === '' ? kindName : `${kindName}: ${reason}`), removed);
    return { ...removed, unrecorded: await unrecordedPackets(tx) };
  });
}

/** Deletes packets from and to the address, inside and outside of tunnels, and packets that quote such packets. */
async function erasePackets(tx: Transaction, text: string): Promise<number> {
  const [shown, outer] = [await idsOf(tx, 'addresses', text), await idsOf(tx, 'outer_addresses', text)];
  const conditions = [
    ...(shown === '' ? [] : [`p.src IN (${shown}) OR p.dst IN (${shown})`]),
    ...(outer === '' ? [] : [`(p.outer_id IS NOT NULL AND p.outer_id IN (${outer}))`]),
  ];
  return conditions.length === 0 ? 0 : removePackets(tx, `(${conditions.join(' OR ')})`);
}

async function idsOf(tx: Transaction, table: string, text: string): Promise<string> {
  const rows = await tx.all(`SELECT DISTINCT id FROM ${table} WHERE text = $1`, [text]);
  return rows.map(([id]) => Number(id)).join(', ');
}

export async function deleteCapture(database: Database, id: number): Promise<boolean> {
  if (!Number.isSafeInteger(id)) return false;
  return database.transaction(async (tx) => {
    await tx.holdDictionaries();
    const [row] = await tx.all(`SELECT key FROM captures WHERE id = ${id}`);
    if (row === undefined) return false;
    const removed = await removeRows(tx, id);
    for (const table of ['tallies', 'batches', 'drops', 'clocks'])
      await tx.run(`DELETE FROM ${table} WHERE capture = ${id}`);
    await tx.run(`DELETE FROM captures WHERE id = ${id}`);
    await dropUnusedAddresses(tx);
    // A capture interrupted before its first packet is not worth an audit entry.
    if (Object.values(removed).some((rows) => rows > 0))
      await audit(tx, 'delete capture', `capture ${id}`, removed);
    return true;
  });
}

async function removeRows(tx: Transaction, capture: number): Promise<Removed> {
  const remove = (table: string): Promise<number> =>
    tx.run(`DELETE FROM ${table} WHERE capture = ${capture}`);
  const which = ofCapture(capture);
  await tx.run(`DELETE FROM infos WHERE id IN (SELECT id FROM packet WHERE ${which})`);
  return {
    packets: await tx.run(`DELETE FROM packet WHERE ${which}`),
    flows: await remove('flows'),
    names: await remove('names'),
    findings: await remove('findings'),
  };
}
