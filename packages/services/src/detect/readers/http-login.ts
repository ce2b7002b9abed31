// Logins over HTTP: Basic, Digest, and HTML forms with a password field.
import type { DetectEvent } from '@eyrie/detect';
import type { Packet } from '@eyrie/dissect';
import { endsOf, hashOf, type See } from '../reader.ts';

export type HttpEvent = Extract<DetectEvent, { kind: 'http' }>;

interface Pending {
  readonly user: string;
  readonly guess: number;
  readonly isForm: boolean;
}

/** Requests of a connection that await their response. */
const PENDING_MAX = 64;
const PASSWORD_FIELD = /(?:^|&)(?:pass|passwd|password|pwd|passwort|user_pass|login_password)=([^&]+)/i;
const USER_FIELD = /(?:^|&)(?:user|username|login|email|log|name|uname|user_login)=([^&]*)/i;
const LOGIN_PAGE = /log-?in|sign-?in|auth|session|brute/i;

/** Matches the responses of each connection with its requests, and reports logins. */
export class HttpLogins {
  readonly #see: See;

  constructor(see: See) {
    this.#see = see;
  }

  /** Whether the next response concerns a login. */
  isPending(p: Packet): boolean {
    return pendingOf(p)[0] != null;
  }

  requested(p: Packet, event: HttpEvent): void {
    const pending = pendingOf(p);
    const login = loginIn(event);
    if (pending.length < PENDING_MAX) pending.push(login);
    if (login === null || !(login.isForm || isBasic(event))) return;
    this.#see({
      kind: 'cleartext',
      ...endsOf(p, true),
      protocol: login.isForm ? 'HTTP form' : 'HTTP Basic',
      user: login.user,
    });
  }

  responded(p: Packet, event: HttpEvent): void {
    if (event.status < 200) return;
    const login = pendingOf(p).shift();
    if (!login) return;
    this.#see({
      kind: 'login',
      ...endsOf(p, false),
      protocol: 'HTTP',
      user: login.user,
      isSuccess: isSuccess(event, login.isForm),
      guess: login.guess,
      isInferred: false,
    });
  }
}

/** The requests of the connection that await their response; null: not a login. */
function pendingOf(p: Packet): (Pending | null)[] {
  return p.session.stateOf<(Pending | null)[]>(p, 'detect.http', () => []);
}

function isBasic({ headers }: HttpEvent): boolean {
  return headers.some((line) => /^authorization: *basic /i.test(line));
}

function loginIn({ headers, uri, body, method }: HttpEvent): Pending | null {
  const line = headers.find((each) => /^authorization: *(?:basic|digest) /i.test(each));
  if (line !== undefined) return { user: userOf(line), guess: hashOf(line), isForm: false };
  const query = uri.slice(uri.indexOf('?') + 1);
  const form =
    method === 'POST' && PASSWORD_FIELD.test(body) ? body : PASSWORD_FIELD.test(query) ? query : null;
  if (form === null || !(method === 'POST' || LOGIN_PAGE.test(uri))) return null;
  return {
    user: decodeURIComponentSafely(USER_FIELD.exec(form)?.[1] ?? ''),
    guess: hashOf(PASSWORD_FIELD.exec(form)![1]!),
    isForm: true,
  };
}

function userOf(line: string): string {
  const digest = /username="([^"]*)"/i.exec(line)?.[1];
  if (digest !== undefined) return digest;
  try {
    return atob(/basic +([\w+/=-]+)/i.exec(line)?.[1] ?? '').split(':')[0]!;
  } catch {
    return '';
  }
}

/** A failed form comes back with status 200 or a redirect to the login page; a successful one redirects elsewhere. */
function isSuccess({ status, headers }: HttpEvent, isForm: boolean): boolean {
  if (!isForm) return status !== 401 && status !== 403;
  if (status < 300 || status >= 400) return false;
  const location = headers.find((line) => /^location:/i.test(line)) ?? '';
  return !LOGIN_PAGE.test(location);
}

function decodeURIComponentSafely(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
