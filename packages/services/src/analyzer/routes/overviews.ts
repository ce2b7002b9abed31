// Route for overviews of a protocol.
import { leftBy, type Turns } from '../bytes/turns.ts';
import type { Context } from '../context.ts';
import { overviewOf } from '../overviews/overview.ts';
import { ByOverview, Overview, Scope } from '../schemas/index.ts';
import type { Server } from '../server.ts';
import { selectionOf } from '../terms.ts';
import { answers } from './answers.ts';

export function addOverviewRoute(app: Server, context: Context, turns: Turns): void {
  app.get(
    '/overviews/:name',
    {
      schema: {
        ...answers('totals', 'DNS, HTTP or TLS at a glance, counted from the packets', Overview),
        params: ByOverview,
        querystring: Scope,
      },
    },
    async ({ params, query }, reply) => {
      const left = leftBy(reply);
      return turns.take(left, () => overviewOf(context, selectionOf(query), params.name, left));
    },
  );
}
