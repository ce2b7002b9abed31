// Pages of the packet list. The store's columns select candidates; undecided filter terms and the Info column need the
// packets' bytes.
import { infoColumn } from '@eyrie/dissect';
import type { Exactness, PacketRow, Store } from '@eyrie/store';
import { chosenPage } from '../paging.ts';
import { packetRow } from '../rows.ts';
import { PAGE_ROWS, type PacketPage, type PacketsQuery } from '../schemas/index.ts';
import { given, selectionOf } from '../terms.ts';
import { byCapture, Decider, ignoreGone } from './decide.ts';
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
  const summaries = await summariesOf(decider, redissector, items);
  return {
    items: items.map((row) => packetRow(row, summaries.get(row.id))),
    next,
    is_exact: decider.isExact,
  };
}

/** The expected number of candidates for the missing rows, plus half. */
function candidatesFor(missing: number, passing: number): number {
  const wanted = passing === 0 ? CANDIDATES_MAX : Math.ceil((1.5 * missing) / passing);
  return Math.min(CANDIDATES_MAX, Math.max(CANDIDATES_MIN, wanted));
}

/** Info columns by row id, for rows whose bytes are available. */
async function summariesOf(
  decider: Decider,
  redissector: Redissector,
  rows: readonly PacketRow[],
): Promise<Map<number, string>> {
  const summaries = new Map<number, string>();
  for (const [id, group] of byCapture(rows)) {
    const capture = await decider.capture(id);
    if (capture === null || capture.file === null) continue;
    await redissector
      .each(capture, group, (p, row) => summaries.set(row.id, infoColumn(p)), false)
      .catch(ignoreGone);
  }
  return summaries;
}
