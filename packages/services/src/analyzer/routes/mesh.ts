// The mesh, for the page: who is in it, and an end to what was done about a peer.
import type { MeshSource } from '../mesh/source.ts';
import { ByPeer, MeshState, ReleaseBody, Released } from '../schemas/index.ts';
import type { Server } from '../server.ts';
import { answers } from './answers.ts';

export function addMeshRoutes(app: Server, source: MeshSource): void {
  app.get('/mesh', { schema: answers('mesh', 'Who is in the mesh, and where in its tree', MeshState) }, () =>
    source.state(),
  );

  app.post(
    '/mesh/peers/:id/release',
    {
      schema: {
        ...answers('mesh', 'Ends a throttle, quarantine or redirect before its time', Released),
        params: ByPeer,
        body: ReleaseBody,
      },
    },
    async ({ params: { id }, body: { reason = 'released on the page' } }) => {
      await source.ask('release', { id, reason });
      return { released: id };
    },
  );
}
