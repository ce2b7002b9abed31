// HTTP requests of one client, or of all clients of a server, in windows of a few seconds: rate, similarity, and
// responses.
import type { HttpEvent } from '../../events/events.ts';
import { hashText } from '../../sketches/hash.ts';

/** Limit of distinct addresses, pages and connections per window; beyond it they are only counted. */
export const DISTINCT_MAX = 500;
/** Limit of distinct clients; beyond it, requests per client are unknown. */
export const CLIENTS_MAX = 10_000;
const EVIDENCE_MAX = 12;

/** Methods that write: legitimate clients send different contents each time, such as measurements, rows or mails. */
const WRITES: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH', 'DELETE', 'REPORT', 'PROPFIND']);

/** Share of requests with the same page, URL or contents from which they count as generated. */
export const SAME_SHARE = 0.8;

/** Below this share of repeated contents, writes come from a program with real data. */
const NEW_SHARE = 0.2;
/** Requests per connection of a pool; floods open a connection for every one or few requests. */
const KEPT_REQUESTS = 5;
/** Header of a request without a body; a missing body may also have been truncated in the capture. */
const EMPTY = /^content-length: *0\s*$/i;
const hash = new Uint32Array(2);

/** Occurrences by value, and the most frequent value. */
class Tally {
  readonly #counts = new Map<string, number>();
  most = 0;

  get size(): number {
    return this.#counts.size;
  }

  add(key: string): void {
    const known = this.#counts.get(key);
    if (known === undefined && this.size >= DISTINCT_MAX) return;
    const count = (known ?? 0) + 1;
    this.#counts.set(key, count);
    if (count > this.most) this.most = count;
  }

  clear(): void {
    this.#counts.clear();
    this.most = 0;
  }
}

export class Requests {
  readonly #spanS: number;
  #since = Number.NaN;
  /** Consecutive full windows before this one; `mark` marks this one as full. */
  streak = 0;
  #isFull = false;
  total = 0;
  /** Responses with status 429, 502, 503 or 504. */
  refusals = 0;
  /** Paths without query. */
  readonly pages = new Tally();
  /** Complete URLs of requests that read. */
  readonly addresses = new Tally();
  /** The same plus the contents, for requests that write; contents that were not captured count as new. */
  readonly writings = new Tally();
  writes = 0;
  readonly connections = new Set<number>();
  readonly clients = new Set<string>();
  readonly frames: number[] = [];

  constructor(spanS: number) {
    this.#spanS = spanS;
  }

  add(event: HttpEvent): void {
    const { step, method, uri, status, client, stream, time, frame } = event;
    if (!(Math.abs(time - this.#since) < this.#spanS)) this.#begin(time);
    if (step === 'response') {
      if (status === 429 || status === 502 || status === 503 || status === 504) this.refusals++;
      return;
    }
    this.total++;
    const query = uri.indexOf('?');
    this.pages.add(query < 0 ? uri : uri.slice(0, query));
    if (WRITES.has(method)) this.#addWriting(event);
    else this.addresses.add(uri);
    if (this.connections.size < DISTINCT_MAX) this.connections.add(stream);
    if (this.clients.size < CLIENTS_MAX) this.clients.add(client);
    if (this.frames.length < EVIDENCE_MAX) this.frames.push(frame);
  }

  get items(): number {
    const { pages, addresses, writings, connections, clients } = this;
    return pages.size + addresses.size + writings.size + connections.size + clients.size;
  }

  /** Marks this window as full; returns the number of consecutive full windows, this one included. */
  mark(): number {
    this.#isFull = true;
    return this.streak + 1;
  }

  /** Share of the most frequent read URL, or of the most frequent written contents, in all requests. */
  get sameShare(): number {
    return Math.max(this.addresses.most, this.writings.most) / this.total;
  }

  /** New contents are written over persistent connections, as by a program with a connection pool. */
  get isPool(): boolean {
    const { connections, total, writes, writings } = this;
    if (writes < SAME_SHARE * total || writings.most > NEW_SHARE * total) return false;
    return connections.size < DISTINCT_MAX && connections.size * KEPT_REQUESTS <= total;
  }

  /** One page is read with a different query each time, which defeats caches. */
  get bustsCaches(): boolean {
    const { pages, addresses, total } = this;
    return pages.most >= SAME_SHARE * total && addresses.size >= Math.min(DISTINCT_MAX, SAME_SHARE * total);
  }

  /** Relative to requests, not responses: if few responses were captured, one refusal is not representative. */
  get refusedShare(): number {
    return Math.min(1, this.refusals / this.total);
  }

  #addWriting({ uri, body, headers }: HttpEvent): void {
    this.writes++;
    if (body === '' && !headers.some((line) => EMPTY.test(line))) return;
    hashText(body, 0, hash);
    this.writings.add(`${uri} ${hash[0]} ${hash[1]}`);
  }

  #begin(time: number): void {
    const isNext = Math.abs(time - this.#since) < 2 * this.#spanS;
    this.streak = this.#isFull && isNext ? this.streak + 1 : 0;
    this.#since = time;
    this.#isFull = false;
    this.total = this.writes = this.refusals = this.frames.length = 0;
    for (const kept of [this.pages, this.addresses, this.writings, this.connections, this.clients])
      kept.clear();
  }
}
