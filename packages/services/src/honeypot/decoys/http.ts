// Imitates nginx on Debian: its start page, a login that always fails, its error pages.
import type { Visit } from '../visit.ts';
import { type Decoy, firstWord } from './decoy.ts';

const METHODS = new Set([
  'GET',
  'POST',
  'HEAD',
  'PUT',
  'DELETE',
  'OPTIONS',
  'CONNECT',
  'TRACE',
  'PATCH',
  'PROPFIND',
]);
const HEADERS_MAX = 100;
const BODY_BYTES_MAX = 1_000_000;
const REQUESTS_MAX = 100;
const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  302: 'Moved Temporarily',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Not Allowed',
  413: 'Request Entity Too Large',
};

export interface Request {
  readonly method: string;
  readonly url: string;
  readonly version: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

interface Answer {
  readonly status: number;
  readonly headers?: readonly string[];
  readonly body?: string;
}

export const http: Decoy = {
  name: 'http',
  port: 80,
  recognises: (first) => METHODS.has(firstWord(first)) && /^[A-Z]+ /.test(first.toString('latin1', 0, 12)),
  serve: (visit) => serveHttp(visit),
};

async function serveHttp(visit: Visit): Promise<void> {
  for (let i = 0; i < REQUESTS_MAX; i++) {
    const request = await readRequest(visit);
    if (request === null) return refuse(visit, 400);
    const { method, url, headers } = request;
    visit.report({ type: 'request', method, url, agent: headers.get('user-agent') });
    if (request.body.length > BODY_BYTES_MAX) return refuse(visit, 413);
    reportLogin(visit, request);
    send(visit, request, answerTo(request));
    const keepsOpen =
      headers.get('connection')?.toLowerCase() ?? (request.version === '1.1' ? 'keep-alive' : 'close');
    if (keepsOpen !== 'keep-alive') break;
  }
  visit.end();
}

/** The next request; null if it is malformed. @throws VisitOver */
export async function readRequest(visit: Visit): Promise<Request | null> {
  // Like nginx, rejects a malformed request at once, without waiting for its end.
  const first = await visit.read();
  visit.unread(first);
  if (!/^[A-Z]/.test(first.toString('latin1', 0, 1))) return null;
  const start = /^([A-Z]+) (\S+)(?: HTTP\/(1\.[01]))?$/.exec(await visit.line());
  if (start === null) return null;
  const headers = new Map<string, string>();
  // HTTP/0.9 has no headers.
  while (start[3] !== undefined) {
    const line = await visit.line();
    if (line === '') break;
    const colon = line.indexOf(':');
    if (colon < 1 || headers.size >= HEADERS_MAX) return null;
    headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  const length = Number(headers.get('content-length') ?? 0);
  if (!Number.isInteger(length) || length < 0) return null;
  const body = await visit.bytes(Math.min(length, BODY_BYTES_MAX + 1));
  return { method: start[1]!, url: start[2]!, version: start[3] ?? '0.9', headers, body };
}

/** Reports the credentials of basic authentication (RFC 7617 §2). */
export function reportBasic(visit: Visit, authorization = ''): void {
  const basic = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(authorization);
  if (basic === null) return;
  const [user = '', ...password] = Buffer.from(basic[1]!, 'base64').toString('latin1').split(':');
  visit.report({ type: 'login', user, password: password.join(':'), isSuccess: false });
}

/** Reports credentials from the form or from basic authentication. */
function reportLogin(visit: Visit, { method, headers, body }: Request): void {
  reportBasic(visit, headers.get('authorization'));
  if (method !== 'POST' && method !== 'PUT') return;
  const form = new URLSearchParams(body.toString('latin1'));
  const field = (pattern: RegExp) => [...form].find(([name]) => pattern.test(name))?.[1];
  const user = field(/^(user|login|email|log|name)/i);
  const password = field(/^(pass|pwd)/i);
  if (password !== undefined) visit.report({ type: 'login', user, password, isSuccess: false });
  else if (body.length > 0) visit.keep(body, 'request body');
}

function answerTo({ method, url, headers }: Request): Answer {
  if (!['GET', 'HEAD', 'POST'].includes(method)) return { status: 405 };
  const path = url.split('?')[0]!;
  if (path === '/' || path === '/index.html') return { status: 200, body: WELCOME };
  if (path === '/login' || path === '/login/') {
    return method === 'POST'
      ? { status: 200, body: loginPage('Wrong user name or password.') }
      : { status: 200, body: loginPage('') };
  }
  if (path === '/robots.txt')
    return { status: 200, body: 'User-agent: *\nDisallow: /admin/\nDisallow: /backup/\n' };
  if (path.startsWith('/admin')) {
    return {
      status: 401,
      headers: [`WWW-Authenticate: Basic realm="${headers.has('authorization') ? 'admin' : 'Restricted'}"`],
    };
  }
  return { status: path.startsWith('/backup') ? 403 : 404 };
}

function send(visit: Visit, { method, version, headers, url }: Request, answer: Answer): void {
  const { status } = answer;
  const body = answer.body ?? errorPage(status, visit.persona.versions.nginx);
  const type = url.startsWith('/robots.txt') ? 'text/plain' : 'text/html';
  const open = headers.get('connection')?.toLowerCase() ?? (version === '1.1' ? 'keep-alive' : 'close');
  const head = [
    `HTTP/1.1 ${status} ${REASONS[status]}`,
    `Server: nginx/${visit.persona.versions.nginx}`,
    `Date: ${new Date().toUTCString()}`,
    `Content-Type: ${type}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    `Connection: ${open === 'keep-alive' ? 'keep-alive' : 'close'}`,
    ...(answer.headers ?? []),
  ];
  const headText = version === '0.9' ? '' : `${head.join('\r\n')}\r\n\r\n`;
  visit.write(method === 'HEAD' ? headText : headText + body);
}

function refuse(visit: Visit, status: number): void {
  send(
    visit,
    { method: 'GET', url: '/', version: '1.0', headers: new Map(), body: Buffer.alloc(0) },
    { status },
  );
  visit.end();
}

/** An error page, byte for byte as nginx writes it. */
function errorPage(status: number, version: string): string {
  const title = `${status} ${REASONS[status] === 'Unauthorized' ? 'Authorization Required' : REASONS[status]}`;
  return `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx/${version}</center>\r\n</body>\r\n</html>\r\n`;
}

const WELCOME = `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Intranet</title></head>
<body>
<h1>Intranet</h1>
<p><a href="/login">Sign in</a> to see the pages of your department.</p>
</body>
</html>
`;

function loginPage(message: string): string {
  return `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Sign in</title></head>
<body>
<h1>Sign in</h1>${message === '' ? '' : `\n<p>${message}</p>`}
<form method="post" action="/login">
<p><label>User <input name="username"></label></p>
<p><label>Password <input type="password" name="password"></label></p>
<p><button>Sign in</button></p>
</form>
</body>
</html>
`;
}
