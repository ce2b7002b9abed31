import { Tap } from '@eyrie/dissect';
import { endsOf, type ReaderMaker, type See } from '../reader.ts';
import { loginEvents } from './http-login.ts';

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

export const httpReader: ReaderMaker = {
  protocols: ['http'],
  make(see: See) {
    const tap = new Tap(['http'], [METHOD, URI, AGENT, STATUS, REQUEST_LINE, RESPONSE_LINE, BODY]);
    const logins = loginEvents(see);
    return (p, layer) => {
      if (p.netKind === 0) return;
      tap.take(p, layer);
      const isRequest = tap.has(METHOD);
      const status = tap.has(STATUS) ? tap.number(STATUS) : 0;
      if (!isRequest && status === 0) return;
      const lines = tap.texts(isRequest ? REQUEST_LINE : RESPONSE_LINE).slice(0, LINES_MAX);
      const event = {
        kind: 'http',
        step: isRequest ? 'request' : 'response',
        ...endsOf(p, isRequest),
        method: tap.text(METHOD),
        uri: tap.text(URI),
        userAgent: tap.text(AGENT),
        headers: lines,
        body: isRequest ? bodyText(tap.values(BODY)[0]) : '',
        status,
      } as const;
      see(event);
      logins(p, event);
    };
  },
};

function bodyText(value: unknown): string {
  if (typeof value === 'string') return value.slice(0, BODY_MAX);
  if (!(value instanceof Uint8Array)) return '';
  let text = '';
  for (const byte of value.subarray(0, BODY_MAX)) text += String.fromCharCode(byte);
  return text;
}
