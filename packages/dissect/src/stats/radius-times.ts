// RADIUS response times, open requests and duplicates, by kind of request.
import type { Packet } from '../core/packet.ts';
import { Tap } from './tap.ts';

/** Times in nanoseconds. */
export interface RadiusDelays {
  readonly name: string;
  answered: number;
  min: number;
  max: number;
  sum: number;
  /** Frames of the fastest and of the slowest response. */
  minFrame: number;
  maxFrame: number;
  /** Unanswered requests, and responses without a request. */
  open: number;
  discarded: number;
  repeatedRequests: number;
  repeatedResponses: number;
}

/** Kinds of requests with the codes of requests and responses (RFC 2865 §4, RFC 5176 §2.3, IANA registry). */
const KINDS: readonly (readonly [string, readonly number[], readonly number[]])[] = [
  ['Access', [1], [2, 3]],
  ['Accounting', [4], [5]],
  ['Password', [7], [8, 9]],
  ['Event', [33], [34]],
  ['Disconnect', [40], [41, 42]],
  ['CoA', [43], [44, 45]],
];

export class RadiusTimes {
  readonly #overall = newDelays('Overall');
  readonly #kinds = KINDS.map(([name]) => newDelays(name));
  readonly #tap = new Tap(
    ['radius'],
    ['radius.code', 'radius.reqframe', 'radius.time', 'radius.req.dup', 'radius.rsp.dup'],
  );

  add(p: Packet): void {
    this.#tap.forEach(p, () => {
      const code = this.#tap.number('radius.code');
      KINDS.forEach(([, requests, responses], i) => {
        if (requests.includes(code)) for (const each of this.#both(i)) this.#request(each);
        else if (responses.includes(code)) for (const each of this.#both(i)) this.#response(p, each);
      });
    });
  }

  #both(kind: number): RadiusDelays[] {
    return [this.#overall, this.#kinds[kind]!];
  }

  #request(delays: RadiusDelays): void {
    if (this.#tap.has('radius.req.dup')) delays.repeatedRequests++;
    else delays.open++;
  }

  #response(p: Packet, delays: RadiusDelays): void {
    if (!this.#tap.has('radius.reqframe')) delays.discarded++;
    else if (this.#tap.has('radius.rsp.dup')) delays.repeatedResponses++;
    else {
      const time = this.#tap.number('radius.time');
      delays.open--;
      delays.answered++;
      delays.sum += time;
      if (time < delays.min) Object.assign(delays, { min: time, minFrame: p.number });
      if (time > delays.max) Object.assign(delays, { max: time, maxFrame: p.number });
    }
  }

  /** Kinds with at least one response, preceded by the total. */
  list(): RadiusDelays[] {
    return [this.#overall, ...this.#kinds].filter(({ answered }) => answered > 0);
  }
}

function newDelays(name: string): RadiusDelays {
  const none = { answered: 0, sum: 0, minFrame: 0, maxFrame: 0, open: 0, discarded: 0 };
  return { name, ...none, min: Infinity, max: -1, repeatedRequests: 0, repeatedResponses: 0 };
}
