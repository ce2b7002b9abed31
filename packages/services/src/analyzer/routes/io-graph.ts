// Route of one series of an I/O graph.
import { ioGraph } from '../bytes/io-graph.ts';
import { leftBy, type Turns } from '../bytes/turns.ts';
import type { Context } from '../context.ts';
import { IoGraph, IoGraphQuery } from '../schemas/index.ts';
import type { Server } from '../server.ts';
import { selectionOf } from '../terms.ts';
import { answers } from './answers.ts';

const BUCKETS = 300;

export function addIoGraphRoute(app: Server, context: Context, turns: Turns): void {
  app.get(
    '/io_graph',
    {
      schema: {
        ...answers('totals', 'Packets and bytes over time that pass a filter, whatever it asks for', IoGraph),
        querystring: IoGraphQuery,
      },
    },
    async ({ query }, reply) => {
      const { buckets = BUCKETS, filter = '', ...terms } = query;
      const left = leftBy(reply);
      const request = { selection: selectionOf(terms), filter, buckets };
      return turns.take(left, () => ioGraph(context, request, left));
    },
  );
}
