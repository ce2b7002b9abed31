// The place as signals, and the ways to change it.
import { computed, signal } from '@preact/signals';
import { combined, type Way, withTimeRange } from './expression.ts';
import { type PageName, type Place, readPlace, writePlace } from './place.ts';
import { enter } from './scrolled.ts';

export const place = signal<Place>(readPlace(location.hash));
export const page = computed(() => place.value.page);
export const filter = computed(() => place.value.q);
export const capture = computed(() => place.value.capture);
/** Text that stands in the filter bar and does not apply yet; null: what applies. */
export const draft = signal<string | null>(null);

addEventListener('popstate', () => {
  enter();
  place.value = readPlace(location.hash);
  draft.value = null;
});

/** Goes somewhere. `replace` where Back should not stop: moving through a list. */
export function go(change: Partial<Place>, replace = false): void {
  const next = { ...place.value, ...change };
  const address = writePlace(next);
  if (address === writePlace(place.value)) return;
  if (replace) history.replaceState(history.state, '', address);
  else {
    history.pushState(null, '', address);
    enter();
  }
  place.value = next;
}

/** The address of another page, with the filter and the capture taken along. */
export function linkTo(name: PageName, item = '', change: Partial<Place> = {}): string {
  const { q, capture: only } = place.value;
  return writePlace({ page: name, item, q, capture: only, packet: null, view: {}, ...change });
}

export function setFilter(q: string): void {
  draft.value = null;
  go({ q: q.trim(), packet: null });
}

/** Applies a term, or only writes it into the filter bar. */
export function addToFilter(term: string, way: Way = 'and', onlyPrepare = false): void {
  const q = combined(draft.value ?? filter.value, way, term);
  if (onlyPrepare) draft.value = q;
  else setFilter(q);
}

export function setTimeRange(from: number | null, to: number | null, places?: number): void {
  setFilter(withTimeRange(filter.value, from, to, places));
}

export function setView(change: Record<string, string>, replace = false): void {
  go({ view: { ...place.value.view, ...change } }, replace);
}

/** The terms that every request about packets carries. */
export const scope = computed(() => ({ q: filter.value, capture: capture.value }));
