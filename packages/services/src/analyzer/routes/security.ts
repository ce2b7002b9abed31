// Routes for the honeypot's visits and their recordings.
import { type VisitSummary, Visits } from '../../honeypot/visits.ts';
import { ApiError } from '../errors.ts';
import { momentOf } from '../mesh-time.ts';
import { BySession, PAGE_ROWS, Visit, VisitList, type VisitRow, VisitsQuery } from '../schemas/index.ts';
import type { Server } from '../server.ts';
import { answers, streams } from './answers.ts';

/** @param folder the honeypot's; null: there is none, and no visits */
export function addSecurityRoutes(app: Server, folder: string | null): void {
  const visits = folder === null ? null : new Visits(folder);

  app.get(
    '/honeypot/visits',
    {
      schema: {
        ...answers('security', 'Visits to the honeypot, the newest first', VisitList),
        querystring: VisitsQuery,
      },
    },
    async ({ query: { limit = PAGE_ROWS } }) => ({
      items: ((await visits?.list(limit)) ?? []).map(visitRow),
    }),
  );

  app.get(
    '/honeypot/visits/:session',
    {
      schema: {
        ...answers('security', 'One visit to the honeypot: the commands and answers', Visit),
        params: BySession,
      },
    },
    async ({ params: { session } }) => {
      const record = (await visits?.read(session)) ?? null;
      if (record === null) throw new ApiError('not_found', `there is no visit ${session}`);
      return { ...visitRow(record), events: [...record.events] };
    },
  );

  app.get(
    '/honeypot/visits/:session/packets',
    {
      schema: {
        ...streams('security', 'The packets of one visit, as pcapng', 'application/x-pcapng'),
        params: BySession,
      },
    },
    async ({ params: { session } }, reply) => {
      const packets = (await visits?.packets(session)) ?? null;
      if (packets === null) throw new ApiError('not_found', `there are no packets of a visit ${session}`);
      return reply
        .type('application/x-pcapng')
        .header('content-disposition', `attachment; filename="${session}.pcapng"`)
        .send(packets as never);
    },
  );
}

function visitRow({
  session,
  protocol,
  source,
  port,
  time,
  meshTime,
  seconds,
  bytesIn,
  bytesOut,
}: VisitSummary): VisitRow {
  return {
    session,
    protocol,
    source,
    port,
    time: time / 1000,
    mesh_time: meshTime === null ? null : momentOf(meshTime),
    seconds,
    bytes_in: bytesIn,
    bytes_out: bytesOut,
  };
}
