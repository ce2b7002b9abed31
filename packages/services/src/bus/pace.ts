// Clients that send or read slowly: each holds a connection, and what belongs to its request (an upload's file, a place among
// the transfers). Those that hardly get on are cut off.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { answerAndClose, TOO_SLOW } from './not-http.ts';

export interface Pace {
  /** So many bytes are to be sent or read … */
  readonly bytesMin: number;
  /** … in each span of so many milliseconds in which the client is waited for. */
  readonly spanMs: number;
}

/** Any network is faster; a JSON body is here within one span, or refused. */
export const PACE: Pace = { bytesMin: 64 << 10, spanMs: 60_000 };

/** So often in a span, connections are looked at. */
const LOOKS = 4;

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** What the client had sent and read when the span began; null: it is not waited for. */
  mark: { readonly bytes: number; readonly atMs: number } | null;
}

/** @param code what the API calls a request that came too slowly, which is told before its connection is closed */
export function addPace(
  app: Pick<FastifyInstance, 'addHook'>,
  { bytesMin, spanMs }: Pace,
  code: string,
): void {
  const exchanges = new Set<Exchange>();
  app.addHook('onRequest', (request, reply, done) => {
    const exchange: Exchange = { request: request.raw, response: reply.raw, mark: null };
    exchanges.add(exchange);
    reply.raw.once('close', () => exchanges.delete(exchange));
    done();
  });
  const looking = setInterval(() => {
    const now = performance.now();
    for (const exchange of exchanges) {
      const { request, response, mark } = exchange;
      const bytes = isWaitedFor(exchange) ? passed(request.socket) : null;
      if (bytes === null) exchange.mark = null;
      else if (mark === null || now - mark.atMs >= spanMs) {
        if (mark === null || bytes - mark.bytes >= bytesMin) exchange.mark = { bytes, atMs: now };
        else if (response.headersSent) request.socket.destroy();
        else answerAndClose(request.socket, TOO_SLOW, code);
      }
    }
  }, spanMs / LOOKS);
  looking.unref();
  app.addHook('onClose', async () => clearInterval(looking));
}

/** Not while its packets are still being read here, nor while what it has sent of a body waits to be taken. */
function isWaitedFor({ request, response }: Exchange): boolean {
  return (
    (!request.complete && request.readableLength < request.readableHighWaterMark) ||
    response.writableLength > 0 ||
    (handleOf(request.socket)?.writeQueueSize ?? 0) > 0
  );
}

/** Bytes that went over the connection in either direction. */
function passed(socket: Socket): number {
  const { bytesWritten = 0, writeQueueSize = 0 } = handleOf(socket) ?? {};
  return socket.bytesRead + bytesWritten - writeQueueSize;
}

/**
 * Of a long answer, which is written at once, a socket counts all bytes as waiting until the last one is gone. Node looks at
 * the same number when a socket times out.
 */
interface Handle {
  /** Handed to the system, with those that it has not taken yet. */
  readonly bytesWritten: number;
  /** Those. */
  readonly writeQueueSize: number;
}

function handleOf(socket: Socket): Handle | null {
  return (socket as unknown as { readonly _handle?: Handle | null })._handle ?? null;
}
