// How often one address may ask.
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance } from 'fastify';
import { ApiError } from './errors.ts';

export const REQUESTS_PER_MINUTE = 1200;
/** Addresses counted at once. */
const ADDRESSES_MAX = 10_000;

/** Before anything else is done for a request. This machine may ask as often as it likes. */
export async function addLimits(app: FastifyInstance, max: number): Promise<void> {
  await app.register(rateLimit, {
    max,
    timeWindow: '1 minute',
    cache: ADDRESSES_MAX,
    allowList: (request) => isLoopback(request.ip),
    errorResponseBuilder: (_, { after }) =>
      new ApiError('too_many_requests', `more than ${max} requests a minute`, { hint: `wait ${after}` }),
  });
}

export function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.');
}
