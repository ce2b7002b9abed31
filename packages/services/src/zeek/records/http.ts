// http.log: each request with its response (https://docs.zeek.org/en/master/logs/http.html).
import { httpBody, httpHead, NESTED, type Packet, SHOWN } from '@eyrie/dissect';
import type { Conn } from '../conn/conn.ts';
import { type Column, connColumns, type LogKind, type OfConn } from '../write/log-kind.ts';
import { type Transferred, writeFile } from './files.ts';
import { type LogReader, type Logs, numberOf, type Seen, tapOf, textOf } from './log.ts';
import { SoftwareLog } from './software.ts';

interface Exchange extends OfConn {
  readonly depth: number;
  method: string | null;
  host: string | null;
  uri: string | null;
  referrer: string | null;
  version: string | null;
  userAgent: string | null;
  origin: string | null;
  /** Null while the body has not come whole. */
  requestBytes: number | null;
  responseBytes: number | null;
  status: number | null;
  statusText: string | null;
  infoStatus: number | null;
  infoText: string | null;
  username: string | null;
  proxied: string[] | null;
  request: Transferred | null;
  response: Transferred | null;
}

type Side = 'request' | 'response';
const fuids = (side: Side) => (row: Exchange) => listOf(row[side]?.fuid);
const filenames = (side: Side) => (row: Exchange) => listOf(row[side]?.filename);
const mimeTypes = (side: Side) => (row: Exchange) => listOf(row[side]?.mimeType);

const columns: readonly Column<Exchange>[] = [
  ...connColumns,
  ['trans_depth', 'count', ({ depth }) => depth],
  ['method', 'string', ({ method }) => method],
  ['host', 'string', ({ host }) => host],
  ['uri', 'string', ({ uri }) => uri],
  ['referrer', 'string', ({ referrer }) => referrer],
  ['version', 'string', ({ version }) => version],
  ['user_agent', 'string', ({ userAgent }) => userAgent],
  ['origin', 'string', ({ origin }) => origin],
  ['request_body_len', 'count', ({ requestBytes }) => requestBytes],
  ['response_body_len', 'count', ({ responseBytes }) => responseBytes],
  ['status_code', 'count', ({ status }) => status],
  ['status_msg', 'string', ({ statusText }) => statusText],
  ['info_code', 'count', ({ infoStatus }) => infoStatus],
  ['info_msg', 'string', ({ infoText }) => infoText],
  ['tags', 'set[enum]', () => []],
  ['username', 'string', ({ username }) => username],
  // As Zeek does by default, passwords are not logged.
  ['password', 'string', () => null],
  ['proxied', 'set[string]', ({ proxied }) => proxied],
  ['orig_fuids', 'vector[string]', fuids('request')],
  ['orig_filenames', 'vector[string]', filenames('request')],
  ['orig_mime_types', 'vector[string]', mimeTypes('request')],
  ['resp_fuids', 'vector[string]', fuids('response')],
  ['resp_filenames', 'vector[string]', filenames('response')],
  ['resp_mime_types', 'vector[string]', mimeTypes('response')],
];

export const httpLog: LogKind<Exchange> = { path: 'http', columns };

/** Requests of a connection that wait for their response, as in Zeek; beyond, the oldest is logged without one. */
const WAITING_MAX = 100;

/** A message whose head has come and whose body has not come whole. */
interface Unfinished {
  readonly head: string;
  readonly row: Exchange;
}

interface State {
  depth: number;
  readonly waiting: Exchange[];
  readonly unfinished: Record<Side, Unfinished | null>;
}

const METHOD = 'http.request.method';
const STATUS = 'http.response.code';
/** Bytes of a body that are hashed; of a larger one, what is unpacked is left. */
const BODY_MAX = 512 << 20;
const REQUEST_LINES = 'http.request.line';
const RESPONSE_LINES = 'http.response.line';
const FIELDS = [
  ...[METHOD, STATUS, REQUEST_LINES, RESPONSE_LINES],
  ...['http.request.uri', 'http.request.version', 'http.host', 'http.referer', 'http.user_agent'],
  ...[
    'http.response.version',
    'http.response.phrase',
    'http.server',
    'http.authbasic',
    'http.content_length',
  ],
];

