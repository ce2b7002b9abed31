// The page as a separate process: its files, and a reverse proxy to the analyzer, under one origin.
import Fastify, { type FastifyInstance } from 'fastify';
import { apiErrorOf, NOT_HTTP } from '../analyzer/errors.ts';
import { addLimits, REQUESTS_PER_MINUTE } from '../analyzer/limits.ts';
import { addLoginRoutes } from '../analyzer/routes/login.ts';
import { type Access, addSecurity, Guard } from '../analyzer/security.ts';
import type { Server, ServerLog } from '../analyzer/server.ts';
import { TOO_SLOW } from '../bus/not-http.ts';
import { addPace, PACE, type Pace } from '../bus/pace.ts';
import { addPage } from './page.ts';
import { addProxy, type ProxyOptions } from './proxy.ts';

export interface UiOptions extends ProxyOptions {
  /** Folder of the page's bundle; null: none. */
  readonly folder: string | null;
  readonly access: Access;
  /** Requests per minute from one address, except this machine. Default 1200. */
  readonly requestsPerMinute?: number;
  /** Of its clients at least. Default PACE. */
  readonly pace?: Pace;
  readonly log: ServerLog;
}

export async function buildUi(options: UiOptions): Promise<FastifyInstance> {
  const { log } = options;
  const app = Fastify({ forceCloseConnections: true });
  const guard = new Guard(options.access);
  addPace(app, options.pace ?? PACE, NOT_HTTP[TOO_SLOW.status]);
  app.setErrorHandler((thrown, request, reply) => {
    const error = apiErrorOf(thrown);
    if (error.statusCode >= 500) log.error(`${request.method} ${request.url}: ${(thrown as Error).message}`);
    if (error.code === 'unauthorized' && request.headers.accept?.includes('text/html'))
      return reply.redirect('/login', 303);
    return reply.status(error.statusCode).send(error.answer);
  });
  app.addHook('onResponse', async (request, reply) => {
    log.debug(`${request.method} ${request.url} ${reply.statusCode}`, { ms: Math.round(reply.elapsedTime) });
  });
  // The rate limit already applies to these routes.
  await addLimits(app, options.requestsPerMinute ?? REQUESTS_PER_MINUTE);
  addSecurity(app, guard);
  await addPage(app, options.folder);
  app.register(async (scope) => addLoginRoutes(scope as Server, guard));
  addProxy(app, options, (request) => {
    try {
      guard.check({
        headers: request.headers,
        method: request.method ?? 'GET',
        url: request.url ?? '/',
        ip: request.socket.remoteAddress ?? '',
      });
      return true;
    } catch {
      return false;
    }
  });
  return app;
}
