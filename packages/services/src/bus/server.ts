// HTTP server shared by parser and persistor: binary bodies, uniform errors, health check.
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { BODY_BYTES_MAX, decode } from './encoding.ts';
import { BusError, ListenError } from './errors.ts';
import { notHttp } from './not-http.ts';
import { addPace, PACE, type Pace } from './pace.ts';
import { hasToken, tokenProblem } from './token.ts';

const HEALTH = '/healthz';

export interface Listening {
  /** `http://127.0.0.1:5001` */
  readonly url: string;
  /** Stops accepting requests, and waits for those under way. */
  close(): Promise<void>;
}

/**
 * @param health the body of /healthz; its status is 503 if `ok` is false
 * @param token required by all routes except /healthz
 * @param pace of its clients at least
 */
export function makeServer(
  health: () => { ok: boolean } & Record<string, unknown>,
  token?: string,
  pace: Pace = PACE,
): FastifyInstance {
  const server = Fastify({
    bodyLimit: BODY_BYTES_MAX,
    forceCloseConnections: 'idle',
    exposeHeadRoutes: false,
    clientErrorHandler: notHttp((status) => (status === 431 ? 'ERR_HEADERS_TOO_LARGE' : 'ERR_NOT_HTTP')),
  });
  addPace(server, pace, 'ERR_TOO_SLOW');
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) =>
    decode(body, request.headers['content-encoding']),
  );
  // A web page in a local browser can reach loopback; browsers mark its requests with their origin.
  server.addHook('onRequest', async ({ headers, url }) => {
    if (headers.origin !== undefined)
      throw new BusError('ERR_FOREIGN_ORIGIN', 'requests of web pages are refused');
    if (token !== undefined && url !== HEALTH && !hasToken(headers, token))
      throw new BusError('ERR_UNAUTHORIZED', 'a token is needed: set EYRIE_TOKEN to the one of this service');
  });
  server.setErrorHandler((error: Error & { code?: string; statusCode?: number }, _, reply) => {
    const { status, ...rest } = describe(error);
    if (status === 503) reply.header('retry-after', '1');
    reply.code(status).send(rest);
  });
  server.setNotFoundHandler((request, reply) => {
    reply.code(404).send({
      error: { code: 'ERR_NOT_FOUND', message: `${request.method} ${request.url}: no such address` },
    });
  });
  server.get(HEALTH, (_, reply) => {
    const state = health();
    reply.code(state.ok ? 200 : 503).send(state);
  });
  return server;
}

function describe(error: Error & { code?: string; statusCode?: number }) {
  if (error instanceof BusError) {
    const { code, message, expect, status } = error;
    return { status, error: { code, message }, ...(expect === undefined ? {} : { expect }) };
  }
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE')
    return {
      status: 413,
      error: {
        code: 'ERR_BODY_TOO_LARGE',
        message: `a body has at most ${BODY_BYTES_MAX} bytes; send smaller batches`,
      },
    };
  const status = error.statusCode ?? 500;
  return { status, error: { code: error.code ?? 'ERR_UNEXPECTED', message: error.message } };
}

/** @throws ListenError if the service may not listen on this host with this token, or without one */
export function checkToken(service: string, host: string, token: string | undefined): void {
  const problem = tokenProblem(host, token);
  if (problem !== null) throw new ListenError(`${service}: ${problem}`);
}

/** @throws ListenError with a message of one line if the port is taken or not permitted */
export async function listen(
  server: FastifyInstance,
  service: string,
  host: string,
  port: number,
): Promise<Listening> {
  try {
    const url = await server.listen({ host, port });
    return { url, close: () => server.close() };
  } catch (error) {
    throw listenError(error as NodeJS.ErrnoException, service, host, port);
  }
}

function listenError(error: NodeJS.ErrnoException, service: string, host: string, port: number): Error {
  // A name that has no address has several codes, by what the resolver knows.
  switch (error.syscall === 'getaddrinfo' ? 'EADDRNOTAVAIL' : error.code) {
    case 'EADDRINUSE':
      return new ListenError(
        `${service}: port ${port} is taken; choose another with --port, or EYRIE_${service.toUpperCase()}_PORT`,
      );
    case 'EACCES':
      return new ListenError(`${service}: port ${port} needs privileges; choose one above 1023 with --port`);
    case 'EADDRNOTAVAIL':
      return new ListenError(`${service}: this machine has no address ${host}; choose another with --host`);
    default:
      return error;
  }
}
