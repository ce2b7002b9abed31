// Rate limit of requests by address.

import { isIP } from 'node:net';
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ApiError } from './errors.ts';

export const REQUESTS_PER_MINUTE = 1200;
/** Addresses counted at once. */
const ADDRESSES_MAX = 10_000;

/**
 * Limits requests, except those from this machine.
 *
 * @param whoOf the key that requests are counted by; default: the address
 */
export async function addLimits(
  app: FastifyInstance,
  max: number,
  whoOf = (request: FastifyRequest): string => request.ip,
): Promise<void> {
  await app.register(rateLimit, {
    max,
    timeWindow: '1 minute',
    cache: ADDRESSES_MAX,
    keyGenerator: whoOf,
    allowList: (request) => isLoopback(request.ip),
    errorResponseBuilder: (_, { after }) =>
      new ApiError('too_many_requests', `more than ${max} requests a minute`, { hint: `wait ${after}` }),
  });
}

/** Which the page's own process tells of whoever it asks for. */
export const FOR_HEADER = 'x-forwarded-for';

/** For whom it was asked, as the asker says, who has given the token by then; null: for itself. */
export function askedFor({ headers }: FastifyRequest): string | null {
  const said = headers[FOR_HEADER];
  return typeof said === 'string' && isIP(said) !== 0 ? said : null;
}

/** All users of the page come from the address of the page's process: each is counted alone. */
export function clientOf(request: FastifyRequest): string {
  return `${request.ip} ${askedFor(request) ?? ''}`;
}

export function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.');
}
