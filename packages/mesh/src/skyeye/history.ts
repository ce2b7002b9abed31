// What a peer has measured lately, kept by itself: an hour at ten seconds. So nothing is missing when the link to others
// was, and whoever wants to see it asks for it over the mesh.

import { peerId } from '../identity/names.ts';
import { type Asker, proof } from '../messages/asker.ts';
import type { Routing } from '../messages/routing.ts';
import type { Clock } from '../runtime.ts';
import { routedKinds } from '../wire/kinds.ts';
import { decode, encode, float, list, record, text, varint } from '../wire/schema.ts';
import { shownAttributes, type Values } from './attributes.ts';
import { HISTORY_MAX, type Sample, Samples } from './samples.ts';

/** As JSON: interfaces, file systems, sensors. */
const DETAILS_BYTES_MAX = 32 << 10;
const ASK_MS = 2_000;
const WIDTH = shownAttributes.length;

/** Times, and the values of each attribute at them. */
export interface Series {
  id: string;
  /** Milliseconds since 1970, by the clock of who asked. */
  timesMs: number[];
  /** By attribute; null where nothing was known. Attributes that never were are left out. */
  attributes: Record<string, (number | null)[]>;
  /** Of the newest look, what is too much for all to know: each interface, file system, sensor. */
  details: unknown;
}

const sample = record({ agoMs: varint(), values: list(float, WIDTH) });
const told = record({ details: text(DETAILS_BYTES_MAX), samples: list(sample, HISTORY_MAX) });
/** `lastMs`: what was measured longer ago is not wanted. */
const asked = record({ of: peerId, lastMs: varint(), proof });
/** Longer than anything is kept. */
const ALL_MS = 2 ** 40;

export class History {
  readonly #clock: Clock;
  readonly #routing: Routing;
  readonly #asker: Asker;
  /** JSON. */
  #details = 'null';
  readonly #samples = new Samples();

  /** @param mayAsk whether a peer, that has proved to be the one who asks, is answered now */
  constructor(clock: Clock, routing: Routing, asker: Asker, mayAsk: (peer: string) => boolean) {
    this.#clock = clock;
    this.#routing = routing;
    this.#asker = asker;
    routing.handle(routedKinds.history, (from, payload, answer) => {
      const { of, lastMs, proof } = decode(asked, payload);
      const objection = asker.objectionTo(from, contentOf(of), proof);
      const problem = objection ?? (mayAsk(from) ? null : 'you ask too often');
      if (problem !== null) answer(problem, Buffer.alloc(0));
      else answer(null, encode(told, { details: this.#details, samples: this.#told(lastMs) }));
    });
  }

  add(values: Values): void {
    this.#samples.add(values, this.#clock.elapsedMs());
  }

  /** @param json too long, it is left out */
  set details(json: string) {
    this.#details = Buffer.byteLength(json) <= DETAILS_BYTES_MAX ? json : 'null';
  }

  /** This peer's own, oldest first. */
  own(id: string): Series {
    return this.seriesOf(id, this.#samples.since(), JSON.parse(this.#details));
  }

  /** That of another peer. */
  async of(id: string): Promise<Series> {
    const { details, samples } = await this.#ask(id, ALL_MS);
    return this.seriesOf(id, samples, JSON.parse(details));
  }

  /** What another peer has measured since then (elapsedMs), with times on this peer's clock. */
  async since(id: string, sinceMs: number): Promise<Sample[]> {
    const lastMs = Math.min(ALL_MS, Math.max(0, this.#clock.elapsedMs() - sinceMs));
    return (await this.#ask(id, Math.ceil(lastMs))).samples;
  }

  #ask(id: string, lastMs: number): Promise<{ details: string; samples: Sample[] }> {
    const question = encode(asked, { of: id, lastMs, proof: this.#asker.prove(contentOf(id)) });
    return new Promise((resolve, reject) => {
      this.#routing.ask(id, routedKinds.history, question, ASK_MS, (error, body) => {
        if (error !== null) return reject(new Error(error));
        try {
          const { details, samples } = decode(told, body);
          const nowMs = this.#clock.elapsedMs();
          resolve({
            details,
            samples: samples.map(({ agoMs, values }) => ({ atMs: nowMs - agoMs, values })),
          });
        } catch (problem) {
          reject(problem);
        }
      });
    });
  }

  #told(lastMs: number) {
    const nowMs = this.#clock.elapsedMs();
    return this.#samples
      .since(nowMs - lastMs)
      .map(({ atMs, values }) => ({ agoMs: Math.max(0, Math.round(nowMs - atMs)), values: [...values] }));
  }

  seriesOf(id: string, all: readonly Sample[], details: unknown): Series {
    const aheadMs = this.#clock.nowMs() - this.#clock.elapsedMs();
    const timesMs = all.map(({ atMs }) => Math.round(atMs + aheadMs));
    const series: Series = { id, timesMs, attributes: {}, details };
    for (const [i, { name }] of shownAttributes.entries()) {
      const column = all.map(({ values }) => (Number.isNaN(values[i] ?? Number.NaN) ? null : values[i]!));
      if (column.some((value) => value !== null)) series.attributes[name] = column;
    }
    return series;
  }
}

function contentOf(id: string): Buffer {
  return Buffer.from(`history of ${id}`);
}
