// Packets are stored once though two processes store one capture, and cut it into different batches. Equal batches have equal
// sequence numbers, which are stored once anyway.
import { StoreError } from '../errors.ts';
import type { PacketColumns } from '../rows.ts';
import type { Transaction } from '../sql/database.ts';

/** Packets of a batch, counted from 0 within their capture. */
export interface Range {
  readonly capture: number;
  readonly first: number;
  readonly last: number;
}

/** Null if the batch is not numbered by its last packet: overlaps cannot be detected then. */
export function rangeOf(
  capture: number,
  sequence: number,
  { number, length }: Pick<PacketColumns, 'number' | 'length'>,
): Range | null {
  const [first, last] = [number[0]! - 1, number[length - 1]! - 1];
  return last === sequence && last - first === length - 1 ? { capture, first, last } : null;
}

/**
 * Locks the captures until the end of the transaction, so that no other process adds batches to them. To be called in turn.
 *
 * @throws StoreError `ERR_STORE_CLAIMED` if packets of a range are stored already
 */
export async function refuseOverlaps(tx: Transaction, ranges: readonly Range[]): Promise<void> {
  if (ranges.length === 0) return;
  await tx.holdCaptures?.([...new Set(ranges.map(({ capture }) => capture))]);
  const values = ranges.map(({ capture, first, last }) => `(${capture}, ${first}, ${last})`).join(', ');
  const [found] = await tx.all(
    `SELECT n.capture, n.first, n.last FROM (VALUES ${values}) n (capture, first, last)
       JOIN captures c ON c.id = n.capture
     WHERE c.base_sequence > n.first OR EXISTS (SELECT 1 FROM batches b WHERE b.capture = n.capture AND b.packets > 0
       AND b.sequence >= n.first AND b.sequence - b.packets < n.last AND b.sequence <> n.last) LIMIT 1`,
  );
  if (found === undefined) return;
  const [capture, first, last] = found.map(Number) as [number, number, number];
  throw new StoreError(
    'ERR_STORE_CLAIMED',
    `packets ${first + 1} to ${last + 1} of capture ${capture} are stored already, by another process that stores the same capture; start again when that has ended`,
  );
}
