// Synthetic readings of hosts. Some values are constant, so that any error in their sum is a fault. The others are random
// walks with occasional jumps, like real loads.

import type { Random } from '@eyrie/mesh';
import { indexOf, nothingKnown } from '@eyrie/mesh/skyeye';

const GIB = 1024 ** 3;
/** Part of the measurements that are a jump. */
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

/** Attributes whose sums are compared with the truth: two that are constant, two that change. */
export const compared = [
  { name: 'cpu.cores', index: at.cores },
  { name: 'memory.total', index: at.memoryTotal },
  { name: 'cpu.used', index: at.cpuUsed },
  { name: 'storage.free', index: at.storageFree },
] as const;

/** Columns of a host's row: constant values, changing values, and whether anything was measured yet. */
const CORES = 0;
const MEMORY = 1;
const STORAGE = 2;
const CPU_USED = 3;
const STORAGE_USED = 4;
const IS_MEASURED = 5;
const ROW = 8;

/** Length of the table of hosts. */
export function hostNumbers(peers: number): number {
  return peers * ROW;
}

export function fillHosts(random: Random, hosts: Float64Array): void {
  const pick = (all: readonly number[]) => all[Math.floor(random.fraction() * all.length)]!;
  const fill = (column: number, next: () => number) => {
    for (let row = 0; row < hosts.length; row += ROW) hosts[row + column] = next();
  };
  fill(CORES, () => pick([1, 2, 4, 4, 8, 8, 16, 32]));
  fill(MEMORY, () => GIB * pick([1, 2, 4, 8, 16, 16, 32, 64]));
  fill(STORAGE, () => GIB * pick([32, 64, 128, 256, 512, 1024, 2048]));
  // Rounded to 32 bits, as on the wire.
  fill(CPU_USED, () => Math.fround(5 + 60 * random.fraction()));
  fill(STORAGE_USED, () => Math.fround(0.1 + 0.8 * random.fraction()));
}

export class Readings {
  readonly #hosts: Float64Array;

  constructor(hosts: Float64Array) {
    this.#hosts = hosts;
  }

  /** Latest values of a peer, in the order of `compared`; null if it has not measured yet. */
  last(peer: number): readonly [cores: number, memory: number, cpuUsed: number, storageFree: number] | null {
    const hosts = this.#hosts;
    const row = peer * ROW;
    if (hosts[row + IS_MEASURED] === 0) return null;
    return [hosts[row + CORES]!, hosts[row + MEMORY]!, hosts[row + CPU_USED]!, this.#storageFree(row)];
  }

  /** In the order of the table of attributes. */
  measure(peer: number, random: Random): number[] {
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
