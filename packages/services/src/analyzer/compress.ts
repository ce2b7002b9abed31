// Compresses longer answers: zstd if the client accepts it, else gzip.
import { promisify } from 'node:util';
import { constants, gzip, zstdCompress } from 'node:zlib';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { askedFor, isLoopback } from './limits.ts';

/** Below this the answer fits one or two network packets anyway. */
const LENGTH_MIN = 1400;
/** On loopback, compression takes longer than the transfer. A longer answer may go on through a tunnel. */
const LENGTH_MIN_HERE = 65_536;
/** Fast levels: an answer is read once, and its sender should not wait. */
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

/** From this machine, and for a client on it. A connection that was reset has no address any more. */
function isHere(request: FastifyRequest): boolean {
  const ip: string | undefined = request.ip;
  return ip === undefined || (isLoopback(ip) && isLoopback(askedFor(request) ?? ip));
}

/** The coding that the client accepts (RFC 9110 §12.5.3); a weight of 0 means no. */
export function codingOf(header: string | string[] | undefined): 'zstd' | 'gzip' | null {
  const accepted = new Set<string>();
  for (const part of String(header ?? '')
    .toLowerCase()
    .split(',')) {
    const [coding, ...parameters] = part.trim().split(/\s*;\s*/);
    if (!parameters.some((each) => /^q=0(\.0*)?$/.test(each))) accepted.add(coding!);
  }
  return accepted.has('zstd') ? 'zstd' : accepted.has('gzip') ? 'gzip' : null;
}
