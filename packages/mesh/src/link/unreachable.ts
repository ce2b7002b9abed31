// Why a peer could not be reached, in the words of the system's errors.

export const TIMED_OUT = 'timed out';

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset by the peer',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'network unreachable',
  ENOTFOUND: 'unknown host name',
  EPIPE: 'the peer closed the connection',
  ETIMEDOUT: TIMED_OUT,
};

export function reasonOf(error: Error): string {
  return REASONS[(error as NodeJS.ErrnoException).code ?? ''] ?? error.message;
}

export class DialError extends Error {
  readonly reason: string;

  constructor(address: string, reason: string) {
    super(`${address}: ${reason}`);
    this.reason = reason;
  }
}
