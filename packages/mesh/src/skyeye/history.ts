// What a peer has measured lately, kept by itself: an hour at ten seconds. So nothing is missing when the link to others
// was, and whoever wants to see it asks for it over the mesh.

import { peerId } from '../identity/names.ts';
import { type Asker, proof } from '../messages/asker.ts';
import type { Routing } from '../messages/routing.ts';
import type { Clock } from '../runtime.ts';
import { routedKinds } from '../wire/kinds.ts';
import { decode, encode, float, list, record, text, varint } from '../wire/schema.ts';
import { shownAttributes, type Values } from './attributes.ts';

export const HISTORY_MAX = 360;
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
const asked = record({ of: peerId, proof });

export class History {
  readonly #clock: Clock;
  readonly #routing: Routing;
  readonly #asker: Asker;
  /** JSON. */
  #details = 'null';
  /** A ring: rows of values, and when each was measured (elapsedMs). It grows as it fills. */
  #values = new Float32Array(0);
  #timesMs: number[] = [];
  #next = 0;

  /** @param mayAsk whether a peer, that has proved to be the one who asks, is answered now */
  constructor(clock: Clock, routing: Routing, asker: Asker, mayAsk: (peer: string) => boolean) {
    this.#clock = clock;
    this.#routing = routing;
    this.#asker = asker;
    routing.handle(routedKinds.history, (from, payload, answer) => {
      const { of, proof } = decode(asked, payload);
      const objection = asker.objectionTo(from, contentOf(of), proof);
      const problem = objection ?? (mayAsk(from) ? null : 'you ask too often');
      if (problem !== null) answer(problem, Buffer.alloc(0));
      else answer(null, encode(told, { details: this.#details, samples: this.#samples() }));
    });
  }

  add(values: Values): void {
    const at = this.#next;
    if ((at + 1) * WIDTH > this.#values.length) this.#grow();
    for (let i = 0; i < WIDTH; i++) this.#values[at * WIDTH + i] = values[i]!;
    this.#timesMs[at] = this.#clock.elapsedMs();
    this.#next = (at + 1) % HISTORY_MAX;
  }

  /** @param json too long, it is left out */
  set details(json: string) {
    this.#details = Buffer.byteLength(json) <= DETAILS_BYTES_MAX ? json : 'null';
  }

  #grow(): void {
    const rows = Math.min(HISTORY_MAX, Math.max(16, 2 * this.#timesMs.length));
    const larger = new Float32Array(rows * WIDTH);
    larger.set(this.#values);
    this.#values = larger;
  }

  /** This peer's own, oldest first. */
  own(id: string): Series {
    return this.#seriesOf(id, this.#samples(), this.#details);
  }

  /** That of another peer. */
  of(id: string): Promise<Series> {
    const question = encode(asked, { of: id, proof: this.#asker.prove(contentOf(id)) });
    return new Promise((resolve, reject) => {
      this.#routing.ask(id, routedKinds.history, question, ASK_MS, (error, body) => {
        if (error !== null) return reject(new Error(error));
        try {
          const { details, samples } = decode(told, body);
          resolve(this.#seriesOf(id, samples, details));
        } catch (problem) {
          reject(problem);
        }
      });
    });
  }

  #samples() {
    const nowMs = this.#clock.elapsedMs();
    const count = this.#timesMs.length;
    const first = count < HISTORY_MAX ? 0 : this.#next;
    return Array.from({ length: count }, (_, i) => {
      const at = (first + i) % HISTORY_MAX;
      const agoMs = Math.max(0, Math.round(nowMs - this.#timesMs[at]!));
      return { agoMs, values: Array.from(this.#values.subarray(at * WIDTH, (at + 1) * WIDTH)) };
    });
  }

  #seriesOf(id: string, all: { agoMs: number; values: number[] }[], details: string): Series {
    const nowMs = this.#clock.nowMs();
    const timesMs = all.map(({ agoMs }) => nowMs - agoMs);
    const series: Series = { id, timesMs, attributes: {}, details: JSON.parse(details) };
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
