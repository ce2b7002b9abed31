// The rate of views, which go to all peers and are the most expensive message. The root sends one at once if there is news
// and its token bucket allows it, otherwise every ten seconds. Peers below forward each as it arrives, but never faster
// than a root would send: each forwards to several and would amplify a flood.

import type { Picture } from './messages.ts';
import { HEARTBEAT_MS } from './times.ts';
import { isNews } from './view.ts';

const GAP_MS = 250;
const TOKEN_MS = 8_000;
const TOKENS_MAX = 4;
/** Growth in peers that makes a view urgent. Self-limiting, because a mesh cannot grow at this rate for long. */
const FULLER = 1.1;
/** Interval between top lists, which are long and change constantly. */
const TOP_MS = 30_000;

/** Minimum interval of forwarded views: roots send less often, even while the mesh grows. */
const HANDED_GAP_MS = 100;
const HANDED_TOKEN_MS = 1_000;
const HANDED_MAX = 16;

/** Rate limit of forwarding. A view that must wait is replaced by a newer one. */
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
    // The last view covered only part of the mesh and must not stand until the bucket refills.
    if (picture.peers > FULLER * this.#passed.peers) return Math.max(0, GAP_MS - sinceMs);
    return Math.max(0, GAP_MS - sinceMs, (1 - this.#tokens) * TOKEN_MS);
  }

  /** Returns the view to send, usually with the previous top lists. */
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
