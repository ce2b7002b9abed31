import { type Packet, Tap } from '@eyrie/dissect';
import { endsOf, type ReaderMaker, type See } from '../reader.ts';
import { type HttpEvent, HttpLogins } from './http-login.ts';

const METHOD = 'http.request.method';
const URI = 'http.request.uri';
const AGENT = 'http.user_agent';
const STATUS = 'http.response.code';
const REQUEST_LINE = 'http.request.line';
const RESPONSE_LINE = 'http.response.line';
const BODY = 'http.file_data';

/** Bytes of a request body that are searched: attacks are near the beginning. */
const BODY_MAX = 4096;
const LINES_MAX = 64;

/** A response begins with its version (RFC 9112 §4), a request with its method. */
const VERSION = Buffer.from('HTTP/');

export const httpReader: ReaderMaker = {
  protocols: ['http'],
  make(see: See) {
    const requests = new Tap(['http'], [METHOD, URI, AGENT, REQUEST_LINE, BODY]);
    // Bodies of responses are not asked for: they would be decompressed.
    const responses = new Tap(['http'], [STATUS]);
    const headers = new Tap(['http'], [RESPONSE_LINE]);
    const logins = new HttpLogins(see);

    function request(p: Packet, layer: number): void {
      requests.take(p, layer);
      if (!requests.has(METHOD)) return;
      const event: HttpEvent = {
        ...{ kind: 'http', step: 'request', ...endsOf(p, true) },
        ...{ method: requests.text(METHOD), uri: requests.text(URI), userAgent: requests.text(AGENT) },
        headers: requests.texts(REQUEST_LINE).slice(0, LINES_MAX),
        body: bodyText(requests.values(BODY)[0]),
        status: 0,
      };
      see(event);
      logins.requested(p, event);
    }

    function response(p: Packet, layer: number): void {
      responses.take(p, layer);
      const status = responses.has(STATUS) ? responses.number(STATUS) : 0;
      if (status === 0) return;
      const isOfLogin = logins.isPending(p);
      if (isOfLogin) headers.take(p, layer);
      const event: HttpEvent = {
        ...{ kind: 'http', step: 'response', ...endsOf(p, false) },
        ...{ method: '', uri: '', userAgent: '' },
        headers: isOfLogin ? headers.texts(RESPONSE_LINE).slice(0, LINES_MAX) : [],
        body: '',
        status,
      };
      see(event);
      logins.responded(p, event);
    }

    return (p, layer) => {
      if (p.netKind === 0) return;
      if (isResponse(p.bufferOf(layer), p.start[layer]!)) response(p, layer);
      else request(p, layer);
    };
  },
};

function isResponse(b: Uint8Array, at: number): boolean {
  return VERSION.every((byte, i) => b[at + i] === byte);
}

function bodyText(value: unknown): string {
  if (typeof value === 'string') return value.slice(0, BODY_MAX);
  if (!(value instanceof Uint8Array)) return '';
  let text = '';
  for (const byte of value.subarray(0, BODY_MAX)) text += String.fromCharCode(byte);
  return text;
}
