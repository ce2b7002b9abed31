// What the store refused is sent to it again, once what was wrong with it or with the store is mended. A batch has its number
// still, so none is stored twice, whenever this ends.
import { type Store, type StoreBatch, StoreError } from '@eyrie/store';
import { isOfTheBatch } from '../persistor/of-the-batch.ts';
import { batchIn, isGone, pathsIn } from './read.ts';

export interface Left {
  readonly path: string;
  readonly why: string;
}

export interface Resent {
  /** Stored now, and packets in them. */
  readonly batches: number;
  readonly packets: number;
  /** Deleted, for the store has something under their numbers already. */
  readonly repeats: number;
  readonly left: readonly Left[];
}

interface Found {
  readonly path: string;
  readonly source: string;
  readonly sequence: number;
}

/**
 * @param isAll also those whose captures the store does not have: they were deleted, or never begun
 * @throws StoreError where the store takes nothing just now
 */
export async function resendRefused(store: Store, folder: string, isAll: boolean): Promise<Resent> {
  const left: Left[] = [];
  const sums = { batches: 0, packets: 0, repeats: 0 };
  const mended = new Set<string>();
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
    // Stored by one that ended before it said so, perhaps.
    mended.add(source);
    if (stored.packets === null) sums.repeats++;
    else {
      sums.batches++;
      sums.packets += stored.packets;
    }
  }
  const incomplete = await sourcesIn(left);
  for (const source of mended) if (!incomplete.has(source)) await tellMended(store, source);
  return { ...sums, left };
}

/** By capture, then by number; one after the other is read, for together they may be large. */
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

/** Null: it was stored before. */
async function send(
  store: Store,
  batch: StoreBatch,
): Promise<{ readonly packets: number | null } | { readonly why: string }> {
  const count = batch.packets?.length ?? 0;
  // What it told of lost packets was told in its place, with its own packets as lost: these are not, now.
  const lost = Math.min(count, (await store.captureByKey(batch.source))?.drops ?? 0);
  const drops = lost === 0 ? [] : [{ where: 'refused' as const, packets: -lost, time: Date.now() / 1000 }];
  try {
    const { applied, packets, capture } = await store.write({ ...batch, drops });
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

/** By the first of what it holds: under its number may stand what was told in its place. */
async function isThere(store: Store, capture: number, batch: StoreBatch): Promise<boolean> {
  const { packets, flows, names, findings } = batch;
  // Of a conversation there may be more than was told before.
  if (packets === null) return flows.length + names.length + findings.length === 0;
  const filter = `frame.number == ${packets.number[0]}`;
  return (await store.packets({ capture, filter, limit: 1 })).items.length > 0;
}

async function sourcesIn(left: readonly Left[]): Promise<Set<string>> {
  const sources = new Set<string>();
  for (const { path } of left) sources.add((await batchIn(path))?.source ?? '');
  return sources;
}

/** As pipeline.ts and inbox.ts say it of a capture that ended. */
const REFUSED = /(^|; )the store refused (\d+ packets|its last conversations)$/;

async function tellMended(store: Store, source: string): Promise<void> {
  const capture = await store.captureByKey(source);
  if (capture?.ended == null || capture.problem === null || !REFUSED.test(capture.problem)) return;
  await store.endCapture(capture.id, capture.problem.replace(REFUSED, '') || null);
}
