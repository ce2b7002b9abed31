// The current place (state/place.ts) as signals, and functions that navigate.
import { computed, signal } from '@preact/signals';
import { combined, type Way, withTimeRange } from './expression.ts';
import { type PageName, type Place, readPlace, writePlace } from './place.ts';
import { enter } from './scrolled.ts';

export const place = signal<Place>(readPlace(location.hash));
export const page = computed(() => place.value.page);
export const filter = computed(() => place.value.q);
export const capture = computed(() => place.value.capture);
/** Text in the filter bar that is not applied yet; null: the applied filter. */
export const draft = signal<string | null>(null);

addEventListener('popstate', () => {
  enter();
  place.value = readPlace(location.hash);
  draft.value = null;
});

/** Navigates. `replace`: without a history entry, for moves within a list. */
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

/** The URL of another page, with the filter and the capture preserved. */
export function linkTo(name: PageName, item = '', change: Partial<Place> = {}): string {
  const { q, capture: only } = place.value;
  return writePlace({ page: name, item, q, capture: only, packet: null, view: {}, ...change });
}

export function setFilter(q: string): void {
  draft.value = null;
  go({ q: q.trim(), packet: null });
}

/** Adds a term to the filter and applies it; `onlyPrepare` writes it to the filter bar without applying it. */
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

/** Opens a flow's stream over the page. */
export function follow(flow: number): void {
  setView({ follow: String(flow) });
}

/** Query parameters of every request about packets. */
export const scope = computed(() => ({ q: filter.value, capture: capture.value }));
