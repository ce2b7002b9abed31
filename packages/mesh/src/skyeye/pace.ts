// How often a view goes down. It goes to all peers, so it is the most expensive message. From the root: at once if there is
// news and there was little lately, otherwise every ten seconds, by a token bucket. On the
// way down: as it comes, but never faster than a root would send, since each peer passes it to several and would amplify
// a flood.

import type { Picture } from './messages.ts';
import { HEARTBEAT_MS } from './times.ts';
import { isNews } from './view.ts';

const GAP_MS = 250;
const TOKEN_MS = 8_000;
const TOKENS_MAX = 4;
/** So many times the peers is another picture altogether. It cannot grow so for long. */
const FULLER = 1.1;
/** Lists of the best are long, and change all the time. */
const TOP_MS = 30_000;

/** On the way: a root sends less, also while its mesh grows. */
const HANDED_GAP_MS = 100;
const HANDED_TOKEN_MS = 1_000;
const HANDED_MAX = 16;

/** Of what comes from above. What may not go on yet waits, and is forgotten if a newer view comes meanwhile. */
export class HandingOn {
  #tokens = HANDED_MAX;
  #countedMs = 0;
  #passedMs = Number.NEGATIVE_INFINITY;

  waitMs(nowMs: number): number {
    this.#tokens = Math.min(HANDED_MAX, this.#tokens + (nowMs - this.#countedMs) / HANDED_TOKEN_MS);
    this.#countedMs = nowMs;
    const gapMs = HANDED_GAP_MS - (nowMs - this.#passedMs);
    return Math.max(0, Math.ceil(gapMs), Math.ceil((1 - this.#tokens) * HANDED_TOKEN_MS));
  }

  passed(nowMs: number): void {
    this.#passedMs = nowMs;
    this.#tokens = Math.max(0, this.#tokens - 1);
  }
}

export class Pace {
  #tokens = TOKENS_MAX;
  #countedMs = 0;
  #passedMs = Number.NEGATIVE_INFINITY;
  #toppedMs = Number.NEGATIVE_INFINITY;
  #passed: Picture | null = null;

  /** How long the view should wait. */
  waitMs(picture: Picture, nowMs: number): number {
    this.#tokens = Math.min(TOKENS_MAX, this.#tokens + (nowMs - this.#countedMs) / TOKEN_MS);
    this.#countedMs = nowMs;
    const sinceMs = nowMs - this.#passedMs;
    if (this.#passed === null || sinceMs >= HEARTBEAT_MS) return 0;
    if (!isNews(this.#passed, picture)) return HEARTBEAT_MS - sinceMs;
    // What was passed was of a part only: it must not stand for the whole while tokens are saved up.
    if (picture.peers > FULLER * this.#passed.peers) return Math.max(0, GAP_MS - sinceMs);
    return Math.max(0, GAP_MS - sinceMs, (1 - this.#tokens) * TOKEN_MS);
  }

  /** Gives the view as it goes down: mostly without new lists of the best. */
  pass(picture: Picture, nowMs: number): Picture {
    const before = this.#passed;
    const isTopDue = before === null || before.root !== picture.root || nowMs - this.#toppedMs >= TOP_MS;
    if (isTopDue) this.#toppedMs = nowMs;
    this.#passed = isTopDue ? picture : { ...picture, most: before.most, least: before.least };
    this.#passedMs = nowMs;
    this.#tokens = Math.max(0, this.#tokens - 1);
    return this.#passed;
  }
}
