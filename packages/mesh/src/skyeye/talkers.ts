// Heavy hitters: the names and addresses with the most traffic in the whole mesh. A peer whose owner opts in reports what
// its own pipeline sees; summaries go up the tree and come back down, like the view but separately, so that nothing is
// sent while no peer reports. A Misra–Gries summary keeps only the heaviest items and can be merged (Agarwal et al., PODS
// 2012, §2): dropped items have less than `shortBy`, and no rate is underestimated by more than that.

import { type Cancel, every, type Runtime } from '../runtime.ts';
import { type Codec, double, flag, list, record, text, varint, WireError } from '../wire/schema.ts';

const KEPT_MAX = 32;
/** Letters of any script, digits and the punctuation of names and addresses: no terminal control characters. */
const NAME = /^[\p{L}\p{N}._:%/ -]{1,253}$/u;
const RATE_MAX = 1e13;
const REPORT_MS = 10_000;
const STALE_MS = 35_000;
/** Delay when a peer starts or stops reporting, which does not wait for the next interval. */
const NEWS_MS = 1_000;
/** Minimum interval of forwarding from above: each peer forwards to several, which would amplify a flood. */
const PASS_MS = REPORT_MS / 4;

export interface Heavy {
  readonly name: string;
  /** Bytes per second. */
  readonly rate: number;
}

/** The heaviest, the most first. */
export interface HeavySum {
  readonly items: readonly Heavy[];
  readonly shortBy: number;
}

export interface Talk {
  /** Number of peers that reported. */
  readonly peers: number;
  readonly names: HeavySum;
  readonly addresses: HeavySum;
}

export interface TalkMessage extends Talk {
  /** True: the whole mesh, from the root down. False: the sender's subtree. */
  readonly isWhole: boolean;
}

/** For display. */
export interface ShownTalk extends Talk {
  readonly ageMs: number;
}

const nothingHeavy: HeavySum = { items: [], shortBy: 0 };
const emptyTalk: Talk = { peers: 0, names: nothingHeavy, addresses: nothingHeavy };

const rate: Codec<number> = {
  write: double.write,
  read(from) {
    const value = double.read(from);
    if (!(value >= 0 && value <= RATE_MAX)) throw new WireError('an impossible rate');
    return value;
  },
};
const heavySum: Codec<HeavySum> = record({
  items: list(record({ name: text(1_012, NAME), rate }), KEPT_MAX),
  shortBy: rate,
});
export const talkMessage: Codec<TalkMessage> = record({
  isWhole: flag,
  peers: varint(),
  names: heavySum,
  addresses: heavySum,
});

/** Builds a summary without invalid names and rates. */
export function heavyOf(items: readonly Heavy[]): HeavySum {
  const good = items.filter(({ name, rate: each }) => NAME.test(name) && each > 0 && each <= RATE_MAX);
  return mergedHeavy([{ items: good, shortBy: 0 }]);
}

/** Merges summaries. Beyond the maximum size, the rate of the heaviest item dropped is subtracted from each kept one. */
export function mergedHeavy(parts: readonly HeavySum[]): HeavySum {
  const rates = new Map<string, number>();
  let shortBy = 0;
  for (const part of parts) {
    shortBy += part.shortBy;
    for (const { name, rate: each } of part.items) rates.set(name, (rates.get(name) ?? 0) + each);
  }
  const all = [...rates].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  const less = all[KEPT_MAX]?.[1] ?? 0;
  const items = all
    .slice(0, KEPT_MAX)
    .map(([name, each]) => ({ name, rate: Math.min(RATE_MAX, each - less) }));
  return { items: items.filter((each) => each.rate > 0), shortBy: Math.min(RATE_MAX, shortBy + less) };
}

function mergedTalk(parts: readonly Talk[]): Talk {
  return {
    peers: parts.reduce((sum, { peers }) => sum + peers, 0),
    names: mergedHeavy(parts.map(({ names }) => names)),
    addresses: mergedHeavy(parts.map(({ addresses }) => addresses)),
  };
}

