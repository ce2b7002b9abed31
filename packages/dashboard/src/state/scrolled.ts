// Scroll positions of lists per history entry: Back restores them, a link starts at the top.
import { signal } from '@preact/signals';

/** Maximum number of entries; the oldest is evicted. */
const ENTRIES_MAX = 200;

const scrolled = new Map<number, Map<string, number>>();
/** Entry numbers start at the load time: unique across page loads, whose entries the browser keeps. */
let last = Math.floor(performance.timeOrigin);

/** The current history entry. */
export const entry = signal(arrived());

/** The number of an existing entry, or the next number for a new one. */
function arrived(): number {
  const known = (history.state as { entry?: number } | null)?.entry;
  if (known !== undefined && scrolled.has(known)) return known;
  history.replaceState({ entry: ++last }, '');
  scrolled.set(last, new Map());
  if (scrolled.size > ENTRIES_MAX) scrolled.delete(scrolled.keys().next().value!);
  return last;
}

/** Call when the URL has changed. */
export function enter(): void {
  entry.value = arrived();
}

export function keepScrolled(list: string, place: number): void {
  scrolled.get(entry.peek())?.set(list, place);
}

/** Null if the list has not been scrolled in this entry. */
export function scrolledTo(list: string): number | null {
  return scrolled.get(entry.peek())?.get(list) ?? null;
}
