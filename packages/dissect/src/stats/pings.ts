// Response times of echo requests (`-z icmp,srt`, `-z icmpv6,srt`).
import type { Packet } from '../core/packet.ts';
import { Tap } from './tap.ts';

/** Response times kept for the median. */
const TIMES_MAX = 1_000_000;

const KINDS = {
  icmp: { request: 8, reply: 0 },
  icmpv6: { request: 128, reply: 129 },
} as const;

/** Times in milliseconds, 0 without a reply. */
export interface PingTimes {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly median: number;
  /** Standard deviation of the sample. */
  readonly deviation: number;
  readonly minFrame: number;
  readonly maxFrame: number;
}

export class Pings {
  requests = 0;
  replies = 0;
  readonly #protocol: 'icmp' | 'icmpv6';
  readonly #tap: Tap;
  readonly #times: number[] = [];
  #minFrame = 0;
  #maxFrame = 0;
  #min = Infinity;
  #max = -Infinity;

  constructor(protocol: 'icmp' | 'icmpv6') {
    this.#protocol = protocol;
    this.#tap = new Tap([protocol], [`${protocol}.type`, `${protocol}.resptime`]);
  }

  add(p: Packet): void {
    this.#tap.forEach(p, () => {
      const type = this.#tap.number(`${this.#protocol}.type`);
      if (type === KINDS[this.#protocol].request) this.requests++;
      else if (type === KINDS[this.#protocol].reply && this.#tap.has(`${this.#protocol}.resptime`))
        this.#reply(this.#tap.number(`${this.#protocol}.resptime`), p.number);
    });
  }

  #reply(milliseconds: number, frame: number): void {
    this.replies++;
    if (this.#times.length < TIMES_MAX) this.#times.push(milliseconds);
    if (milliseconds < this.#min) {
      this.#min = milliseconds;
      this.#minFrame = frame;
    }
    if (milliseconds > this.#max) {
      this.#max = milliseconds;
      this.#maxFrame = frame;
    }
  }

  times(): PingTimes {
    const times = this.#times.toSorted((a, b) => a - b);
    const n = times.length;
    if (n === 0) return { min: 0, max: 0, mean: 0, median: 0, deviation: 0, minFrame: 0, maxFrame: 0 };
    const mean = times.reduce((sum, time) => sum + time, 0) / n;
    const squares = times.reduce((sum, time) => sum + (time - mean) ** 2, 0);
    return {
      min: this.#min,
      max: this.#max,
      mean,
      median: n % 2 === 1 ? times[n >> 1]! : (times[n / 2 - 1]! + times[n / 2]!) / 2,
      deviation: n > 1 ? Math.sqrt(squares / (n - 1)) : 0,
      minFrame: this.#minFrame,
      maxFrame: this.#maxFrame,
    };
  }
}
