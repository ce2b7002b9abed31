// Serves the page's files. Only paths of the bundle exist, so path traversal is impossible.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Bundle, type Coding, type PageFile, readBundle } from './bundle.ts';

const YEAR_SECONDS = 31_536_000;

const NO_PAGE = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Eyrie</title>
<h1>The page is not there yet</h1>
<p>It is put together by <code>npm ci</code>, or by <code>node scripts/bundle-page.js</code>. The API works:
<a href="/docs">/docs</a>.</p></html>
`;

/** Adds the page to a server with the API. @param folder of the bundle; null: none */
export async function addPage(app: FastifyInstance, folder: string | null): Promise<void> {
  const bundle = folder === null ? null : await readBundle(folder);
  const hidden = { schema: { hide: true } };
  app.get('/', hidden, (request, reply) => sendIndex(bundle, request, reply));
  for (const [address, file] of bundle?.files ?? [])
    app.get(address, hidden, (request, reply) => sendFile(file, request, reply));
}

function sendIndex(bundle: Bundle | null, request: FastifyRequest, reply: FastifyReply) {
  if (bundle !== null) return sendFile(bundle.index, request, reply);
  return reply.type('text/html; charset=utf-8').send(NO_PAGE);
}

function sendFile(file: PageFile, request: FastifyRequest, reply: FastifyReply) {
  reply.header('cache-control', file.isImmutable ? `public, max-age=${YEAR_SECONDS}, immutable` : 'no-cache');
  reply.header('etag', file.tag).header('vary', 'accept-encoding');
  if (isKnown(request.headers['if-none-match'], file.tag)) return reply.status(304).send();
  const coding = codingOf(request, file);
  if (coding === null) return reply.type(file.type).send(file.plain);
  return reply.type(file.type).header('content-encoding', coding).send(file.coded[coding]);
}

/** Whether the client has it: `*`, or one of its tags is this one by the weak comparison (RFC 9110 §13.1.2). */
function isKnown(header: string | undefined, tag: string): boolean {
  if (header?.trim() === '*') return true;
  const opaque = (each: string): string => each.trim().replace(/^W\//, '');
  return header?.split(',').some((each) => opaque(each) === opaque(tag)) === true;
}

function codingOf({ headers }: FastifyRequest, { coded }: PageFile): Coding | null {
  const accepted = String(headers['accept-encoding'] ?? '');
  if (coded.br !== undefined && /\bbr\b(?!\s*;\s*q=0(\.0*)?\b)/.test(accepted)) return 'br';
  return coded.gzip !== undefined && /\bgzip\b(?!\s*;\s*q=0(\.0*)?\b)/.test(accepted) ? 'gzip' : null;
}
