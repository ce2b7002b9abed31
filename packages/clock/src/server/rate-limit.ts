// How often one client may ask: a bucket of answers for each address, and a bound on how many addresses are kept.

export interface RateLimitOptions {
  /** Answers a client may have at once. */
  readonly burst: number;
  /** Answers a second that it gets back. */
  readonly perSecond: number;
  /** Addresses remembered; the one seen longest ago is forgotten beyond it. */
  readonly clientsMax: number;
}

/** What an ordinary client never reaches: chrony's and ntpd's bursts are eight questions two seconds apart. */
export const RATE_DEFAULTS: RateLimitOptions = { burst: 16, perSecond: 1, clientsMax: 16_384 };

/** `answer`; `tell` it once that it is too fast; then `drop`, so that nobody's flood is made larger. */
export type Verdict = 'answer' | 'tell' | 'drop';

interface Bucket {
  level: number;
  at: number;
  isTold: boolean;
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
    const bucket = this.#buckets.get(key) ?? { level: burst, at: now, isTold: false };
    bucket.level = Math.min(burst, bucket.level + (now - bucket.at) * perSecond);
    bucket.at = now;
    this.#remember(key, bucket);
    if (bucket.level >= 1) {
      bucket.level -= 1;
      bucket.isTold = false;
      return 'answer';
    }
    if (bucket.isTold) return 'drop';
    bucket.isTold = true;
    return 'tell';
  }

  /** A Map keeps the order in which keys came: the first is the one seen longest ago. */
  #remember(key: string, bucket: Bucket): void {
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size <= this.#options.clientsMax) return;
    const oldest = this.#buckets.keys().next().value;
    if (oldest !== undefined) this.#buckets.delete(oldest);
  }
}

/** An IPv6 host has a whole /64 to ask from. */
function clientOf(address: string): string {
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.split('::');
  const groups = head.split(':');
  if (tail !== undefined) while (groups.length < 4) groups.push('0');
  return groups.slice(0, 4).join(':');
}
