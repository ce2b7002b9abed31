// How long a message takes on the virtual network. Every two peers are as far apart as they always are; what is lost comes
// later, as TCP repeats it, and nothing overtakes on a link.

import type { SeededRandom } from '@eyrie/mesh/virtual';

/** A lost segment is repeated after so long, and each time after twice as long (RFC 6298 §5.5). */
const REPEAT_MS = 200;
const REPEAT_MS_MAX = 15_000;
/** Of the way itself, at most. */
const JITTER_PART = 0.1;

export interface NetworkSettings {
  /** One way, from the nearest two peers to the farthest. */
  latencyMs: [least: number, most: number];
  /** Of segments, 0 to 1. */
  lossRate: number;
}

export class Network {
  readonly #random: SeededRandom;
  readonly #settings: NetworkSettings;
  /** When the last message arrives on a child's link with its parent, up and down. */
  readonly #lastUpMs: Float64Array;
  readonly #lastDownMs: Float64Array;
  lost = 0;

  constructor(random: SeededRandom, settings: NetworkSettings, peers: number) {
    this.#random = random;
    this.#settings = settings;
    this.#lastUpMs = new Float64Array(peers);
    this.#lastDownMs = new Float64Array(peers);
  }

  get meanMs(): number {
    const [least, most] = this.#settings.latencyMs;
    return ((least + most) / 2) * (1 + JITTER_PART / 2);
  }

  /** One way between two, of a single segment that arrives. */
  wayMs(a: number, b: number): number {
    const [least, most] = this.#settings.latencyMs;
    const base = least + (most - least) * distance(a, b);
    return base * (1 + JITTER_PART * this.#random.fraction());
  }

  /** Until a message arrives on the link of a child, now that those before it are on their way. */
  travelMs(child: number, parent: number, isUp: boolean, nowMs: number): number {
    let ms = this.wayMs(child, parent);
    const { lossRate } = this.#settings;
    for (let wait = REPEAT_MS; wait < REPEAT_MS_MAX && lossRate > 0; wait *= 2) {
      if (this.#random.fraction() >= lossRate) break;
      this.lost++;
      ms += wait;
    }
    const last = isUp ? this.#lastUpMs : this.#lastDownMs;
    const atMs = Math.max(last[child]!, nowMs + ms);
    last[child] = atMs;
    return atMs - nowMs;
  }

  /** A new link: nothing is on its way there. */
  opened(child: number): void {
    this.#lastUpMs[child] = this.#lastDownMs[child] = 0;
  }
}

/** 0 to 1, the same for both directions (the last step of MurmurHash3). */
function distance(a: number, b: number): number {
  let h = Math.imul(Math.min(a, b) + 1, 0x9e3779b1) ^ Math.imul(Math.max(a, b) + 1, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
}
