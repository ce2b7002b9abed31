// HTTP requests of one client, or of all clients of a server, in windows of a few seconds: rate, similarity, and
// responses.
import type { HttpEvent } from '../../events/events.ts';
import { hashText } from '../../sketches/hash.ts';

/** Limit of distinct addresses, pages and connections per window; beyond it they are only counted. */
export const DISTINCT_MAX = 500;
/** Limit of distinct clients; beyond it, requests per client are unknown. */
export const CLIENTS_MAX = 10_000;
const EVIDENCE_MAX = 12;

/** Legitimate writers send the same page different contents each time: measurements, rows, mails. */
const WRITES: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH', 'DELETE', 'REPORT', 'PROPFIND']);

/** Share of requests for the same page, address or contents from which they are considered generated. */
export const SAME_SHARE = 0.8;

/** Below this share of repeated contents, writes come from a program with real data. */
const NEW_SHARE = 0.2;
/** Requests on each connection of a pool; who floods begins one for each, or for a few. */
const KEPT_REQUESTS = 5;
/** A request without a body, by its header; the capture may also have truncated it. */
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
  /** Without query. */
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

  /** This span is full: so many on end are, with it. */
  mark(): number {
    this.#isFull = true;
    return this.streak + 1;
  }

  /** Of all requests, those that read the address that was read most, or write what was written most. */
  get sameShare(): number {
    return Math.max(this.addresses.most, this.writings.most) / this.total;
  }

  /** Over connections that are kept, as by a program with a pool of them, something new is written each time. */
  get isPool(): boolean {
    const { connections, total, writes, writings } = this;
    if (writes < SAME_SHARE * total || writings.most > NEW_SHARE * total) return false;
    return connections.size < DISTINCT_MAX && connections.size * KEPT_REQUESTS <= total;
  }

  /** One page above all, read with another query each time: no cache has the answer. */
  get bustsCaches(): boolean {
    const { pages, addresses, total } = this;
    return pages.most >= SAME_SHARE * total && addresses.size >= Math.min(DISTINCT_MAX, SAME_SHARE * total);
  }

  /** Share of all requests: if few responses were captured, a single refusal is not representative. */
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
