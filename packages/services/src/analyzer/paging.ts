// Keyset pagination over rows that are filtered here, not in the store. The store returns steps of rows; a page takes
// as many steps as it needs, and its cursor holds the last step and the position in it.
import { ApiError } from './errors.ts';

export interface Step<T> {
  readonly items: readonly T[];
  /** The store's cursor after this step; null: the last step. */
  readonly next: string | null;
}

export interface Chooser<T, X extends object> {
  /** Rows of the page. */
  readonly limit: number;
  /** Rows of the first step. */
  readonly firstRows: number;
  /** Rows of the next step, after a step of which `chosen` rows passed and `missing` are still needed. */
  readonly nextRows: (step: Step<T> & X, chosen: number, missing: number) => number;
  /** Fetches the step after the store's cursor. */
  readonly fetch: (after: string | undefined, rows: number) => Promise<Step<T> & X>;
  /** Returns the rows that pass, in the same order. */
  readonly choose: (rows: readonly T[], step: X) => Promise<readonly T[]> | readonly T[];
}

/** Milliseconds, and steps, after which a page is returned partly filled; the next page continues there. */
const CHOOSING_MS_MAX = 2000;
const STEPS_MAX = 100;
const STEP_ROWS_MAX = 2000;

/** End of a page: the store's cursor before the step, rows requested, and rows used of them. */
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

/** Encodes a cursor, opaque to clients. */
export function cursorOf(parts: readonly (string | number | null)[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** Decodes and validates a cursor. @param kinds one letter per part: `n` integer, `s` text or null */
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
  return new ApiError('bad_cursor', 'after: not a cursor that `next` gave', {
    hint: 'begin again without it',
  });
}
