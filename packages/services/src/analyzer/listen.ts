// Binds the server: address, access token, and the URL to show.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, isIP } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { isLoopback } from './loopback.ts';
import type { Access } from './security.ts';

/** Address to bind, and who has access. */
export interface Place {
  readonly host: string;
  readonly port: number;
  readonly access: Access;
  /** The token was generated for this run and must be shown. */
  readonly isTokenNew: boolean;
}

/** Loopback needs no token; elsewhere one is generated unless given. */
export function placeOf(
  host: string,
  port: number,
  token: string | undefined,
  hosts: readonly string[],
): Place {
  const needsToken = token === undefined && !(host === 'localhost' || isLoopback(host));
  const made = needsToken ? randomBytes(18).toString('base64url') : (token ?? null);
  return { host, port, access: { token: made, hosts }, isTokenNew: needsToken };
}

/** The address is taken, not local, or not permitted; `code` is the system's. */
export class ListenError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Listens, and returns the URL for browsers.
 *
 * @param option name of the flag for the port, for the message: `--port`
 * @throws ListenError with a message of one line
 */
export async function listen(app: FastifyInstance, { host, port }: Place, option: string): Promise<string> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    throw listenError(error, host, port, option);
  }
  const bound = app.server.address();
  const number = typeof bound === 'object' && bound !== null ? bound.port : port;
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  return `http://${isIP(name) === 6 ? `[${name}]` : name}:${number}`;
}

/** Whether `listen` could listen there now, before work that would be in vain. @throws ListenError */
export async function checkPlace({ host, port }: Place, option: string): Promise<void> {
  const server = createServer();
  try {
    await once(server.listen({ host, port }), 'listening');
  } catch (error) {
    throw listenError(error, host, port, option);
  }
  server.close();
  await once(server, 'close');
}

function listenError(error: unknown, host: string, port: number, option: string): ListenError {
  const { code = '', syscall, message } = error as NodeJS.ErrnoException;
  // A name that has no address has several codes, by what the resolver knows.
  const reason = reasonOf(syscall === 'getaddrinfo' ? 'EADDRNOTAVAIL' : code, host, port, option);
  return new ListenError(code, reason ?? message);
}

function reasonOf(code: string, host: string, port: number, option: string): string | null {
  switch (code) {
    case 'EADDRINUSE':
      return `port ${port} is taken; choose another with ${option}, or 0 for any that is free`;
    case 'EACCES':
      return `port ${port} needs more rights; choose one above 1023 with ${option}`;
    case 'EADDRNOTAVAIL':
      return `${host} is not an address of this machine; choose another with --host`;
    default:
      return null;
  }
}
