// What virtual hosts measure: some of it never changes, so that a wrong sum is a wrong sum; the rest walks about, and jumps
// now and then, as loads do.

import { indexOf, nothingKnown } from '@eyrie/mesh/skyeye';
import type { SeededRandom } from '@eyrie/mesh/virtual';

const GIB = 1024 ** 3;
/** Of measurements, that are a jump. */
const JUMPS = 0.01;

const at = {
  cores: indexOf('cpu.cores'),
  cpuUsed: indexOf('cpu.used'),
  cpuFree: indexOf('cpu.free'),
  memoryTotal: indexOf('memory.total'),
  memoryFree: indexOf('memory.free'),
  storageTotal: indexOf('storage.total'),
  storageFree: indexOf('storage.free'),
  netFree: indexOf('net.free'),
};

/** What the report tells the error of: a count, a sum that stands still, and one that moves. */
export const compared = [
  { name: 'cpu.cores', index: at.cores },
  { name: 'memory.total', index: at.memoryTotal },
  { name: 'cpu.used', index: at.cpuUsed },
  { name: 'storage.free', index: at.storageFree },
] as const;

/** Of a host, side by side in one table: what never changes, what moves, and whether anything was measured. */
const CORES = 0;
const MEMORY = 1;
const STORAGE = 2;
const CPU_USED = 3;
const STORAGE_USED = 4;
const IS_MEASURED = 5;
const ROW = 8;

export class Readings {
  readonly #random: SeededRandom;
  readonly #hosts: Float64Array;

  constructor(random: SeededRandom, peers: number) {
    this.#random = random;
    this.#hosts = new Float64Array(peers * ROW);
    const pick = (all: readonly number[]) => all[Math.floor(random.fraction() * all.length)]!;
    const fill = (column: number, next: () => number) => {
      for (let peer = 0; peer < peers; peer++) this.#hosts[peer * ROW + column] = next();
    };
    fill(CORES, () => pick([1, 2, 4, 4, 8, 8, 16, 32]));
    fill(MEMORY, () => GIB * pick([1, 2, 4, 8, 16, 16, 32, 64]));
    fill(STORAGE, () => GIB * pick([32, 64, 128, 256, 512, 1024, 2048]));
    // Rounded to 32 bits, as on the wire.
    fill(CPU_USED, () => Math.fround(5 + 60 * random.fraction()));
    fill(STORAGE_USED, () => Math.fround(0.1 + 0.8 * random.fraction()));
  }

  /** What the peer measured last, in the order of `compared`; null if it has not yet. */
  last(peer: number): readonly [cores: number, memory: number, cpuUsed: number, storageFree: number] | null {
    const hosts = this.#hosts;
    const row = peer * ROW;
    if (hosts[row + IS_MEASURED] === 0) return null;
    return [hosts[row + CORES]!, hosts[row + MEMORY]!, hosts[row + CPU_USED]!, this.#storageFree(row)];
  }

  /** In the order of the table of attributes. */
  measure(peer: number): number[] {
    const random = this.#random;
    const hosts = this.#hosts;
    const row = peer * ROW;
    const isJump = random.fraction() < JUMPS;
    const walked = isJump ? 100 * random.fraction() : hosts[row + CPU_USED]! + 4 * (random.fraction() - 0.5);
    const cpu = Math.fround(Math.min(100, Math.max(0, walked)));
    hosts[row + CPU_USED] = cpu;
    const filled = hosts[row + STORAGE_USED]! + 0.0002 * (random.fraction() - 0.45);
    hosts[row + STORAGE_USED] = Math.fround(Math.min(0.99, Math.max(0.01, filled)));
    hosts[row + IS_MEASURED] = 1;
    const values = nothingKnown.slice();
    values[at.cores] = hosts[row + CORES]!;
    values[at.cpuUsed] = cpu;
    values[at.cpuFree] = Math.fround(100 - cpu);
    values[at.memoryTotal] = hosts[row + MEMORY]!;
    values[at.memoryFree] = Math.fround(hosts[row + MEMORY]! * (1 - cpu / 125));
    values[at.storageTotal] = hosts[row + STORAGE]!;
    values[at.storageFree] = this.#storageFree(row);
    values[at.netFree] = Math.fround(1e9 * (1 - cpu / 200));
    return values;
  }

  #storageFree(row: number): number {
    return Math.fround(this.#hosts[row + STORAGE]! * (1 - this.#hosts[row + STORAGE_USED]!));
  }
}
