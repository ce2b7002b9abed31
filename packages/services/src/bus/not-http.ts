// The answer to what is no HTTP request, has too many headers, or comes too slowly: before there is a request, and so outside
// Fastify's handlers.
import type { Socket } from 'node:net';

export interface NotHttp {
  readonly status: 400 | 408 | 431;
  readonly message: string;
}

const REASONS = {
  400: 'Bad Request',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
} as const;

export const TOO_SLOW: NotHttp = { status: 408, message: 'the request came too slowly' };

/** @param codeOf the error's code in this API */
export function notHttp(codeOf: (status: NotHttp['status']) => string) {
  return (error: Error & { code?: string }, socket: Socket): void => {
    if (error.code === 'ECONNRESET' || socket.destroyed) return;
    const meaning = meaningOf(error.code);
    answerAndClose(socket, meaning, codeOf(meaning.status));
  };
}

/** Answers on the bare connection, and closes it. */
export function answerAndClose(socket: Socket, { status, message }: NotHttp, code: string): void {
  const body = JSON.stringify({ error: { code, message } });
  const head = [
    `HTTP/1.1 ${status} ${REASONS[status]}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    'Connection: close',
  ];
  if (socket.writable) socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  socket.destroy();
}

function meaningOf(code: string | undefined): NotHttp {
  if (code === 'HPE_HEADER_OVERFLOW')
    return { status: 431, message: 'the address and the headers are longer than 16 KiB together' };
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return TOO_SLOW;
  return { status: 400, message: 'this is not an HTTP request' };
}
