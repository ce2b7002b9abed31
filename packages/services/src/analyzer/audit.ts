// Audits access to payloads: one line for each answer with packet bytes. It names the packet, never its content.
import type { FastifyRequest } from 'fastify';
import { forwardedFor } from './limits.ts';
import type { Server, ServerLog } from './server.ts';

/** Routes whose answers contain payload, and what kind. */
const PAYLOAD_ROUTES: Readonly<Record<string, string>> = {
  '/packets/:id': 'a packet',
  '/packets/:id/bytes': 'the bytes of a packet',
  '/flows/:id/stream': 'what a conversation said',
  '/flows/:id/segments': 'the packets of a conversation',
  '/flows/:id/objects': 'what a conversation transferred',
  '/flows/:id/objects/:index': 'a file that a conversation transferred',
  '/objects': 'what conversations transferred',
  '/objects.zip': 'files that conversations transferred',
  '/objects/:capture/:kind/:frame/:nth': 'a file that a conversation transferred',
  '/export': 'packets as a file',
  '/honeypot/visits/:session': 'a visit to the honeypot',
  '/honeypot/visits/:session/packets': 'the packets of a visit',
};
/** Characters of a filter that are logged. */
const QUERY_CHARACTERS_MAX = 500;

/** Destination of the lines; a service's `Log` fits. */
export type AuditLog = Pick<ServerLog, 'warn'> & { info(message: string, facts?: object): void };

export function addAudit(app: Server, log: AuditLog): void {
  app.addHook('onResponse', async (request, reply) => {
    const what = PAYLOAD_ROUTES[request.routeOptions.url ?? ''];
    if (what === undefined || request.method !== 'GET') return;
    log.info('looked at', { what, ...lookOf(request), status: reply.statusCode });
  });
}

/** What an address names. */
interface Looked {
  readonly id?: number;
  readonly index?: number;
  readonly session?: string;
  readonly capture?: number;
  readonly frame?: number;
}

function lookOf(request: FastifyRequest): object {
  const { id, index, session, capture, frame } = request.params as Looked;
  const other = forwardedFor(request);
  const query = new URL(request.url, 'http://eyrie').search.slice(1, QUERY_CHARACTERS_MAX);
  return {
    from: request.ip,
    // The page's process forwards requests and names the client.
    ...(other === null ? {} : { for: other }),
    by: request.headers['user-agent']?.slice(0, 100) ?? '',
    ...(id === undefined ? {} : { id }),
    ...(index === undefined ? {} : { index }),
    ...(session === undefined ? {} : { session }),
    ...(capture === undefined ? {} : { capture }),
    ...(frame === undefined ? {} : { frame }),
    ...(query === '' ? {} : { query }),
  };
}
