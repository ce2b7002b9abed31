// A virtual peer: the mesh's own SkyEye, on top of a world of typed arrays.

import type { Runtime } from '@eyrie/mesh';
import { type Message, SkyEye, type SkyEyeOptions, type Surroundings } from '@eyrie/mesh/skyeye';
import { numberOf } from './partition.ts';
import { NOBODY, type World } from './world.ts';

/** What the virtual peers of a domain share. */
export interface Commons {
  readonly runtime: Runtime;
  readonly world: World;
  readonly ids: readonly string[];
  readonly options: SkyEyeOptions;
  send(from: number, to: number, message: Message): void;
}

export class VirtualPeer implements Surroundings {
  readonly index: number;
  readonly id: string;
  readonly skyeye: SkyEye;
  readonly startedMs: number;
  readonly #commons: Commons;

  constructor(index: number, commons: Commons) {
    this.index = index;
    this.id = commons.ids[index]!;
    this.#commons = commons;
    this.startedMs = commons.runtime.clock.elapsedMs();
    this.skyeye = new SkyEye(commons.runtime, this, commons.options);
  }

  parent(): string | null {
    const { world, ids } = this.#commons;
    const parent = world.treeOf(this.index).parent[this.index]!;
    return parent === NOBODY || world.uplink[this.index] !== parent ? null : ids[parent]!;
  }

  isRoot(): boolean {
    return this.#commons.world.treeOf(this.index).root === this.index;
  }

  isBelow(id: string): boolean {
    return this.#commons.world.treeOf(this.index).isBelow(numberOf(id), this.index);
  }

  isChild(id: string): boolean {
    return this.#commons.world.treeOf(this.index).parent[numberOf(id)] === this.index;
  }

  alive(): number {
    return this.#commons.world.treeOf(this.index).size;
  }

  counts(): boolean {
    return true;
  }

  send(to: string, message: Message): void {
    this.#commons.send(this.index, numberOf(to), message);
  }
}
