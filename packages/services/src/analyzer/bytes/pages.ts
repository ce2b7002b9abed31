// Pages of the packet list. The store's columns select candidates; undecided filter terms and the Info column need the
// packets' bytes.
import { infoColumn } from '@eyrie/dissect';
import type { Exactness, PacketRow, Store } from '@eyrie/store';
import { chosenPage } from '../paging.ts';
import { packetRow } from '../rows.ts';
import { PAGE_ROWS, type PacketPage, type PacketsQuery } from '../schemas/index.ts';
import { given, selectionOf } from '../terms.ts';
import { byCapture, Decider, ignoreGone } from './decide.ts';
import { FieldReader, type FieldValues } from './field-values.ts';
import type { Redissector } from './redissect.ts';

/** Candidates fetched at once for a selective filter. */
const CANDIDATES_MAX = 1000;
const CANDIDATES_MIN = 20;

export async function packetPage(
  store: Store,
  redissector: Redissector,
  query: PacketsQuery,
): Promise<PacketPage> {
  const limit = query.limit ?? PAGE_ROWS;
  const selection = selectionOf(query);
  const { filter = '' } = selection;
  const isDown = query.order === 'desc';
  const order = isDown ? ('newest' as const) : ('oldest' as const);
  const sort = query.sort === undefined ? undefined : { by: query.sort, isDown };
  const reader = query.fields === undefined ? null : new FieldReader(query.fields);
  const decider = new Decider(store, redissector, false);
  const { items, next } = await chosenPage<PacketRow, Exactness>(query.after, {
    limit,
    firstRows: limit,
    nextRows: ({ exact, items }, chosen, missing) =>
      exact ? limit : candidatesFor(missing, chosen / Math.max(1, items.length)),
    fetch: (after, rows) =>
      store.packets({ ...selection, order, ...given('sort', sort), limit: rows, ...given('after', after) }),
    choose: (rows, step) => decider.passing(rows, step, filter),
  });
  const texts = await textsOf(decider, redissector, items, reader);
  return {
    items: items.map((row) => ({
      ...packetRow(row, texts.get(row.id)?.summary),
      ...given('fields', texts.get(row.id)?.fields),
    })),
    next,
    is_exact: decider.isExact,
  };
}

/** The expected number of candidates for the missing rows, plus half. */
function candidatesFor(missing: number, passing: number): number {
  const wanted = passing === 0 ? CANDIDATES_MAX : Math.ceil((1.5 * missing) / passing);
  return Math.min(CANDIDATES_MAX, Math.max(CANDIDATES_MIN, wanted));
}

interface Texts {
  readonly summary: string;
  readonly fields: FieldValues | undefined;
}

/** Info columns and fields by row id, for rows whose bytes are available. */
async function textsOf(
  decider: Decider,
  redissector: Redissector,
  rows: readonly PacketRow[],
  reader: FieldReader | null,
): Promise<Map<number, Texts>> {
  const texts = new Map<number, Texts>();
  for (const [id, group] of byCapture(rows)) {
    const capture = await decider.capture(id);
    if (capture === null || capture.file === null) continue;
    await redissector
      .each(
        capture,
        group,
        (p, row) => texts.set(row.id, { summary: infoColumn(p), fields: reader?.of(p) }),
        false,
      )
      .catch(ignoreGone);
  }
  return texts;
}
