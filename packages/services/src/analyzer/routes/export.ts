// Route for exporting the matching packets as a file.
import { Readable } from 'node:stream';
import { exported } from '../bytes/export.ts';
import { leftBy } from '../bytes/turns.ts';
import type { Context } from '../context.ts';
import { ExportQuery } from '../schemas/index.ts';
import type { Server } from '../server.ts';
import { selectionOf } from '../terms.ts';
import { streams } from './answers.ts';

export function addExportRoute(app: Server, { store, redissector }: Context): void {
  app.get(
    '/export',
    {
      // It would go through all packets for nothing.
      exposeHeadRoute: false,
      schema: {
        ...streams('packets', 'The packets that pass, as pcapng', 'application/x-pcapng'),
        querystring: ExportQuery,
      },
    },
    async ({ query }, reply) => {
      const { limit = Number.POSITIVE_INFINITY, ...terms } = query;
      const selection = selectionOf(terms);
      // Checks the filter beforehand: a wrong one gets an error, not a truncated download.
      await store.packets({ ...selection, limit: 1 });
      const bytes = exported(store, redissector, selection, limit, leftBy(reply));
      return reply
        .type('application/x-pcapng')
        .header('content-disposition', 'attachment; filename="eyrie.pcapng"')
        .send(Readable.from(bytes, { objectMode: false }) as never);
    },
  );
}
