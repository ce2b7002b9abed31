// Authentication between services: none on loopback, one shared token elsewhere.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { tokenMistake } from '../config/token.ts';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8);
loopback.addAddress('::1', 'ipv6');

/** Returns why a service may not listen on this host with this token, or null. */
export function tokenProblem(host: string, token: string | undefined): string | null {
  const mistake = token === undefined ? null : tokenMistake(token);
  if (mistake !== null) return `EYRIE_TOKEN: ${mistake}`;
  if (token !== undefined || isLoopback(host)) return null;
  return `on ${host} a token is needed; set EYRIE_TOKEN, the same for capture, parser and persistor`;
}

/** Whether the request carries the bearer token (RFC 6750 §2.1). */
export function hasToken(headers: IncomingHttpHeaders, token: string): boolean {
  const [, given = ''] = /^Bearer +(\S{1,512})$/i.exec(headers.authorization ?? '') ?? [];
  // timingSafeEqual needs inputs of equal length: compare hashes.
  return timingSafeEqual(hashOf(given), hashOf(token));
}

function isLoopback(host: string): boolean {
  const kind = isIP(host);
  return kind === 0 ? host === 'localhost' : loopback.check(host, kind === 4 ? 'ipv4' : 'ipv6');
}

function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