/** Header fields of proxies (RFC 7239 and customs before it). */
const OF_PROXY =
  /^(forwarded|x-forwarded-for|x-forwarded-from|client-ip|via|xroxy-connection|proxy-connection)$/i;

export const httpReader: LogReader = {
  protocols: ['http'],
  readsUnfinished: true,
  make(logs) {
    const reader = new HttpReader(logs);
    return (p, layer, seen) => reader.read(p, layer, seen);
  },
};

class HttpReader {
  readonly #logs: Logs;
  readonly #software: SoftwareLog;
  readonly #tap = tapOf(['http'], FIELDS);

  constructor(logs: Logs) {
    this.#logs = logs;
    this.#software = new SoftwareLog(logs);
  }

  read(p: Packet, layer: number, seen: Seen): void {
    if ((p.flags[layer]! & (SHOWN | NESTED)) === 0) {
      this.#unfinished(p, layer, seen);
      return;
    }
    this.#tap.take(p, layer);
    if (this.#tap.has(METHOD)) this.#request(p, layer, seen);
    else if (this.#tap.has(STATUS)) this.#response(p, layer, seen);
  }

  #write(row: Exchange): void {
    this.#logs.write(httpLog, row);
  }

  #stateOf(conn: Conn): State {
    const make = (): State => ({ depth: 0, waiting: [], unfinished: { request: null, response: null } });
    return conn.keep('http', make, ({ waiting }) => {
      for (const row of waiting) this.#write(row);
    });
  }

  #begin(state: State, seen: Seen): Exchange {
    if (state.waiting.length >= WAITING_MAX) this.#write(state.waiting.shift()!);
    const exchange = begun(seen, ++state.depth);
    state.waiting.push(exchange);
    return exchange;
  }

  /** The head of a message that waits for the rest of its body. */
  #unfinished(p: Packet, layer: number, seen: Seen): void {
    const found = httpHead(p, layer);
    if (found === null) return;
    seen.conn.addServices(['http']);
    const state = this.#stateOf(seen.conn);
    const { isResponse, lines } = found;
    const side = isResponse ? 'response' : 'request';
    const head = lines.join('\n');
    if (state.unfinished[side]?.head === head) return;
    if (isResponse) this.#giveUp(state);
    const waiting = isResponse ? state.waiting[0] : undefined;
    const row = waiting ?? this.#begin(state, seen);
    if (isResponse) readStatusLine(row, lines[0]!);
    else readRequestHead(row, lines);
    state.unfinished[side] = { head, row };
  }

  #request(p: Packet, layer: number, seen: Seen): void {
    const tap = this.#tap;
    const state = this.#stateOf(seen.conn);
    const exchange = finished(p, layer, state, 'request') ?? this.#begin(state, seen);
    state.unfinished.request = null;
    exchange.method = tap.text(METHOD);
    exchange.uri = unescaped(tap.text('http.request.uri'));
    exchange.version = versionOf(textOf(tap, 'http.request.version'));
    exchange.host = textOf(tap, 'http.host');
    exchange.referrer = textOf(tap, 'http.referer');
    exchange.userAgent = textOf(tap, 'http.user_agent');
    this.#software.see('HTTP::BROWSER', exchange.userAgent, seen.time, seen.conn.orig.host);
    exchange.username = textOf(tap, 'http.authbasic')?.split(':')[0] ?? null;
    readLines(exchange, tap.texts(REQUEST_LINES));
    exchange.request = this.#body(p, layer, seen, tap.texts(REQUEST_LINES));
    exchange.requestBytes = exchange.request?.bytes ?? 0;
  }

  #response(p: Packet, layer: number, seen: Seen): void {
    const tap = this.#tap;
    const state = this.#stateOf(seen.conn);
    if (finished(p, layer, state, 'response') === null) this.#giveUp(state);
    const exchange = state.waiting[0] ?? this.#begin(state, seen);
    exchange.status = tap.number(STATUS);
    exchange.statusText = textOf(tap, 'http.response.phrase') ?? '';
    exchange.version = versionOf(textOf(tap, 'http.response.version'));
    const { host, port } = seen.conn.resp;
    this.#software.see('HTTP::SERVER', textOf(tap, 'http.server'), seen.time, host, port);
    // The final response follows (RFC 9110 §15.2); 101 is the last of the connection.
    if (exchange.status < 200) {
      exchange.infoStatus = exchange.status;
      exchange.infoText = exchange.statusText;
      return;
    }
    exchange.response = this.#body(p, layer, seen, tap.texts(RESPONSE_LINES));
    exchange.responseBytes = exchange.response?.bytes ?? 0;
    state.waiting.shift();
    this.#write(exchange);
  }

  /** Gives up a response whose body did not come whole, and of which nothing more comes. */
  #giveUp({ unfinished, waiting }: State): void {
    if (unfinished.response !== null && waiting[0] === unfinished.response.row) this.#write(waiting.shift()!);
    unfinished.response = null;
  }

  #body(p: Packet, layer: number, seen: Seen, lines: readonly string[]): Transferred | null {
    const found = httpBody(p, layer, BODY_MAX);
    if (found === null) return null;
    const isCoded = header(lines, 'content-encoding') !== null;
    const totalBytes = isCoded ? null : numberOf(this.#tap, 'http.content_length');
    const about = { source: 'HTTP', filename: filenameIn(lines), totalBytes };
    return writeFile(this.#logs, seen, found.data, about);
  }
}

