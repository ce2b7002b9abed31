// How long a message takes on the virtual network. Every two peers are as far apart as they always are; what is lost comes
// later, as TCP repeats it, and nothing overtakes on a link. Peers stand on a plane, behind lines of their own, and routes
// make detours, as in the Internet: so that there is something to learn for who estimates distances, and a limit to it.

import type { SeededRandom } from '@eyrie/mesh/virtual';

/** A lost segment is repeated after so long, and each time after twice as long (RFC 6298 §5.5). */
const REPEAT_MS = 200;
const REPEAT_MS_MAX = 15_000;
/** Of the way itself, at most. */
const JITTER_PART = 0.1;
/** Of the longest way: over the plane from corner to corner, and each of the two lines. */
const PLANE_PART = 0.7;
const LINE_PART = 0.15;
/** A route is up to so much shorter or longer than the plane has it. */
const DETOUR_PART = 0.15;
/** Of the longest way, the mean of all: over the plane 0.52 of its side (Ghosh 1951), lines a third of the slowest. */
const MEAN_PART = (PLANE_PART * 0.5214) / Math.SQRT2 + (2 * LINE_PART) / 3;

/** Of a peer, side by side: where it stands, its line. */
const X = 0;
const Y = 1;
const LINE = 2;
const SPOT = 4;
/** Of a child's link with its parent: who that is, how far, and when the last message arrives, up and down. */
const PARENT = 0;
const WAY_MS = 1;
const UP_MS = 2;
const DOWN_MS = 3;
const LINK = 4;

export interface NetworkSettings {
  /** One way, from the nearest two peers to the farthest. */
  latencyMs: [least: number, most: number];
  /** Of segments, 0 to 1. */
  lossRate: number;
}

export class Network {
  readonly #random: SeededRandom;
  readonly #settings: NetworkSettings;
  readonly #spots: Float32Array;
  readonly #links: Float64Array;
  lost = 0;

  constructor(random: SeededRandom, settings: NetworkSettings, peers: number) {
    this.#random = random;
    this.#settings = settings;
    this.#spots = new Float32Array(peers * SPOT);
    this.#links = new Float64Array(peers * LINK);
    for (let peer = 0; peer < peers; peer++) {
      this.#spots[peer * SPOT + X] = random.fraction();
      this.#spots[peer * SPOT + Y] = random.fraction();
      // Most lines are short, some are slow.
      this.#spots[peer * SPOT + LINE] = random.fraction() ** 2;
      this.opened(peer);
    }
  }

  get meanMs(): number {
    const [least, most] = this.#settings.latencyMs;
    return (least + (most - least) * MEAN_PART) * (1 + JITTER_PART / 2);
  }

  /** One way between two, when nothing else is on it. */
  leastMs(a: number, b: number): number {
    const [least, most] = this.#settings.latencyMs;
    const spots = this.#spots;
    const [one, other] = [a * SPOT, b * SPOT];
    const x = spots[one + X]! - spots[other + X]!;
    const y = spots[one + Y]! - spots[other + Y]!;
    const plane = (PLANE_PART * Math.sqrt(x * x + y * y)) / Math.SQRT2;
    const lines = LINE_PART * (spots[one + LINE]! + spots[other + LINE]!);
    const detour = 1 + DETOUR_PART * (2 * scattered(a, b) - 1);
    return least + (most - least) * Math.min(1, (plane + lines) * detour);
  }

  /** One way between two, of a single segment that arrives. */
  wayMs(a: number, b: number): number {
    return this.leastMs(a, b) * (1 + JITTER_PART * this.#random.fraction());
  }

  /** Until a message arrives on the link of a child, now that those before it are on their way. */
  travelMs(child: number, parent: number, isUp: boolean, nowMs: number): number {
    const links = this.#links;
    const link = child * LINK;
    if (links[link + PARENT] !== parent) {
      links[link + PARENT] = parent;
      links[link + WAY_MS] = this.leastMs(child, parent);
    }
    let ms = links[link + WAY_MS]! * (1 + JITTER_PART * this.#random.fraction());
    const { lossRate } = this.#settings;
    for (let wait = REPEAT_MS; wait < REPEAT_MS_MAX && lossRate > 0; wait *= 2) {
      if (this.#random.fraction() >= lossRate) break;
      this.lost++;
      ms += wait;
    }
    const last = link + (isUp ? UP_MS : DOWN_MS);
    const atMs = Math.max(links[last]!, nowMs + ms);
    links[last] = atMs;
    return atMs - nowMs;
  }

  /** A new link: nothing is on its way there. */
  opened(child: number): void {
    const link = child * LINK;
    this.#links[link + PARENT] = -1;
    this.#links[link + UP_MS] = this.#links[link + DOWN_MS] = 0;
  }
}

/** 0 to 1, the same for both directions (the last step of MurmurHash3). */
function scattered(a: number, b: number): number {
  let h = Math.imul(Math.min(a, b) + 1, 0x9e3779b1) ^ Math.imul(Math.max(a, b) + 1, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
}
