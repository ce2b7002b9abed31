// Routes for names of addresses and for findings.
import type { Context } from '../context.ts';
import { chosenPage } from '../paging.ts';
import { findingRow, nameRow } from '../rows.ts';
import { FindingPage, FindingsQuery, NamePage, NamesQuery, PAGE_ROWS, SEVERITIES } from '../schemas/index.ts';
import type { Server } from '../server.ts';
import { given, momentOf } from '../terms.ts';
import { answers } from './answers.ts';

/** Rows fetched at once if they are filtered here. */
const STEP_ROWS = 500;

export function addNoteRoutes(app: Server, context: Context): void {
  addNames(app, context);
  addFindings(app, context);
}

function addNames(app: Server, { store }: Context): void {
  app.get(
    '/names',
    { schema: { ...answers('hosts', 'Names of addresses', NamePage), querystring: NamesQuery } },
    async ({ query }) => {
      const { q, text, from, to, after, limit = PAGE_ROWS, ...rest } = query;
      let isExact = true;
      const isMeant = within(from, to);
      const { items, next } = await chosenPage(after, {
        limit,
        firstRows: isMeant === null ? limit : STEP_ROWS,
        nextRows: () => STEP_ROWS,
        fetch: async (place, rows) => {
          const wanted = { ...rest, ...given('filter', q), ...given('name', text), ...given('after', place) };
          const found = await store.names({ ...wanted, limit: rows });
          isExact = found.exact;
          return found;
        },
        choose: (rows) =>
          isMeant === null ? rows : rows.filter((row) => isMeant(row.firstTime, row.lastTime)),
      });
      return { items: items.map(nameRow), next, is_exact: isExact };
    },
  );
}

function addFindings(app: Server, { store }: Context): void {
  app.get(
    '/findings',
    {
      schema: {
        ...answers(
          'hosts',
          'What a person should look at, the gravest first unless told otherwise',
          FindingPage,
        ),
        querystring: FindingsQuery,
      },
    },
    async ({ query }) => {
      const { q, severity, from, to, after, limit = PAGE_ROWS, ...rest } = query;
      let isExact = true;
      const isMeant = within(from, to);
      const minSeverity = SEVERITIES.indexOf(severity ?? 'comment');
      const { items, next } = await chosenPage(after, {
        limit,
        firstRows: isMeant === null && severity === undefined ? limit : STEP_ROWS,
        nextRows: () => STEP_ROWS,
        fetch: async (place, rows) => {
          const wanted = { ...rest, ...given('filter', q), ...given('after', place) };
          const found = await store.findings({ ...wanted, limit: rows });
          isExact = found.exact;
          return found;
        },
        choose: (rows) =>
          rows.filter(
            (row) =>
              SEVERITIES.indexOf(row.severity) <= minSeverity && (isMeant?.(row.time, row.lastTime) ?? true),
          ),
      });
      return { items: items.map(findingRow), next, is_exact: isExact };
    },
  );
}

/** Whether a time span overlaps the requested one; null: no time was requested. */
function within(
  from: string | undefined,
  to: string | undefined,
): ((first: number, last: number) => boolean) | null {
  if (from === undefined && to === undefined) return null;
  const begin = Number(momentOf('from', from) ?? Number.NEGATIVE_INFINITY);
  const end = Number(momentOf('to', to) ?? Number.POSITIVE_INFINITY);
  return (first, last) => last >= begin && first < end;
}
