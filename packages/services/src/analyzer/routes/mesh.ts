// Routes for the mesh: members, the view, queries, readings of one peer.
import type { PeerTime, TimeSourcesView } from '@eyrie/mesh';
import type { MeshSource } from '../mesh/source.ts';
import { timeAnswer } from '../mesh/time.ts';
import {
  ByPeer,
  MeshAnswer,
  MeshMetrics,
  MeshQuery,
  MeshState,
  MeshTime,
  type MeshView,
  MeshViewAnswer,
} from '../schemas/index.ts';
import type { Server } from '../server.ts';
import { answers } from './answers.ts';

export function addMeshRoutes(app: Server, source: MeshSource): void {
  app.get(
    '/mesh',
    { schema: answers('mesh', 'Peers of the mesh, and their places in its tree', MeshState) },
    () => source.state(),
  );

  app.get(
    '/mesh/view',
    {
      schema: answers(
        'mesh',
        'The whole network in one page: sums, quantiles, the best and the worst',
        MeshViewAnswer,
      ),
    },
    async () => ({ view: await source.ask<MeshView | null>('view') }),
  );

  app.get(
    '/mesh/time',
    { schema: answers('mesh', 'The clock that all peers share, and the time servers behind it', MeshTime) },
    async () => {
      const [status, time, servers] = await Promise.all([
        source.ask<{ id: string }>('status'),
        source.ask<PeerTime>('time'),
        source.ask<TimeSourcesView>('timeSources'),
      ]);
      return timeAnswer(status.id, time, servers);
    },
  );

  app.get(
    '/mesh/query',
    {
      schema: {
        ...answers('mesh', 'Peers or figures that a query asks for', MeshAnswer),
        querystring: MeshQuery,
      },
    },
    ({ query: { q } }) => source.ask<MeshAnswer>('query', { query: q }, 'bad_query'),
  );

  app.get(
    '/mesh/peers/:id',
    { schema: { ...answers('mesh', 'What one peer measured lately', MeshMetrics), params: ByPeer } },
    ({ params: { id } }) => source.ask<MeshMetrics>('metrics', { id }, 'no_such_peer'),
  );
}
