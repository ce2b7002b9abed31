// HTTP routes of the mesh: the same answers as over the control socket, whichever process serves them.

import { ControlError, type Parameters } from '@eyrie/mesh';
import { QueryError, type ShownView } from '@eyrie/mesh/skyeye';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { ERROR_STATUS, type ErrorCode } from '../analyzer/errors.ts';
import { metricsText } from './metrics.ts';

/** Asks a peer: in this process, or over its control socket. */
export type Ask = (method: string, parameters?: Parameters) => Promise<unknown>;

export interface Trouble {
  error: { code: ErrorCode; message: string; at?: number; expected?: string };
}

export function addMeshRoutes(server: FastifyInstance, ask: Ask): void {
  const answering =
    (query: (given: Record<string, string>) => Promise<unknown>) =>
    async (request: { params: unknown; query: unknown }, reply: FastifyReply) => {
      const given = { ...(request.query as object), ...(request.params as object) };
      try {
        return (await query(given as Record<string, string>)) ?? waiting(reply);
      } catch (error) {
        return troubleOf(error, reply);
      }
    };
  server.get(
    '/mesh/view',
    answering(() => ask('view')),
  );
  server.get(
    '/mesh/tree',
    answering(() => ask('tree')),
  );
  server.get(
    '/mesh/peers',
    answering(() => ask('members')),
  );
  server.get(
    '/mesh/peers/:id',
    answering(({ id }) => ask('metrics', { id })),
  );
  server.get(
    '/mesh/query',
    answering(({ q }) => {
      if (q === undefined) throw new ControlError('the query is missing: /mesh/query?q=count');
      return ask('query', { query: q });
    }),
  );
  server.get('/metrics', async (_, reply) => {
    const [view, counts] = await Promise.all([ask('view'), ask('counts')]);
    reply.type('text/plain; version=0.0.4; charset=utf-8');
    return metricsText(view as ShownView | null, counts as Record<string, number>);
  });
}

function waiting(reply: FastifyReply): Trouble {
  reply.code(ERROR_STATUS.no_view).header('retry-after', '1');
  const message = 'no view of the mesh has come yet: try again in a moment';
  return { error: { code: 'no_view', message } };
}

function troubleOf(error: unknown, reply: FastifyReply): Trouble {
  if (error instanceof QueryError) {
    const { message, at, expected } = error;
    reply.code(ERROR_STATUS.bad_query);
    return { error: { code: 'bad_query', message, at, expected } };
  }
  if (!(error instanceof ControlError)) throw error;
  const code: ErrorCode = error.code === 'ERR_PEER_UNKNOWN' ? 'no_such_peer' : 'bad_request';
  reply.code(ERROR_STATUS[code]);
  return { error: { code, message: error.message } };
}
