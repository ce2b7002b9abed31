// Access control. On loopback, everyone on this machine has access; elsewhere a token is required, as a bearer token or
// once at /login. Other sites never have access: foreign host names (DNS rebinding), requests of other origins (CSRF),
// and content types that an HTML form can send are refused.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import type { FastifyInstance } from 'fastify';
import { ApiError } from './errors.ts';
import { STYLE_PATH } from './routes/page.ts';

export interface Access {
  /** Null: no token is required; for loopback only. */
  readonly token: string | null;
  /** Accepted host names, besides addresses and this machine's own. */
  readonly hosts: readonly string[];
}

const COOKIE = 'eyrie_session';
const SESSION_MS = 12 * 3600 * 1000;
/** Concurrent sessions; beyond this the oldest ends. */
const SESSIONS_MAX = 1000;

/** Wrong tokens per address before it is locked out, and for how long. */
const FAILURES_MAX = 10;
const FAILURE_MS = 60_000;
/** Addresses tracked; beyond this the oldest is evicted. */
const FAILING_MAX = 10_000;

/** Paths without a token: health checks, and the login page with its style. */
const OPEN_PATHS = new Set(['/healthz', '/login', STYLE_PATH]);

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** The parts of a request that are checked. */
export interface Asked {
  readonly headers: IncomingHttpHeaders;
  readonly method: string;
  readonly url: string;
  /** The client's address. */
  readonly ip: string;
}

/** Checks each request before its route. */
export class Guard {
  readonly #tokenHash: Buffer | null;
  readonly #hosts: ReadonlySet<string>;
  readonly #sessions = new Map<string, number>();
  /** Addresses that have sent the right token, and until when they are trusted. */
  readonly #trusted = new Map<string, number>();
  readonly #failures = new Map<string, { count: number; untilMs: number }>();

