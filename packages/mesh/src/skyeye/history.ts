// A peer's own recent readings: an hour at ten-second intervals, stored by the peer itself, so that none are lost with its
// links. Others request them over the mesh. The answer is sealed for the asker, like a message, so that relays learn
// nothing of interfaces, file systems and sensors.

import { peerId } from '../identity/names.ts';
import { type Asker, proof } from '../messages/asker.ts';
import { envelope, type Pairs } from '../messages/pairs.ts';
import type { Routing } from '../messages/routing.ts';
import type { Runtime } from '../runtime.ts';
import { routedKinds } from '../wire/kinds.ts';
import { decode, encode, fixed, float, list, record, type Shape, text, varint } from '../wire/schema.ts';
import { shownAttributes, type Values } from './attributes.ts';
import { HISTORY_MAX, type Sample, Samples } from './samples.ts';

/** Maximum size of `details` as JSON. */
const DETAILS_BYTES_MAX = 32 << 10;
const ASK_MS = 2_000;
const WIDTH = shownAttributes.length;

/** A time series: times, and the values of each attribute at these times. */
export interface Series {
  id: string;
  /** Milliseconds since 1970, on the clock of the asker. */
  timesMs: number[];
  /** By attribute; null where unknown. Attributes that were never known are left out. */
  attributes: Record<string, (number | null)[]>;
  /** Of the latest measurement, what is too large to share with all peers: each interface, file system and sensor. */
  details: unknown;
}

const sample = record({ agoMs: varint(), values: list(float, WIDTH) });
/** `question` is the nonce of the request, so that no relay can replay an older answer. */
const response = record({
  question: fixed(8),
  details: text(DETAILS_BYTES_MAX),
  samples: list(sample, HISTORY_MAX),
});
/** `lastMs`: maximum age of the samples requested. */
const request = record({ of: peerId, lastMs: varint(), question: fixed(8), proof });
type Response = Shape<typeof response>;
const PURPOSE = 'eyrie history';
const NOTHING = Buffer.alloc(0);
/** Longer than any retention. */
const ALL_MS = 2 ** 40;

export class History {
  readonly #runtime: Runtime;
  readonly #routing: Routing;
  readonly #asker: Asker;
  readonly #pairs: Pairs;
  /** JSON. */
  #details = 'null';
  readonly #samples = new Samples();

  /** @param mayAsk whether an authenticated asker is within its rate limit */
  constructor(
    runtime: Runtime,
    routing: Routing,
    asker: Asker,
    pairs: Pairs,
    mayAsk: (peer: string) => boolean,
  ) {
    this.#runtime = runtime;
    this.#routing = routing;
    this.#asker = asker;
    this.#pairs = pairs;
    routing.handle(routedKinds.history, (from, payload, answer) => {
      const { of, lastMs, question, proof } = decode(request, payload);
      const objection = asker.objectionTo(from, contentOf(of, lastMs, question), proof);
      const problem = objection ?? (mayAsk(from) ? null : 'you ask too often');
      if (problem !== null) return answer(problem, NOTHING);
      pairs.keyOf(from, (error, key) => {
        if (error !== null) return answer(`the answer cannot be sealed: ${error}`, NOTHING);
        const plain = encode(response, {
          question,
          details: this.#details,
          samples: this.#samplesWithin(lastMs),
        });
        // Includes the setup: unlike with messages, an asker that lost the secret has no way to request it again.
        answer(null, encode(envelope, pairs.seal(from, key, plain, true, PURPOSE).envelope));
      });
    });
  }

  add(values: Values): void {
    this.#samples.add(values, this.#nowMs);
  }

  /** @param json left out if it is too long */
  set details(json: string) {
    this.#details = Buffer.byteLength(json) <= DETAILS_BYTES_MAX ? json : 'null';
  }

  /** This peer's own, oldest first. */
  own(id: string): Series {
    return this.seriesOf(id, this.#samples.since(), JSON.parse(this.#details));
  }

  /** The series of another peer. @throws if it does not answer, or its answer cannot be verified */
  async of(id: string): Promise<Series> {
    const { details, samples } = await this.#ask(id, ALL_MS);
    return this.seriesOf(id, samples, JSON.parse(details));
  }

  /** The samples of another peer since `sinceMs` (elapsedMs), with times on this peer's clock. */
  async since(id: string, sinceMs: number): Promise<Sample[]> {
    const lastMs = Math.min(ALL_MS, Math.max(0, this.#nowMs - sinceMs));
    return (await this.#ask(id, Math.ceil(lastMs))).samples;
  }

  #ask(id: string, lastMs: number): Promise<{ details: string; samples: Sample[] }> {
    const question = this.#runtime.random.bytes(8);
    const proved = this.#asker.prove(contentOf(id, lastMs, question));
    const payload = encode(request, { of: id, lastMs, question, proof: proved });
    return new Promise((resolve, reject) => {
      this.#routing.ask(id, routedKinds.history, payload, ASK_MS, (error, body) => {
        if (error !== null) return reject(new Error(error));
        try {
          const { details, samples } = this.#opened(id, question, body);
          const nowMs = this.#nowMs;
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

  /** @throws if the answer is not from that peer, or answers another question */
  #opened(id: string, question: Uint8Array, body: Uint8Array): Response {
    const opened = this.#pairs.open(id, decode(envelope, body), PURPOSE);
    if ('problem' in opened) throw new Error(`the answer of ${id} cannot be opened: ${opened.problem}`);
    const answered = decode(response, opened.plain);
    if (Buffer.compare(answered.question, question) !== 0)
      throw new Error(`the answer of ${id} is to another question`);
    return answered;
  }

  get #nowMs(): number {
    return this.#runtime.clock.elapsedMs();
  }

  #samplesWithin(lastMs: number) {
    const nowMs = this.#nowMs;
    return this.#samples
      .since(nowMs - lastMs)
      .map(({ atMs, values }) => ({ agoMs: Math.max(0, Math.round(nowMs - atMs)), values: [...values] }));
  }

  seriesOf(id: string, all: readonly Sample[], details: unknown): Series {
    const aheadMs = this.#runtime.clock.nowMs() - this.#nowMs;
    const timesMs = all.map(({ atMs }) => Math.round(atMs + aheadMs));
    const series: Series = { id, timesMs, attributes: {}, details };
    for (const [i, { name }] of shownAttributes.entries()) {
      const column = all.map(({ values }) => (Number.isNaN(values[i] ?? Number.NaN) ? null : values[i]!));
      if (column.some((value) => value !== null)) series.attributes[name] = column;
    }
    return series;
  }
}

function contentOf(id: string, lastMs: number, question: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`history of ${id} ${lastMs} `), question]);
}
