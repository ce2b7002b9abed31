// One peer asks another to measure its latency to some peers, for queries that need more than estimates. A measurement
// may need a link with each of them, so it is rate-limited and only done for members: the question is signed, as other
// peers route it.

import { hex } from '../identity/keys.ts';
import { peerId } from '../identity/names.ts';
import type { Directory } from '../members/directory.ts';
import { type Asker, proof } from '../messages/asker.ts';
import { Once } from '../messages/once.ts';
import type { Routing } from '../messages/routing.ts';
import type { Clock } from '../runtime.ts';
import { Allowance } from '../watch/allowance.ts';
import { routedKinds } from '../wire/kinds.ts';
import { decode, encode, float, list, record, WireError } from '../wire/schema.ts';
import type { Latency } from './latency.ts';
import { MEASURED_MAX, type Measurement } from './query/measured.ts';

const ANSWER_MS = 3_000;
/** Rate limits per asker, and over all askers. */
const OF_ONE = { burst: 5, everyMs: 2_000 };
const OF_ALL = { burst: 10, everyMs: 500 };
const EVERYBODY = '';
const NOTHING = Buffer.alloc(0);

const request = record({ ids: list(peerId, MEASURED_MAX), proof });
const answered = list(float, MEASURED_MAX);

export class Measuring {
  readonly #own: string;
  readonly #routing: Routing;
  readonly #asker: Asker;
  readonly #directory: Directory;
  readonly #latency: Latency;

  /** @param mayAsk whether a peer that has proved its name is answered now */
  constructor(
    clock: Clock,
    own: string,
    routing: Routing,
    asker: Asker,
    directory: Directory,
    latency: Latency,
    mayAsk: (peer: string) => boolean,
  ) {
    this.#own = own;
    this.#routing = routing;
    this.#asker = asker;
    this.#directory = directory;
    this.#latency = latency;
    // A replay by a routing peer must not use up the asker's allowance.
    const once = new Once();
    const ofOne = new Allowance(clock, OF_ONE);
    const ofAll = new Allowance(clock, OF_ALL);
    routing.handle(routedKinds.measure, (from, body, answer) => {
      const { ids, proof } = decode(request, body);
      const objection = asker.objectionTo(from, contentOf(own, ids), proof);
      if (objection !== null) return answer(objection, NOTHING);
      if (!once.take(from, hex(proof.signature))) return answer('replayed request', NOTHING);
      if (!mayAsk(from) || !ofOne.take(from) || !ofAll.take(EVERYBODY))
        return answer('it is asked too often', NOTHING);
      const measure = (id: string) => (directory.isAlive(id) ? latency.measure(id) : Number.NaN);
      void Promise.all(ids.map(measure)).then((all) => answer(null, encode(answered, all)));
    });
  }

  /** Measures the latency from the peer `from` to others. */
  async ask(from: string, to: readonly string[]): Promise<Measurement> {
    const ids = to.slice(0, MEASURED_MAX);
    if (!this.#directory.isAlive(from))
      return { tookMs: ids.map(() => Number.NaN), problem: `${from} is not here` };
    if (from === this.#own)
      return { tookMs: await Promise.all(ids.map((id) => this.#latency.measure(id))), problem: null };
    const question = encode(request, { ids, proof: this.#asker.prove(contentOf(from, ids)) });
    return new Promise((resolve) => {
      this.#routing.ask(from, routedKinds.measure, question, ANSWER_MS, (problem, body) => {
        const all = problem === null ? timesOf(body) : [];
        resolve({ tookMs: ids.map((_, i) => (all[i]! >= 0 ? all[i]! : Number.NaN)), problem });
      });
    });
  }
}

function contentOf(id: string, ids: readonly string[]): Buffer {
  return Buffer.from(`measure from ${id} to ${ids.join(' ')}`);
}

/** Decodes the measured times; empty if they are malformed. */
function timesOf(body: Uint8Array): number[] {
  try {
    return decode(answered, Buffer.from(body));
  } catch (error) {
    if (error instanceof WireError) return [];
    throw error;
  }
}
