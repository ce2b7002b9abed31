// What virtual hosts measure: some of it never changes, so that a wrong sum is a wrong sum; the rest walks about, and jumps
// now and then, as loads do.

import { indexOf, nothingKnown, type Values } from '@eyrie/mesh/skyeye';
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

export class Readings {
  readonly #random: SeededRandom;
  readonly #cores: Uint8Array;
  readonly #memoryGib: Uint8Array;
  readonly #storageGib: Uint16Array;
  readonly #cpu: Float32Array;
  readonly #storageUsed: Float32Array;
  /** What each measured last, of those compared; NaN before. */
  readonly last: readonly Float64Array[];

  constructor(random: SeededRandom, peers: number) {
    this.#random = random;
    const pick = <T>(all: readonly T[]) => all[Math.floor(random.fraction() * all.length)]!;
    const each = { length: peers };
    this.#cores = Uint8Array.from(each, () => pick([1, 2, 4, 4, 8, 8, 16, 32]));
    this.#memoryGib = Uint8Array.from(each, () => pick([1, 2, 4, 8, 16, 16, 32, 64]));
    this.#storageGib = Uint16Array.from(each, () => pick([32, 64, 128, 256, 512, 1024, 2048]));
    this.#cpu = Float32Array.from(each, () => 5 + 60 * random.fraction());
    this.#storageUsed = Float32Array.from(each, () => 0.1 + 0.8 * random.fraction());
    this.last = compared.map(() => new Float64Array(peers).fill(Number.NaN));
  }

  /** In the order of the table of attributes. */
  measure(peer: number): Values {
    const random = this.#random;
    const isJump = random.fraction() < JUMPS;
    const cpu = isJump ? 100 * random.fraction() : this.#cpu[peer]! + 4 * (random.fraction() - 0.5);
    this.#cpu[peer] = Math.min(100, Math.max(0, cpu));
    const used = this.#storageUsed[peer]! + 0.0002 * (random.fraction() - 0.45);
    this.#storageUsed[peer] = Math.min(0.99, Math.max(0.01, used));
    // Rounded to 32 bits, as on the wire.
    const values = nothingKnown.slice();
    values[at.cores] = this.#cores[peer]!;
    values[at.cpuUsed] = this.#cpu[peer]!;
    values[at.cpuFree] = Math.fround(100 - this.#cpu[peer]!);
    values[at.memoryTotal] = this.#memoryGib[peer]! * GIB;
    values[at.memoryFree] = Math.fround(this.#memoryGib[peer]! * GIB * (1 - this.#cpu[peer]! / 125));
    values[at.storageTotal] = this.#storageGib[peer]! * GIB;
    values[at.storageFree] = Math.fround(this.#storageGib[peer]! * GIB * (1 - this.#storageUsed[peer]!));
    values[at.netFree] = Math.fround(1e9 * (1 - this.#cpu[peer]! / 200));
    for (let i = 0; i < compared.length; i++) this.last[i]![peer] = values[compared[i]!.index]!;
    return values;
  }
}
