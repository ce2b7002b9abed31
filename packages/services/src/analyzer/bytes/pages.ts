// Pages of the packet list. The store's columns choose candidates; what they can't decide, and the Info column, comes from
// the packets' bytes.
import { infoColumn } from '@eyrie/dissect';
import type { Exactness, PacketRow, Store } from '@eyrie/store';
import { chosenPage } from '../paging.ts';
import { packetRow } from '../rows.ts';
import { PAGE_ROWS, type PacketPage, type PacketsQuery } from '../schemas/index.ts';
import { given, selectionOf } from '../terms.ts';
import { byCapture, Decider, ignoreGone } from './decide.ts';
import type { Redissector } from './redissect.ts';

/** Candidates fetched at once where a filter may refuse many. */
const CANDIDATES = 1000;

export async function packetPage(
  store: Store,
  redissector: Redissector,
  query: PacketsQuery,
): Promise<PacketPage> {
  const limit = query.limit ?? PAGE_ROWS;
  const selection = selectionOf(query);
  const { filter = '' } = selection;
  const order = query.order === 'desc' ? ('newest' as const) : ('oldest' as const);
  const decider = new Decider(store, redissector, false);
  const { items, next } = await chosenPage<PacketRow, Exactness>(query.after, {
    limit,
    firstRows: limit,
    // Where rows are refused, more are looked at at once.
    nextRows: ({ exact }) => (exact ? limit : CANDIDATES),
    fetch: (after, rows) => store.packets({ ...selection, order, limit: rows, ...given('after', after) }),
    choose: (rows, step) => decider.passing(rows, step, filter),
  });
  const summaries = await summariesOf(decider, redissector, items);
  return {
    items: items.map((row) => packetRow(row, summaries.get(row.id))),
    next,
    is_exact: decider.isExact,
  };
}

/** The Info column of rows, by id, where the bytes can be had. */
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
