// The virtual network: how long a message takes. The distance between two peers is constant. A lost segment arrives late,
// after TCP's retransmission, and links keep their order. Peers have a position on a plane and an access line, and routes
// deviate from the straight line, as in the Internet: so latency can be estimated, with a limited accuracy.

import type { Random } from '@eyrie/mesh';

/** First retransmission timeout; it doubles each time (RFC 6298 §5.5). */
const REPEAT_MS = 200;
const REPEAT_MS_MAX = 15_000;
/** Jitter: up to this part of the latency. */
const JITTER_PART = 0.1;
/** Parts of the largest latency: the diagonal of the plane, and each of the two access lines. */
const PLANE_PART = 0.7;
const LINE_PART = 0.15;
/** A route is shorter or longer than the straight line by up to this part. */
const DETOUR_PART = 0.15;
/** Mean latency as a part of the largest: 0.52 of the side of the plane (Ghosh 1951), a third of the slowest line. */
const MEAN_PART = (PLANE_PART * 0.5214) / Math.SQRT2 + (2 * LINE_PART) / 3;

/** Columns of a peer's row: position on the plane, latency of its access line. */
const X = 0;
const Y = 1;
const LINE = 2;
const SPOT = 4;
/** Columns of a child's link with its parent: the parent, its distance, when the last message arrives, up and down. */
const PARENT = 0;
const WAY_MS = 1;
const UP_MS = 2;
const DOWN_MS = 3;
const LINK = 4;

export interface NetworkSettings {
  /** One way: smallest and largest latency between two peers. */
  latencyMs: [least: number, most: number];
  /** Part of the segments, 0 to 1. */
  lossRate: number;
}

/** Length of the array of positions. */
export function spotNumbers(peers: number): number {
  return peers * SPOT;
}

export function fillSpots(random: Random, spots: Float32Array): void {
  for (let row = 0; row < spots.length; row += SPOT) {
    spots[row + X] = random.fraction();
    spots[row + Y] = random.fraction();
    // Most lines are fast, some are slow.
    spots[row + LINE] = random.fraction() ** 2;
  }
}

export class Network {
  /** Number of segments that were lost. */
  lost = 0;
  readonly #settings: NetworkSettings;
  readonly #spots: Float32Array;
  readonly #links: Float64Array;

  constructor(settings: NetworkSettings, spots: Float32Array) {
    this.#settings = settings;
    this.#spots = spots;
    const peers = spots.length / SPOT;
    this.#links = new Float64Array(peers * LINK);
    for (let peer = 0; peer < peers; peer++) this.opened(peer);
  }

  get meanMs(): number {
    const [least, most] = this.#settings.latencyMs;
    return (least + (most - least) * MEAN_PART) * (1 + JITTER_PART / 2);
  }

  /** One-way latency between two peers, without jitter. */
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

  /** One-way latency of a single segment that is not lost. */
  wayMs(a: number, b: number, random: Random): number {
    return this.leastMs(a, b) * (1 + JITTER_PART * random.fraction());
  }

  /** Until a message on the link of a child arrives, after those that were sent before it. */
  travelMs(child: number, parent: number, isUp: boolean, nowMs: number, random: Random): number {
    const links = this.#links;
    const link = child * LINK;
    if (links[link + PARENT] !== parent) {
      links[link + PARENT] = parent;
      links[link + WAY_MS] = this.leastMs(child, parent);
    }
    let ms = links[link + WAY_MS]! * (1 + JITTER_PART * random.fraction());
    const { lossRate } = this.#settings;
    for (let wait = REPEAT_MS; wait < REPEAT_MS_MAX && lossRate > 0; wait *= 2) {
      if (random.fraction() >= lossRate) break;
      this.lost++;
      ms += wait;
    }
    const last = link + (isUp ? UP_MS : DOWN_MS);
    const atMs = Math.max(links[last]!, nowMs + ms);
    links[last] = atMs;
    return atMs - nowMs;
  }

  /** A new link: no message is under way on it. */
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
