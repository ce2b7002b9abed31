// Traffic rates of this host's pipeline, for the mesh: the pipeline runs in another process and reports to the peer
// every ten seconds; the peer adds the rates to its readings.

import type { Heavy } from '@eyrie/mesh/skyeye';
import type { Measured } from './sample.ts';

const REPORT_MS = 10_000;
/** Age at which a report expires: the pipeline has stopped. */
const STALE_MS = 30_000;
const PROTOCOLS_MAX = 20;
const TALKERS_MAX = 32;

/** Monotonic counters since the pipeline's start. */
export interface TrafficCounters {
  readonly packets: number;
  readonly bytes: number;
  readonly protocols: Readonly<Record<string, number>>;
}

/** Rates per second, over the last ten seconds. */
export interface TrafficRates {
  readonly packets: number;
  readonly bytes: number;
  /** Packets by protocol, the most first. */
  readonly protocols: Readonly<Record<string, number>>;
}

/** Names and addresses with the most traffic, in bytes per second. */
export interface Talkers {
  readonly names: readonly Heavy[];
  readonly addresses: readonly Heavy[];
}

/** Peer side: the last report. */
export class Traffic {
  readonly #nowMs: () => number;
  #rates: TrafficRates | null = null;
  #reportedMs = Number.NEGATIVE_INFINITY;

  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  /** Accepts a report of another process of this user; ignores values that are not numbers. */
  take(report: Readonly<Record<string, unknown>>): void {
    const protocols =
      typeof report.protocols === 'object' && report.protocols !== null ? report.protocols : {};
    this.#rates = {
      packets: rateOf(report.packets),
      bytes: rateOf(report.bytes),
      protocols: most(Object.entries(protocols).map(([name, rate]) => [name.slice(0, 32), rateOf(rate)])),
    };
    this.#reportedMs = this.#nowMs();
  }

  /** The talkers in a report; null if the owner does not share them. */
  static talkersIn({ talkers }: Readonly<Record<string, unknown>>): Talkers | null {
    if (typeof talkers !== 'object' || talkers === null) return null;
    const { names, addresses } = talkers as Record<string, unknown>;
    return { names: heaviest(names), addresses: heaviest(addresses) };
  }

  get rates(): TrafficRates | null {
    return this.#nowMs() - this.#reportedMs < STALE_MS ? this.#rates : null;
  }

  get measured(): Measured {
    const { rates } = this;
    return rates === null ? {} : { packets: rates.packets, bytes: rates.bytes };
  }
}

/**
 * Pipeline side: reports every ten seconds until the returned function is called. Works without a listener. A report
 * that takes longer delays the next, which covers the time since.
 */
export function reportRates(
  counters: () => TrafficCounters,
  report: (rates: TrafficRates) => Promise<unknown>,
  intervalMs = REPORT_MS,
): () => void {
  let before = counters();
  let beforeMs = performance.now();
  let isReporting = false;
  const timer = setInterval(() => {
    if (isReporting) return;
    const now = counters();
    const nowMs = performance.now();
    isReporting = true;
    report(ratesOf(before, now, (nowMs - beforeMs) / 1000))
      .catch(() => {})
      .finally(() => (isReporting = false));
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

function heaviest(report: unknown): Heavy[] {
  if (!Array.isArray(report)) return [];
  return report
    .slice(0, TALKERS_MAX)
    .flatMap((each) =>
      typeof each?.name === 'string' ? [{ name: each.name, rate: rateOf(each.rate) }] : [],
    );
}

function rateOf(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : 0;
}