/** The row of a message that has come whole, if its head was seen before. */
function finished(p: Packet, layer: number, { unfinished }: State, side: Side): Exchange | null {
  const before = unfinished[side];
  if (before === null || before.head !== httpHead(p, layer)?.lines.join('\n')) return null;
  unfinished[side] = null;
  return before.row;
}

function begun({ conn, time }: Seen, depth: number): Exchange {
  return {
    ...{ conn, time, depth, method: null, host: null, uri: null, referrer: null, version: null },
    ...{ userAgent: null, origin: null, requestBytes: 0, responseBytes: 0, status: null, statusText: null },
    ...{ infoStatus: null, infoText: null, username: null, proxied: null, request: null, response: null },
  };
}

function readRequestHead(exchange: Exchange, [first = '', ...lines]: readonly string[]): void {
  const [method = '', uri = '', version = ''] = first.split(' ');
  exchange.method = method;
  exchange.uri = unescaped(uri);
  exchange.version = versionOf(version);
  exchange.host = header(lines, 'host');
  exchange.referrer = header(lines, 'referer');
  exchange.userAgent = header(lines, 'user-agent');
  exchange.requestBytes = null;
  readLines(exchange, lines);
}

function readStatusLine(exchange: Exchange, line: string): void {
  const [version = '', status = '', ...phrase] = line.split(' ');
  exchange.version = versionOf(version);
  exchange.status = Number.parseInt(status, 10) || null;
  exchange.statusText = phrase.join(' ');
  exchange.responseBytes = null;
}

function readLines(exchange: Exchange, lines: readonly string[]): void {
  exchange.origin = header(lines, 'origin');
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon);
    if (!OF_PROXY.test(name)) continue;
    exchange.proxied ??= [];
    exchange.proxied.push(`${name.toUpperCase()} -> ${line.slice(colon + 1).trim()}`);
  }
}

function header(lines: readonly string[], name: string): string | null {
  const line = lines.find(
    (each) => each.length > name.length && each[name.length] === ':' && each.toLowerCase().startsWith(name),
  );
  return line === undefined ? null : line.slice(name.length + 1).trim();
}

/** RFC 6266 §4.3. */
function filenameIn(lines: readonly string[]): string | null {
  const value = header(lines, 'content-disposition');
  return value === null ? null : (/filename="?([^";]+)"?/i.exec(value)?.[1] ?? null);
}

/** `HTTP/1.1` is 1.1; a request without a version is HTTP 0.9. */
function versionOf(text: string | null): string | null {
  return text === null || text === '' ? '0.9' : text.replace(/^HTTP\//i, '');
}

/** As Zeek logs it, with what percent signs stand for (RFC 3986 §2.1); of others than ASCII they are left. */
function unescaped(uri: string): string {
  return uri.replace(/%([2-7][0-9a-f])/gi, (text, hex: string) => {
    const code = Number.parseInt(hex, 16);
    return code === 0x7f ? text : String.fromCharCode(code);
  });
}

function listOf(value: string | null | undefined): string[] | null {
  return value === null || value === undefined ? null : [value];
}
