// Invented readings, derived from a seed, a name and the time: repeated queries see the same host with the same memory
// and a continuous load.

import { createHash } from 'node:crypto';
import type { Coordinate } from '../skyeye/coordinates.ts';

const GIB = 2 ** 30;
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** The readings a host of that name would report, by attribute and in its unit. */
export function madeUpReading(seed: string, id: string, nowMs: number): Record<string, number> {
  const dice = new Dice(`${seed} ${id}`);
  const cores = dice.pick([2, 4, 4, 8, 8, 16]);
  const memory = dice.pick([4, 8, 8, 16, 32]) * GIB;
  const storage = dice.pick([64, 128, 250, 500, 1000]) * GIB;
  // Busier by day, each host in a rhythm and at an hour of its own.
  const day = wave(nowMs, DAY_MS, dice.fraction());
  const minutes = wave(nowMs, (3 + 8 * dice.fraction()) * MINUTE_MS, dice.fraction());
  const cpu = clamp(3 + 30 * dice.fraction() + 12 * day + 6 * minutes, 1, 97);
  const memoryUsed = clamp(25 + 45 * dice.fraction() + 4 * day + minutes, 5, 96);
  const storageUsed = clamp(15 + 65 * dice.fraction() + ((nowMs / DAY_MS) % 20) / 10, 5, 97);
  const traffic = 2e4 * 30 ** dice.fraction() * (1.4 + day + 0.3 * minutes);
  const linkBits = dice.pick([1e8, 1e9, 1e9, 1e10]);
  const bootedMs = dice.fraction() * 60 * DAY_MS;
  return {
    'cpu.used': cpu,
    'cpu.free': 100 - cpu,
    'cpu.cores': cores,
    'load.1': (cores * cpu) / 90,
    'memory.total': memory,
    'memory.free': (memory * (100 - memoryUsed)) / 100,
    'memory.used': memoryUsed,
    'storage.total': storage,
    'storage.free': (storage * (100 - storageUsed)) / 100,
    'storage.used': storageUsed,
    'storage.read': 3e4 * dice.fraction() * (1 + minutes),
    'storage.write': 9e4 * dice.fraction() * (1.2 + minutes),
    'net.rx': traffic,
    'net.tx': traffic * (0.3 + dice.fraction()),
    'net.free': linkBits - 16 * traffic,
    'net.errors': 0,
    'net.drops': 0,
    uptime: ((nowMs + bootedMs) % (60 * DAY_MS)) / 1000,
    latency: 0.2 + 3 * dice.fraction() + 0.1 * (1 + minutes),
    queries: 0.2 * dice.fraction() * (1 + day),
    'clock.ahead': 8 * (dice.fraction() - 0.5) + 0.05 * minutes,
    'clock.uncertainty': 0.1 + 0.3 * dice.fraction(),
    ...coordinateOf(dice),
  };
}

/** Hosts of one building: tenths of a millisecond from each other. */
function coordinateOf(dice: Dice): Record<string, number> {
  const angle = 2 * Math.PI * dice.fraction();
  const farMs = 0.02 + 0.3 * dice.fraction();
  return {
    'coordinate.x': farMs * Math.cos(angle),
    'coordinate.y': farMs * Math.sin(angle),
    'coordinate.height': 0.06 + 0.12 * dice.fraction(),
  };
}

/** Where the host of that name stands in the space of latencies, as it answers any peer that measures it. */
export function madeUpPlace(seed: string, id: string, nowMs: number): Coordinate {
  const reading = madeUpReading(seed, id, nowMs);
  const [x, y, height] = ['x', 'y', 'height'].map((axis) => reading[`coordinate.${axis}`]!);
  return { x: x!, y: y!, height: height!, error: 0.2 };
}

function wave(nowMs: number, periodMs: number, phase: number): number {
  return Math.sin(2 * Math.PI * (nowMs / periodMs + phase));
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}

/** Numbers that follow from a text. */
class Dice {
  readonly #seed: string;
  #rolls = 0;

  constructor(seed: string) {
    this.#seed = seed;
  }

  /** 0 <= fraction < 1. */
  fraction(): number {
    return (
      createHash('sha256')
        .update(`${this.#seed} ${this.#rolls++}`)
        .digest()
        .readUInt32BE() /
      2 ** 32
    );
  }

  pick(list: readonly number[]): number {
    return list[Math.floor(this.fraction() * list.length)]!;
  }
}
