// Reverse proxy from the page's process to the analyzer, for a common origin. Bodies and the live channel are streamed
// in both directions.
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Duplex } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { FOR_HEADER } from '../analyzer/limits.ts';

/** Time-out until the first byte of the response; a large export may then take longer. */
const ANSWER_MS_MAX = 60_000;

/** Hop-by-hop headers (RFC 9110 §7.6.1). */
const HOP_HEADERS = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

export interface ProxyOptions {
  readonly analyzer: URL;
  /** Token for the analyzer, if it requires one; independent of the page's own. */
  readonly token: string | null;
}

export function addProxy(
  app: FastifyInstance,
  options: ProxyOptions,
  mayUpgrade: (request: IncomingMessage) => boolean,
): void {
  // Do not parse bodies: they are streamed.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_, __, done) => done(null));
  // Other paths are no routes, to which the rate limit does not apply by itself.
  app.setNotFoundHandler({ preHandler: app.rateLimit() }, (request, reply) => pass(request, reply, options));
  app.server.on('upgrade', (request, socket, head) => {
    if (mayUpgrade(request)) upgrade(request, socket, head, options);
    else socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
  });
}

async function pass(
  { raw }: FastifyRequest,
  reply: FastifyReply,
  options: ProxyOptions,
): Promise<FastifyReply> {
  const onward = begin(raw, options, {});
  onward.setTimeout(ANSWER_MS_MAX, () => onward.destroy(new Error('timeout')));
  raw.pipe(onward);
  raw.on('aborted', () => onward.destroy());
  const answer = await new Promise<IncomingMessage | null>((resolve) => {
    onward.on('response', resolve).on('error', () => resolve(null));
  });
  if (answer === null) return reply.status(502).send(unreachable(options));
  onward.setTimeout(0);
  reply.status(answer.statusCode ?? 502);
  for (const [name, value] of Object.entries(answer.headers))
    if (value !== undefined && !HOP_HEADERS.has(name)) reply.header(name, value);
  reply.raw.on('close', () => answer.destroy());
  return reply.send(answer);
}

function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, options: ProxyOptions): void {
  const onward = begin(request, options, {
    connection: 'Upgrade',
    upgrade: request.headers.upgrade ?? 'websocket',
  });
  const fail = (): void => {
    socket.destroy();
  };
  onward.on('error', fail).on('response', fail);
  onward.on('upgrade', (answer, other: Duplex, rest) => {
    const lines = Object.entries(answer.headers).map(([name, value]) => `${name}: ${String(value)}\r\n`);
    socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('')}\r\n`);
    if (rest.length > 0) socket.write(rest);
    if (head.length > 0) other.write(head);
    socket.pipe(other).pipe(socket);
    const end = (): void => {
      socket.destroy();
      other.destroy();
    };
    for (const each of [socket, other]) each.on('error', end).on('close', end);
  });
  socket.on('error', () => onward.destroy());
  onward.end();
}

function begin(
  request: IncomingMessage,
  { analyzer, token }: ProxyOptions,
  more: Record<string, string>,
): ClientRequest {
  const headers: Record<string, string | string[]> = { ...more };
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined && !HOP_HEADERS.has(name)) headers[name] = value;
  // The analyzer expects its own host name and origin; the client's were checked here.
  headers.host = analyzer.host;
  delete headers.origin;
  delete headers['sec-fetch-site'];
  delete headers.cookie;
  // For the analyzer's audit and limits; a header forged by the browser is discarded.
  delete headers[FOR_HEADER];
  const { remoteAddress } = request.socket;
  if (remoteAddress !== undefined) headers[FOR_HEADER] = remoteAddress;
  if (token !== null) headers.authorization = `Bearer ${token}`;
  const send = analyzer.protocol === 'https:' ? httpsRequest : httpRequest;
  // Not resolved as a URL: `//elsewhere` is a path here.
  const { hostname, port } = analyzer;
  return send({
    hostname: hostname.replace(/^\[(.*)\]$/, '$1'),
    port,
    path: request.url ?? '/',
    method: request.method ?? 'GET',
    headers,
  });
}

function unreachable({ analyzer }: ProxyOptions): object {
  const hint = 'start it with eyrie analyzer, or name another with --analyzer URL';
  return {
    error: { code: 'unreachable', message: `the analyzer at ${analyzer.origin} does not answer`, hint },
  };
}
