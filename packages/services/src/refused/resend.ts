// Resends refused batches, once the cause in the batch or the store is repaired. Sequence numbers make this idempotent:
// no batch is stored twice, even if a run is interrupted.
import { type Store, type StoreBatch, StoreError } from '@eyrie/store';
import { isOfTheBatch } from '../persistor/of-the-batch.ts';
import { pathsIn } from './folder.ts';
import { batchIn, isGone } from './read.ts';

export interface Left {
  readonly path: string;
  readonly why: string;
}

export interface Resent {
  /** Batches stored by this run, and their packets. */
  readonly batches: number;
  readonly packets: number;
  /** Batches deleted because their sequence numbers are stored already. */
  readonly repeats: number;
  readonly left: readonly Left[];
}

interface Found {
  readonly path: string;
  readonly source: string;
  readonly sequence: number;
}

/**
 * @param isAll also resend batches whose capture is not in the store: deleted, or never begun
 * @throws StoreError if the store accepts nothing at present
 */
export async function resendRefused(store: Store, folder: string, isAll: boolean): Promise<Resent> {
  const left: Left[] = [];
  const sums = { batches: 0, packets: 0, repeats: 0 };
  const resent = new Set<string>();
  for (const { path, source } of await inOrder(folder, left)) {
    const batch = await batchIn(path);
    if (batch === null) continue;
    if (!isAll && (await store.captureByKey(source)) === null) {
      left.push({
        path,
        why: `its capture is not in the store: it was deleted, or nothing of it was stored; --all sends it`,
      });
      continue;
    }
    const stored = await send(store, batch);
    if ('why' in stored) left.push({ path, why: stored.why });
    else if (!isGone(path)) left.push({ path, why: 'it is stored, but cannot be deleted here' });
    if (!('packets' in stored)) continue;
    // An interrupted run may have stored it.
    resent.add(source);
    if (stored.packets === null) sums.repeats++;
    else {
      sums.batches++;
      sums.packets += stored.packets;
    }
  }
  const incomplete = await sourcesIn(left);
  for (const source of resent) if (!incomplete.has(source)) await clearProblem(store, source);
  return { ...sums, left };
}

/** Batches by capture and sequence number; only their heads, since all together may be large. */
async function inOrder(folder: string, left: Left[]): Promise<Found[]> {
  const found: Found[] = [];
  for (const path of pathsIn(folder) ?? [folder]) {
    const batch = await batchIn(path);
    if (batch !== null) found.push({ path, source: batch.source, sequence: batch.sequence });
    else
      left.push({
        path,
        why: 'it cannot be read: damaged, of another version, or encrypted with a key that is not at hand',
      });
  }
  return found.sort((a, b) => (a.source < b.source ? -1 : a.source > b.source ? 1 : a.sequence - b.sequence));
}

/** Stores a batch; null if it was stored already. */
async function send(
  store: Store,
  batch: StoreBatch,
): Promise<{ readonly packets: number | null } | { readonly why: string }> {
  const count = batch.packets?.length ?? 0;
  // Its packets were counted as drops when it was set aside: subtract them.
  const lost = Math.min(count, (await store.captureByKey(batch.source))?.drops ?? 0);
  const drops = lost === 0 ? [] : [{ where: 'refused' as const, packets: -lost, time: Date.now() / 1000 }];
  try {
    // Later batches have set it since.
    const { reported: _, ...rest } = batch;
    const { applied, packets, capture } = await store.write({ ...rest, drops });
    if (applied) return { packets };
    return (await isThere(store, capture, batch))
      ? { packets: null }
      : {
          why: 'the store has something else under its number, or deleted it since: import its capture again',
        };
  } catch (error) {
    if (!(error instanceof StoreError && isOfTheBatch(error))) throw error;
    return { why: `refused again: ${error.message}` };
  }
}

/** Whether the batch is stored, judged by its first rows: a replacement may have its sequence number. */
async function isThere(store: Store, capture: number, batch: StoreBatch): Promise<boolean> {
  const { packets, flows, names, findings } = batch;
  // A conversation may have grown since.
  if (packets === null) return flows.length + names.length + findings.length === 0;
  const filter = `frame.number == ${packets.number[0]}`;
  return (await store.packets({ capture, filter, limit: 1 })).items.length > 0;
}

async function sourcesIn(left: readonly Left[]): Promise<Set<string>> {
  const sources = new Set<string>();
  for (const { path } of left) sources.add((await batchIn(path))?.source ?? '');
  return sources;
}

/** The wording of pipeline.ts and inbox.ts in the problem of a capture. */
const REFUSED = /(^|; )the store refused (\d+ packets|its last conversations)$/;

async function clearProblem(store: Store, source: string): Promise<void> {
  const capture = await store.captureByKey(source);
  if (capture?.ended == null || capture.problem === null || !REFUSED.test(capture.problem)) return;
  await store.endCapture(capture.id, capture.problem.replace(REFUSED, '') || null);
}
