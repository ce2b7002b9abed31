// SkyEye alone on a virtual clock: one tree that all see, messages that take a few milliseconds. What lies under it,
// links and gossip, is tested elsewhere.

import { Tree } from '../../src/members/tree.ts';
import type { Runtime } from '../../src/runtime.ts';
import { type Message, SkyEye, type SkyEyeOptions } from '../../src/skyeye/index.ts';
import { SeededRandom, VirtualClock } from '../../src/virtual/index.ts';

export class Grove {
  readonly clock = new VirtualClock();
  readonly random: SeededRandom;
  readonly tree = new Tree();
  readonly peers = new Map<string, SkyEye>();
  readonly excluded = new Set<string>();
  sent = 0;
  /** Modifies a message in transit; null drops it. */
  onWay: (from: string, to: string, message: Message) => Message | null = (_from, _to, message) => message;

  constructor(count: number, seed = 1, options: SkyEyeOptions = {}) {
    this.random = new SeededRandom(seed);
    for (let i = 0; i < count; i++) this.tree.add(`peer-${i}`);
    for (let i = 0; i < count; i++) this.peers.set(`peer-${i}`, this.#make(`peer-${i}`, options));
    for (const peer of this.peers.values()) peer.treeChanged();
  }

  #make(id: string, options: SkyEyeOptions): SkyEye {
    const runtime: Runtime = { clock: this.clock, random: this.random, log: () => {} };
    const { tree } = this;
    return new SkyEye(
      runtime,
      {
        id,
        parent: () => tree.parentOf(id),
        isRoot: () => tree.root === id,
        isBelow: (other) => tree.pathTo(other).includes(id),
        isChild: (other) => tree.parentOf(other) === id,
        sizeFrom: (other) => tree.sizeFrom(other),
        isUnder: (other, above) => tree.pathTo(other).includes(above),
        alive: () => tree.size,
        counts: (other) => !this.excluded.has(other),
        send: (to, message) => this.#send(id, to, message),
      },
      options,
    );
  }

  #send(from: string, to: string, message: Message): void {
    this.sent++;
    this.clock.after(1 + this.random.fraction() * 4, () => {
      const arrived = this.onWay(from, to, message);
      if (arrived !== null && this.tree.has(to)) this.peers.get(to)!.take(from, arrived);
    });
  }

  get root(): SkyEye {
    return this.peers.get(this.tree.root!)!;
  }

  /** Removes a peer, and notifies all others. */
  kill(id: string): void {
    this.tree.delete(id);
    this.peers.get(id)!.stop();
    for (const other of this.tree.ids) {
      const peer = this.peers.get(other)!;
      peer.lost(id);
      peer.treeChanged();
    }
  }
}
