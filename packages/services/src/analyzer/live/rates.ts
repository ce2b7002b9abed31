// Rates from monotonic counters: differences over a window long enough to be steady.
import type { Counters } from '../intake.ts';
import type { Rates } from '../schemas/index.ts';

/** Length of the window. */
const WINDOW_SECONDS = 1;

interface Look {
  readonly seconds: number;
  readonly counters: Counters;
}

export class RateMeter {
  readonly #looks: Look[] = [];

  /** @param seconds since 1970, from a monotonic clock */
  rates(counters: Counters, seconds: number): Rates {
    const looks = this.#looks;
    looks.push({ seconds, counters });
    // Keeps the youngest sample that is at least a window old; after a pause older ones are of no use.
    while (looks.length > 2 && seconds - looks[1]!.seconds >= WINDOW_SECONDS) looks.shift();
    const [first] = looks as [Look];
    const span = seconds - first.seconds;
    const per = (now: number, before: number): number => (span > 0 ? Math.max(0, now - before) / span : 0);
    const protocols: Record<string, number> = {};
    for (const [name, packets] of Object.entries(counters.protocols)) {
      const rate = per(packets, first.counters.protocols[name] ?? 0);
      if (rate > 0) protocols[name] = rate;
    }
    return {
      time: seconds,
      packets_per_second: per(counters.packets, first.counters.packets),
      bits_per_second: per(counters.bytes, first.counters.bytes) * 8,
      drops_per_second: per(counters.drops, first.counters.drops),
      packets: counters.packets,
      bytes: counters.bytes,
      drops: counters.drops,
      protocols,
    };
  }
}
