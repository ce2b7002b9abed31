// Keyset pagination over rows that are filtered here, not by the store. The store returns steps of rows; a page takes from as many
// steps as it needs, and its cursor says where it ended, and in which step.
import { ApiError } from './errors.ts';

export interface Step<T> {
  readonly items: readonly T[];
  /** The store's cursor behind it; null: nothing follows. */
  readonly next: string | null;
}

export interface Chooser<T, X extends object> {
  /** Rows wanted on the page. */
  readonly limit: number;
  /** Rows that the store is asked for first. */
  readonly firstRows: number;
  /** And after this step, of whose rows so many were chosen, where so many are still missing. */
  readonly nextRows: (step: Step<T> & X, chosen: number, missing: number) => number;
  /** The step behind the store's cursor. */
  readonly fetch: (after: string | undefined, rows: number) => Promise<Step<T> & X>;
  /** In the same order. */
  readonly choose: (rows: readonly T[], step: X) => Promise<readonly T[]> | readonly T[];
}

/** A page is given as full as it is after this, or after so many steps: the next one goes on from there. */
const CHOOSING_MS_MAX = 2000;
const STEPS_MAX = 100;
const STEP_ROWS_MAX = 2000;

/** Where a page ends: the store's cursor, how many rows were asked for behind it, how many of these were used. */
type Place = readonly [after: string | null, rows: number, used: number];

export async function chosenPage<T, X extends object>(
  cursor: string | undefined,
  { limit, firstRows, nextRows, fetch, choose }: Chooser<T, X>,
): Promise<{ items: T[]; next: string | null }> {
  const items: T[] = [];
  const endMs = performance.now() + CHOOSING_MS_MAX;
  let place: Place | null = cursor === undefined ? [null, firstRows, 0] : placeOf(cursor);
  for (let steps = 0; place !== null && items.length < limit && steps < STEPS_MAX; steps++) {
    if (steps > 0 && performance.now() > endMs) break;
    const [after, rows, used]: Place = place;
    const step: Step<T> & X = await fetch(after ?? undefined, rows);
    const chosen = await choose(step.items.slice(used), step);
    const taken = chosen.slice(0, limit - items.length);
    items.push(...taken);
    if (taken.length < chosen.length) place = [after, rows, step.items.indexOf(taken.at(-1)!) + 1];
    else {
      const rowsNext = nextRows(step, chosen.length, limit - items.length);
      place = step.next === null ? null : [step.next, rowsNext, 0];
    }
  }
  return { items, next: place === null ? null : cursorOf(place) };
}

function placeOf(cursor: string): Place {
  const [after, rows, used] = partsOf(cursor, 'snn') as [string | null, number, number];
  if (rows < 1 || rows > STEP_ROWS_MAX || used > rows) throw badCursor();
  return [after, rows, used];
}

/** Cursors are opaque text for clients. */
export function cursorOf(parts: readonly (string | number | null)[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** What comes back is checked as any other input. @param kinds of each part: `n` a whole number, `s` text or null */
export function partsOf(cursor: string, kinds: string): (string | number | null)[] {
  const parts = parsed(cursor);
  const isRight =
    Array.isArray(parts) && parts.length === kinds.length && parts.every((part, i) => fits(part, kinds[i]!));
  if (!isRight) throw badCursor();
  return parts;
}

function parsed(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return null;
  }
}

function fits(part: unknown, kind: string): boolean {
  if (kind === 's') return part === null || typeof part === 'string';
  return Number.isSafeInteger(part) && (part as number) >= 0;
}

function badCursor(): ApiError {
  return new ApiError('bad_cursor', 'after: this is not what `next` said', {
    hint: 'begin again without it',
  });
}
