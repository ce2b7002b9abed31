// The list of captures, and the revision counter that makes shown data reload while packets arrive.
import { computed, signal } from '@preact/signals';
import { get } from '../api/client.ts';
import { listen, onReturn } from '../api/live.ts';
import type { CaptureRow, Rates } from '../api/types.ts';

/** Minimum interval between two reloads of growing data. */
const REFRESH_MS = 2000;
const RATES_KEPT = 600;

export const captures = signal<CaptureRow[] | null>(null);
export const running = computed(() => (captures.value ?? []).filter(({ state }) => state === 'running'));
/** Increments when packets have arrived, at most every REFRESH_MS. */
export const revision = signal(0);
/** The latest packet rates, oldest first. */
export const rates = signal<readonly Rates[]>([]);

/** A capture's name if there are others to tell it from, otherwise null. */
export function nameAmongOthers(capture: number): string | null {
  const known = captures.value ?? [];
  return known.length < 2 ? null : (known.find(({ id }) => id === capture)?.name ?? null);
}

let storedBefore = '';
let pending: ReturnType<typeof setTimeout> | undefined;

/** @param before rows of other captures that are already known */
function take(rows: CaptureRow[], before = captures.peek() ?? []): void {
  const byId = new Map(before.map((row) => [row.id, row]));
  for (const row of rows) byId.set(row.id, row);
  captures.value = [...byId.values()].sort((a, b) => b.id - a.id);
  const stored = captures.value.map(({ id, packets, state }) => `${id}:${packets}:${state}`).join();
  if (stored === storedBefore) return;
  const isFirst = storedBefore === '';
  storedBefore = stored;
  if (isFirst || pending !== undefined) return;
  pending = setTimeout(() => {
    pending = undefined;
    revision.value++;
  }, REFRESH_MS);
}

export async function loadCaptures(): Promise<void> {
  const { items } = await get<{ items: CaptureRow[] }>('/captures');
  take(items, []);
}

export function watchCaptures(): void {
  const load = () => void loadCaptures().catch(() => {});
  load();
  listen('captures', (rows) => take(rows));
  listen('rates', (newest) => {
    rates.value = [...rates.value.slice(1 - RATES_KEPT), newest];
  });
  onReturn(() => {
    load();
    revision.value++;
  });
}
