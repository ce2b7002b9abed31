// Rate limit by client address.

import { isIP } from 'node:net';
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ApiError } from './errors.ts';
import { isLoopback } from './loopback.ts';

export const REQUESTS_PER_MINUTE = 1200;
/** Addresses tracked. */
const ADDRESSES_MAX = 10_000;

/**
 * Limits requests, except those from this machine.
 *
 * @param keyOf returns the key that requests are counted by; default: the address
 */
export async function addLimits(
  app: FastifyInstance,
  max: number,
  keyOf = (request: FastifyRequest): string => request.ip,
): Promise<void> {
  await app.register(rateLimit, {
    max,
    timeWindow: '1 minute',
    cache: ADDRESSES_MAX,
    keyGenerator: keyOf,
    allowList: (request) => isLoopback(request.ip),
    errorResponseBuilder: (_, { after }) =>
      new ApiError('too_many_requests', `more than ${max} requests a minute`, { hint: `wait ${after}` }),
  });
}

/** Header in which the page's process names the client. */
export const FOR_HEADER = 'x-forwarded-for';

/** The forwarded client's address, or null. Trustworthy once the Guard has checked the token. */
export function forwardedFor({ headers }: FastifyRequest): string | null {
  const address = headers[FOR_HEADER];
  return typeof address === 'string' && isIP(address) !== 0 ? address : null;
}

/** The key of the rate limit: users of the page share its process's address, and are counted individually. */
export function clientOf(request: FastifyRequest): string {
  return `${request.ip} ${forwardedFor(request) ?? ''}`;
}
