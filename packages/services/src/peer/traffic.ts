// Traffic seen by the pipeline of this host, for the mesh: the pipeline runs in another process and tells the peer its rates
// every ten seconds; the peer adds them to its readings.

import type { Heavy } from '@eyrie/mesh/skyeye';
import type { Measured } from './sample.ts';

const TELL_MS = 10_000;
/** Not told for so long: the pipeline is gone. */
const STALE_MS = 30_000;
const PROTOCOLS_MAX = 20;
const TALKERS_MAX = 32;

/** Since the pipeline was started; they only grow. */
export interface TrafficCounters {
  readonly packets: number;
  readonly bytes: number;
  readonly protocols: Readonly<Record<string, number>>;
}

/** A second, over the last ten. */
export interface TrafficRates {
  readonly packets: number;
  readonly bytes: number;
  /** Packets by protocol, the most first. */
  readonly protocols: Readonly<Record<string, number>>;
}

/** With the most traffic, in bytes a second. */
export interface Talkers {
  readonly names: readonly Heavy[];
  readonly addresses: readonly Heavy[];
}

/** At the peer: what it was told last. */
export class Traffic {
  readonly #nowMs: () => number;
  #rates: TrafficRates | null = null;
  #toldMs = Number.NEGATIVE_INFINITY;

  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  /** Whatever a process of this user says; numbers that are none are left out. */
  take(said: Readonly<Record<string, unknown>>): void {
    const protocols = typeof said.protocols === 'object' && said.protocols !== null ? said.protocols : {};
    this.#rates = {
      packets: rateOf(said.packets),
      bytes: rateOf(said.bytes),
      protocols: most(Object.entries(protocols).map(([name, rate]) => [name.slice(0, 32), rateOf(rate)])),
    };
    this.#toldMs = this.#nowMs();
  }

  /** What was said of names and addresses; null: nothing, for it is nobody else's business. */
  static talkersIn({ talkers }: Readonly<Record<string, unknown>>): Talkers | null {
    if (typeof talkers !== 'object' || talkers === null) return null;
    const { names, addresses } = talkers as Record<string, unknown>;
    return { names: heaviest(names), addresses: heaviest(addresses) };
  }

  get rates(): TrafficRates | null {
    return this.#nowMs() - this.#toldMs < STALE_MS ? this.#rates : null;
  }

  get measured(): Measured {
    const { rates } = this;
    return rates === null ? {} : { packets: rates.packets, bytes: rates.bytes };
  }
}

/**
 * At the pipeline: tells every ten seconds, until the function it gives is called. Nobody has to listen. While one telling
 * takes longer than that, the next waits, and is about all the time since.
 */
export function tellTraffic(
  counters: () => TrafficCounters,
  tell: (rates: TrafficRates) => Promise<unknown>,
  intervalMs = TELL_MS,
): () => void {
  let before = counters();
  let beforeMs = performance.now();
  let isTelling = false;
  const timer = setInterval(() => {
    if (isTelling) return;
    const now = counters();
    const nowMs = performance.now();
    isTelling = true;
    tell(ratesOf(before, now, (nowMs - beforeMs) / 1000))
      .catch(() => {})
      .finally(() => (isTelling = false));
    before = now;
    beforeMs = nowMs;
  }, intervalMs).unref();
  return () => clearInterval(timer);
}

export function ratesOf(before: TrafficCounters, now: TrafficCounters, seconds: number): TrafficRates {
  const per = (is: number, was: number) => (seconds > 0 ? Math.max(0, is - was) / seconds : 0);
  const protocols = Object.entries(now.protocols).map(
    ([name, count]) => [name, per(count, before.protocols[name] ?? 0)] as const,
  );
  return {
    packets: per(now.packets, before.packets),
    bytes: per(now.bytes, before.bytes),
    protocols: most(protocols),
  };
}

function most(rates: readonly (readonly [string, number])[]): Record<string, number> {
  const known = rates.filter(([, rate]) => rate > 0);
  return Object.fromEntries(known.toSorted((a, b) => b[1] - a[1]).slice(0, PROTOCOLS_MAX));
}

function heaviest(said: unknown): Heavy[] {
  if (!Array.isArray(said)) return [];
  return said
    .slice(0, TALKERS_MAX)
    .flatMap((each) =>
      typeof each?.name === 'string' ? [{ name: each.name, rate: rateOf(each.rate) }] : [],
    );
}

function rateOf(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : 0;
}
