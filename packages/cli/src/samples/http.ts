// A GET that follows redirects. Not the global fetch: in Node 24 that ends the whole process, uncatchably, when a server
// closes the connection while the body waits to be read (nodejs/undici issue 5360), as every plain HTTP/1.0 server does.
import { get as getHttp, type IncomingMessage, type RequestOptions } from 'node:http';
import { get as getHttps } from 'node:https';

const REDIRECTS_MAX = 5;
/** RFC 9110 §15.4; a GET stays a GET with each of them. */
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** Resolves to the first answer that is no redirect, its body still to be read. Rejects if there is none, or when aborted. */
export async function get(
  url: string,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  for (let hop = 0; hop <= REDIRECTS_MAX; hop++) {
    const response = await getOnce(url, { headers, signal });
    const { location } = response.headers;
    if (!REDIRECTS.has(response.statusCode ?? 0) || location === undefined) return response;
    response.resume();
    const next = URL.parse(location, url);
    if (next === null || !/^https?:$/.test(next.protocol)) throw new Error(`a redirect to ${location}`);
    url = next.href;
  }
  throw new Error('too many redirects');
}

function getOnce(url: string, options: RequestOptions): Promise<IncomingMessage> {
  const send = url.startsWith('https:') ? getHttps : getHttp;
  return new Promise((resolve, reject) => {
    send(url, options, resolve).on('error', reject);
  });
}
