// The load during a measurement: capacity queries, sealed messages, broadcasts.

import type { QueryResult } from '../hosting/host.ts';
import { machineMs } from '../hosting/machine.ts';
import { type Quantiles, quantilesOf } from '../quantiles.ts';
import { type Cast, idOf } from './cast.ts';
import { quiet } from './waiting.ts';

const BROADCAST_MS = 5_000;
/** Bound on requests without an answer; at the bound no more are sent. */
const UNDER_WAY_MAX = 200;
/** In turn: any three peers, the best three, aggregates of all. */
const queries = [
  '3 peers where cpu.free >= 50% and storage.free > 20GB',
  '3 peers where memory.free > 1GB order by cpu.free',
  'count, avg cpu.used, p95 cpu.used',
];

export interface LoadReport {
  queries: {
    ms: Quantiles;
    /** Per second. */
    rate: number;
    hops: Quantiles;
    /** Part of the queries that were answered completely. */
    success: number;
    problems: Record<string, number>;
  };
  /** Round trip, with the receipt. */
  messages: { ms: Quantiles; failed: number };
  /** Until all peers had acknowledged it. */
  broadcasts: { ms: Quantiles; missed: number; reached: number };
}

export class Load {
  readonly #cast: Cast;
  readonly #rates: { queriesPerS: number; messagesPerS: number };
  readonly #results: QueryResult[] = [];
  readonly #messageMs: number[] = [];
  readonly #broadcastMs: number[] = [];
  #resultsBefore = 0;
  #messages0 = 0;
  #failed = 0;
  #missed = 0;
  #reached = 0;

  constructor(cast: Cast, rates: { queriesPerS: number; messagesPerS: number }) {
    this.#cast = cast;
    this.#rates = rates;
  }

  async run(over: AbortSignal): Promise<void> {
    await Promise.all([
      steadily(this.#rates.queriesPerS, over, (i) => this.#ask(i)),
      steadily(this.#rates.messagesPerS, over, () => this.#talk()),
      this.#broadcast(over),
    ]);
  }

  /** Results since the last call. */
  recent(): { queryMs: Quantiles; messageMs: Quantiles } {
    const queryMs = quantilesOf(this.#results.slice(this.#resultsBefore).map(({ ms }) => ms));
    const messageMs = quantilesOf(this.#messageMs.slice(this.#messages0));
    this.#resultsBefore = this.#results.length;
    this.#messages0 = this.#messageMs.length;
    return { queryMs, messageMs };
  }

  async #ask(number: number): Promise<void> {
    const from = this.#cast.anybody();
    const query = queries[number % queries.length]!;
    const answer = await this.#cast.hostOf(from).query(idOf(from), query);
    // Does not count if the asker departed in the meantime.
    if (answer !== null && this.#cast.running.has(from)) this.#results.push(answer);
  }

  async #talk(): Promise<void> {
    const { running } = this.#cast;
    const [from, to] = [this.#cast.anybody(), this.#cast.anybody()];
    if (from === to) return;
    const ms = await this.#cast.hostOf(from).message(idOf(from), idOf(to));
    // A receiver that departed gets it when it is back: not counted here.
    if (!running.has(from) || !running.has(to)) return;
    if (ms === null) this.#failed++;
    else this.#messageMs.push(ms);
  }

  async #broadcast(over: AbortSignal): Promise<void> {
    while (await quiet(BROADCAST_MS, over)) {
      const from = this.#cast.anybody();
      const expected = this.#cast.running.size - 1;
      const result = await this.#cast
        .hostOf(from)
        .broadcast(idOf(from))
        .catch(() => null);
      if (result === null) continue;
      this.#broadcastMs.push(result.ms);
      this.#reached += Math.min(result.count, expected);
      this.#missed += Math.max(0, expected - result.count);
    }
  }

  report(measuredS: number): LoadReport {
    const problems: Record<string, number> = {};
    for (const { problem } of this.#results)
      if (problem !== null) problems[problem] = (problems[problem] ?? 0) + 1;
    const good = this.#results.filter(({ problem }) => problem === null).length;
    return {
      queries: {
        ms: quantilesOf(this.#results.map(({ ms }) => ms)),
        rate: this.#results.length / measuredS,
        hops: quantilesOf(this.#results.map(({ hops }) => hops)),
        success: this.#results.length === 0 ? 1 : good / this.#results.length,
        problems,
      },
      messages: { ms: quantilesOf(this.#messageMs), failed: this.#failed },
      broadcasts: { ms: quantilesOf(this.#broadcastMs), missed: this.#missed, reached: this.#reached },
    };
  }
}

/** Calls at the given rate, and catches up if a timer is late. Errors are ignored: a peer may depart at any time. */
async function steadily(
  perS: number,
  over: AbortSignal,
  begin: (number: number) => Promise<void>,
): Promise<void> {
  if (perS === 0) return;
  const startMs = machineMs();
  let underWay = 0;
  for (let i = 0; !over.aborted; i++) {
    const waitMs = startMs + (1_000 * i) / perS - machineMs();
    if (waitMs > 0 && !(await quiet(waitMs, over))) return;
    if (underWay >= UNDER_WAY_MAX) continue;
    underWay++;
    begin(i)
      .catch(() => {})
      .finally(() => underWay--);
  }
}
