// How far lists were scrolled, by entry of the history: Back comes to where one was, a link to the beginning.
import { signal } from '@preact/signals';

/** Entries that are remembered; the oldest goes when there are more. */
const ENTRIES_MAX = 200;

const scrolled = new Map<number, Map<string, number>>();
/** Numbers of entries: other ones after each load of the page, as the browser keeps those of before. */
let last = Math.floor(performance.timeOrigin);

/** The entry of the history that is shown. */
export const entry = signal(arrived());

/** An entry that was here before has its number, a new one gets the next. */
function arrived(): number {
  const known = (history.state as { entry?: number } | null)?.entry;
  if (known !== undefined && scrolled.has(known)) return known;
  history.replaceState({ entry: ++last }, '');
  scrolled.set(last, new Map());
  if (scrolled.size > ENTRIES_MAX) scrolled.delete(scrolled.keys().next().value!);
  return last;
}

/** To call when the address has changed. */
export function enter(): void {
  entry.value = arrived();
}

export function keepScrolled(list: string, place: number): void {
  scrolled.get(entry.peek())?.set(list, place);
}

/** Null: the list was not seen there. */
export function scrolledTo(list: string): number | null {
  return scrolled.get(entry.peek())?.get(list) ?? null;
}
