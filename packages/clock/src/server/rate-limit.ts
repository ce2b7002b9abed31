// Rate limiting: a token bucket per client address, and a bound on the number of addresses.

export interface RateLimitOptions {
  /** Burst: responses in a row. */
  readonly burst: number;
  /** Responses per second. */
  readonly perSecond: number;
  /** Addresses remembered; beyond that the least recently seen is dropped. */
  readonly clientsMax: number;
}

/** More than ordinary clients need: the bursts of chrony and ntpd are eight requests two seconds apart. */
export const RATE_DEFAULTS: RateLimitOptions = { burst: 16, perSecond: 1, clientsMax: 16_384 };

/** `answer`; `notify`: one RATE kiss code; then `drop`, so that floods are not amplified. */
export type Verdict = 'answer' | 'notify' | 'drop';

interface Bucket {
  level: number;
  at: number;
  isNotified: boolean;
}

export class RateLimit {
  readonly #options: RateLimitOptions;
  readonly #buckets = new Map<string, Bucket>();

  constructor(options: RateLimitOptions = RATE_DEFAULTS) {
    this.#options = options;
  }

  /** `now`: steady seconds. */
  judge(address: string, now: number): Verdict {
    const { burst, perSecond } = this.#options;
    const key = clientOf(address);
    const bucket = this.#buckets.get(key) ?? { level: burst, at: now, isNotified: false };
    bucket.level = Math.min(burst, bucket.level + (now - bucket.at) * perSecond);
    bucket.at = now;
    this.#remember(key, bucket);
    if (bucket.level >= 1) {
      bucket.level -= 1;
      bucket.isNotified = false;
      return 'answer';
    }
    if (bucket.isNotified) return 'drop';
    bucket.isNotified = true;
    return 'notify';
  }

  /** A Map keeps insertion order, so that its first key is the least recently seen. */
  #remember(key: string, bucket: Bucket): void {
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size <= this.#options.clientsMax) return;
    const oldest = this.#buckets.keys().next().value;
    if (oldest !== undefined) this.#buckets.delete(oldest);
  }
}

/** IPv6 addresses are limited by /64, all of which one host may use. */
function clientOf(address: string): string {
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.split('::');
  const groups = head.split(':');
  if (tail !== undefined) while (groups.length < 4) groups.push('0');
  return groups.slice(0, 4).join(':');
}