  constructor({ token, hosts }: Access) {
    this.#tokenHash = token === null ? null : hashOf(token);
    this.#hosts = new Set([
      'localhost',
      hostname().toLowerCase(),
      ...hosts.map((host) => host.toLowerCase()),
    ]);
  }

  get needsToken(): boolean {
    return this.#tokenHash !== null;
  }

  /** @throws ApiError if the request is refused */
  check(request: Asked): void {
    this.checkHost(request);
    checkOrigin(request);
    if (this.#tokenHash === null || OPEN_PATHS.has(pathOf(request))) return;
    if (this.#hasSession(request)) return;
    const token = bearerOf(request);
    if (token === null) throw unauthorized();
    this.login(request.ip, token);
  }

  /** In DNS rebinding the Host header has the attacker's name; requests by address are safe. */
  checkHost(request: Asked): void {
    const host = request.headers.host ?? '';
    const name = host
      .replace(/:\d+$/, '')
      .replace(/^\[(.*)\]$/, '$1')
      .toLowerCase();
    if (isIP(name) !== 0 || this.#hosts.has(name)) return;
    throw new ApiError('foreign_host', `host ${host === '' ? '(none)' : host} is not served here`, {
      hint: 'use the address or localhost, or allow the name with --allow-host',
    });
  }

  /** @throws ApiError if the token is wrong, or the address is locked out */
  login(address: string, token: string): void {
    const now = Date.now();
    const failures = this.#failures.get(address);
    const isLocked = failures !== undefined && failures.count >= FAILURES_MAX && now < failures.untilMs;
    // Many clients may share an address (NAT): once one of them has sent the token, wrong guesses do not lock it out.
    const mayTry = !isLocked || now < (this.#trusted.get(address) ?? 0);
    // timingSafeEqual needs inputs of equal length: compare hashes.
    if (mayTry && this.#tokenHash !== null && timingSafeEqual(hashOf(token), this.#tokenHash)) {
      this.#trust(address, now);
      return;
    }
    if (isLocked) throw new ApiError('too_many_requests', 'too many wrong tokens', { hint: 'wait a minute' });
    this.#countFailure(address, now);
    throw unauthorized();
  }

  /** Begins a browser session; returns its cookie. */
  beginSession(isSecure: boolean): string {
    const id = randomBytes(24).toString('base64url');
    if (this.#sessions.size >= SESSIONS_MAX) this.#sessions.delete(this.#sessions.keys().next().value!);
    this.#sessions.set(id, Date.now() + SESSION_MS);
    return cookie(id, SESSION_MS / 1000, isSecure);
  }

  /** Ends the session; returns the cookie that deletes it in the browser. */
  endSession(request: Asked): string {
    const id = sessionOf(request);
    if (id !== null) this.#sessions.delete(id);
    return cookie('', 0, false);
  }

  #hasSession(request: Asked): boolean {
    const id = sessionOf(request);
    const untilMs = id === null ? undefined : this.#sessions.get(id);
    if (untilMs === undefined) return false;
    if (Date.now() < untilMs) return true;
    this.#sessions.delete(id!);
    return false;
  }

  #trust(address: string, now: number): void {
    this.#trusted.delete(address);
    if (this.#trusted.size >= FAILING_MAX) this.#trusted.delete(this.#trusted.keys().next().value!);
    this.#trusted.set(address, now + SESSION_MS);
  }

  #countFailure(address: string, now: number): void {
    const known = this.#failures.get(address);
    const count = known !== undefined && now < known.untilMs ? known.count + 1 : 1;
    this.#failures.delete(address);
    if (this.#failures.size >= FAILING_MAX) this.#failures.delete(this.#failures.keys().next().value!);
    this.#failures.set(address, { count, untilMs: now + FAILURE_MS });
  }
}

/** Headers of every response: no external resources, and only our own scripts. */
const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; '),
  // What was captured stays out of caches (RFC 9111 §5.2.2.5); files of the page have a header of their own.
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  // Not "no-referrer": with that, forms of our own pages come with "Origin: null" (Fetch §3.2.5).
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
};

export function addSecurity(app: FastifyInstance, guard: Guard): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(HEADERS);
    guard.check(request);
  });
}

/**
 * Checks the origin that browsers report. Pages of another origin may link here, but may not change anything, open
 * the live channel, or cause work whose result they cannot read, such as an image of `/packets?q=…` (Fetch Metadata
 * §2.4).
 */
function checkOrigin({ headers, method }: Asked): void {
  const { origin, upgrade } = headers;
  const site = headers['sec-fetch-site'];
  const isReading = SAFE_METHODS.has(method) && upgrade === undefined;
  const isLink = headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
  if (isReading && isLink) return;
  const isForeign =
    (site !== undefined && site !== 'same-origin' && site !== 'none') ||
    (!isReading && origin !== undefined && hostOf(origin) !== headers.host);
  if (isForeign) throw new ApiError('foreign_origin', 'cross-origin requests are refused');
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}

function pathOf(request: Asked): string {
  const { url } = request;
  const queryAt = url.indexOf('?');
  return queryAt < 0 ? url : url.slice(0, queryAt);
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

function bearerOf(request: Asked): string | null {
  return /^Bearer +([\x21-\x7e]{1,512})$/i.exec(request.headers.authorization ?? '')?.[1] ?? null;
}

function sessionOf(request: Asked): string | null {
  return /(?:^|;\s*)eyrie_session=([\w-]{32})(?:;|$)/.exec(request.headers.cookie ?? '')?.[1] ?? null;
}

function cookie(value: string, seconds: number, isSecure: boolean): string {
  return `${COOKIE}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${seconds}${isSecure ? '; Secure' : ''}`;
}

function unauthorized(): ApiError {
  return new ApiError('unauthorized', 'a token is needed', {
    hint: 'send "Authorization: Bearer TOKEN", or log in at /login; the token was printed when the service started',
  });
}
