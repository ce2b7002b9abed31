// One peer asks another how far some peers are from there: for queries that want more than estimates. Whoever is asked makes a
// link with each of them, so it does that seldom, and for members of the mesh alone.

import { peerId } from '../identity/names.ts';
import type { Directory } from '../members/directory.ts';
import type { Routing } from '../messages/routing.ts';
import type { Clock } from '../runtime.ts';
import { Allowance } from '../watch/allowance.ts';
import { routedKinds } from '../wire/kinds.ts';
import { decode, encode, float, list, WireError } from '../wire/schema.ts';
import type { Latency } from './latency.ts';
import { MEASURED_MAX } from './query/measured.ts';

const ANSWER_MS = 3_000;
/** For one asker, and for all of them. */
const OF_ONE = { burst: 5, everyMs: 2_000 };
const OF_ALL = { burst: 10, everyMs: 500 };
const EVERYBODY = '';
const NOTHING = Buffer.alloc(0);

const asked = list(peerId, MEASURED_MAX);
const answered = list(float, MEASURED_MAX);

export class Measuring {
  readonly #own: string;
  readonly #routing: Routing;
  readonly #latency: Latency;

  constructor(clock: Clock, own: string, routing: Routing, directory: Directory, latency: Latency) {
    this.#own = own;
    this.#routing = routing;
    this.#latency = latency;
    const ofOne = new Allowance(clock, OF_ONE);
    const ofAll = new Allowance(clock, OF_ALL);
    routing.handle(routedKinds.measure, (from, body, answer) => {
      const ids = decode(asked, body);
      if (!ofOne.take(from) || !ofAll.take(EVERYBODY)) return answer('too many questions', NOTHING);
      const measure = (id: string) => (directory.isAlive(id) ? latency.measure(id) : Number.NaN);
      void Promise.all(ids.map(measure)).then((all) => answer(null, encode(answered, all)));
    });
  }

  /** There and back between `from` and the others, in ms; NaN where that is not known. */
  ask(from: string, to: readonly string[]): Promise<readonly number[]> {
    const ids = to.slice(0, MEASURED_MAX);
    if (from === this.#own) return Promise.all(ids.map((id) => this.#latency.measure(id)));
    return new Promise((resolve) => {
      this.#routing.ask(from, routedKinds.measure, encode(asked, ids), ANSWER_MS, (error, body) => {
        const all = error === null ? timesOf(body) : [];
        resolve(ids.map((_, i) => (all[i]! >= 0 ? all[i]! : Number.NaN)));
      });
    });
  }
}

/** None, if they cannot be read. */
function timesOf(body: Uint8Array): number[] {
  try {
    return decode(answered, Buffer.from(body));
  } catch (error) {
    if (error instanceof WireError) return [];
    throw error;
  }
}