export interface TalkSurroundings {
  parent(): string | null;
  isRoot(): boolean;
  isChild(id: string): boolean;
  /** Children with a link. */
  children(): readonly string[];
  alive(): number;
  counts(id: string): boolean;
  send(to: string, message: TalkMessage): void;
}

interface Received {
  readonly talk: Talk;
  readonly atMs: number;
}

export class Talkers {
  readonly #runtime: Runtime;
  readonly #world: TalkSurroundings;
  #own: Received | null = null;
  readonly #below = new Map<string, Received>();
  #whole: Received | null = null;
  #hasReported = false;
  #cancel: Cancel = () => {};
  #cancelNews: Cancel | null = null;

  constructor(runtime: Runtime, world: TalkSurroundings) {
    this.#runtime = runtime;
    this.#world = world;
  }

  start(): void {
    this.#cancel = every(this.#runtime, REPORT_MS, () => this.#report());
  }

  stop(): void {
    this.#cancel();
    this.#cancelNews?.();
  }

  /** Sets what this host has seen; to be renewed before it is stale. Null withdraws it. */
  report(own: { names: readonly Heavy[]; addresses: readonly Heavy[] } | null): void {
    const atMs = this.#runtime.clock.elapsedMs();
    if ((this.#fresh(this.#own) === null) !== (own === null)) this.#reportSoon();
    this.#own = own && {
      talk: { peers: 1, names: heavyOf(own.names), addresses: heavyOf(own.addresses) },
      atMs,
    };
  }

  take(from: string, { isWhole, ...talk }: TalkMessage): void {
    const atMs = this.#runtime.clock.elapsedMs();
    if (isWhole) {
      if (this.#world.isRoot() || from !== this.#world.parent()) return;
      if (this.#whole === null || atMs - this.#whole.atMs >= PASS_MS) this.#pass(talk, atMs);
    } else if (this.#world.isChild(from) && this.#world.counts(from) && talk.peers <= this.#world.alive()) {
      if (this.#below.get(from)?.talk.peers !== talk.peers) this.#reportSoon();
      this.#below.set(from, { talk, atMs });
    }
  }

  /** The summary of the whole mesh; null while no peer reports. */
  whole(): ShownTalk | null {
    const received = this.#fresh(this.#whole);
    if (received === null || received.talk.peers === 0) return null;
    return { ...received.talk, ageMs: Math.round(this.#runtime.clock.elapsedMs() - received.atMs) };
  }

  #fresh(received: Received | null): Received | null {
    return received !== null && this.#runtime.clock.elapsedMs() - received.atMs < STALE_MS ? received : null;
  }

  #reportSoon(): void {
    const { clock } = this.#runtime;
    // The root waits long enough that no peer's rate limit stops the summary.
    const waitMs = (this.#whole?.atMs ?? 0) + PASS_MS + NEWS_MS - clock.elapsedMs();
    this.#cancelNews ??= clock.after(Math.max(NEWS_MS, this.#world.isRoot() ? waitMs : 0), () =>
      this.#report(),
    );
  }

  #report(): void {
    this.#cancelNews?.();
    this.#cancelNews = null;
    for (const [id, received] of [...this.#below])
      if (this.#fresh(received) === null || !this.#world.isChild(id) || !this.#world.counts(id))
        this.#below.delete(id);
    const own = this.#fresh(this.#own);
    const parts = [...(own === null ? [] : [own]), ...this.#below.values()].map(({ talk }) => talk);
    const sum = parts.length === 0 ? emptyTalk : mergedTalk(parts);
    // An empty summary is sent once.
    if (sum.peers === 0 && !this.#hasReported) return;
    this.#hasReported = sum.peers > 0;
    const parent = this.#world.parent();
    if (this.#world.isRoot()) this.#pass(sum, this.#runtime.clock.elapsedMs());
    else if (parent !== null) this.#world.send(parent, { isWhole: false, ...sum });
  }

  #pass(talk: Talk, atMs: number): void {
    this.#whole = { talk, atMs };
    for (const child of this.#world.children()) this.#world.send(child, { isWhole: true, ...talk });
  }
}
