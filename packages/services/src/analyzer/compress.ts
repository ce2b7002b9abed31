// Compresses longer responses: zstd if the client accepts it, else gzip.
import { promisify } from 'node:util';
import { constants, gzip, zstdCompress } from 'node:zlib';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { forwardedFor } from './limits.ts';
import { isLoopback } from './loopback.ts';

/** Bytes; shorter responses fit one or two packets anyway. */
const LENGTH_MIN = 1400;
/** Bytes, on loopback: there compression takes longer than the transfer, except perhaps through a tunnel. */
const LENGTH_MIN_HERE = 65_536;
/** Fast levels: a response is read once, and latency matters. */
const GZIP_LEVEL = 3;
const ZSTD_LEVEL = 2;

const gzipped = promisify(gzip);
const zstandard = promisify(zstdCompress);

export function addCompression(app: FastifyInstance): void {
  app.addHook('onSend', async (request, reply, payload) => {
    if (typeof payload !== 'string' && !Buffer.isBuffer(payload)) return payload;
    const lengthMin = isHere(request) ? LENGTH_MIN_HERE : LENGTH_MIN;
    if (payload.length < lengthMin || reply.hasHeader('content-encoding')) return payload;
    if (!/json|text|javascript|svg/.test(String(reply.getHeader('content-type')))) return payload;
    reply.header('vary', 'accept-encoding');
    const coding = codingOf(request.headers['accept-encoding']);
    if (coding === null) return payload;
    reply.header('content-encoding', coding);
    reply.removeHeader('content-length');
    return coding === 'zstd'
      ? zstandard(payload, { params: { [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL } })
      : gzipped(payload, { level: GZIP_LEVEL });
  });
}

/** Whether the client is on this machine. A reset connection has no address any more. */
function isHere(request: FastifyRequest): boolean {
  const ip: string | undefined = request.ip;
  return ip === undefined || (isLoopback(ip) && isLoopback(forwardedFor(request) ?? ip));
}

/** The content coding that the client accepts (RFC 9110 §12.5.3); weight 0 excludes a coding. */
function codingOf(header: string | string[] | undefined): 'zstd' | 'gzip' | null {
  const accepted = new Set<string>();
  for (const part of String(header ?? '')
    .toLowerCase()
    .split(',')) {
    const [coding, ...parameters] = part.trim().split(/\s*;\s*/);
    if (!parameters.some((each) => /^q=0(\.0*)?$/.test(each))) accepted.add(coding!);
  }
  return accepted.has('zstd') ? 'zstd' : accepted.has('gzip') ? 'gzip' : null;
}
