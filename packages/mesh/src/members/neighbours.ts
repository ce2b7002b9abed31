// Keeps the links that the tree asks for: to the parent and the children. And looks, now and then, whether one that was
// lost is back, so that two halves of a network find together again.

import type { Reach } from '../link/reach.ts';
import type { Switchboard } from '../link/switchboard.ts';
import type { Standing } from '../peer/standing.ts';
import { type Cancel, every, jittered, type Runtime, sample } from '../runtime.ts';
import type { Directory } from './directory.ts';
import type { Liveness } from './liveness.ts';

/** After news, so that much news at once is one look. */
const SETTLE_MS = 60;
/** While a link is missing; and else, for whatever was not heard of. */
const LOOK_MS = 1_000;
const CALM_LOOK_MS = 4_000;
const HEAL_MS = 4_000;
/** Of all peers so many look, each time, whether one that is gone is back: a thousand need not knock at one dead host. */
const HEALERS = 8;
/** A child makes the link itself; after so long the parent tries, in case the child cannot. */
const PATIENCE_MS = 2_500;

export class Neighbours {
  readonly #runtime: Runtime;
  readonly #standing: Standing;
  readonly #directory: Directory;
  readonly #switchboard: Switchboard;
  readonly #liveness: Liveness;
  /** Where to ask when nobody else is known: the addresses of the invitation, and those known from before. */
  readonly #entrances: () => readonly string[];
  #needed = new Set<string>();
  #missingSince = new Map<string, number>();
  #cancelSettle: Cancel | null = null;
  #cancelLook: Cancel = () => {};
  #cancelHeal: Cancel = () => {};
  #isStopped = false;
  readonly #reach: Reach;
  readonly #reaching = new Set<string>();
  #isKnocking = false;
  #isAdopting = false;

  constructor(
    runtime: Runtime,
    standing: Standing,
    directory: Directory,
    switchboard: Switchboard,
    liveness: Liveness,
    reach: Reach,
    entrances: () => readonly string[],
  ) {
    this.#runtime = runtime;
    this.#standing = standing;
    this.#directory = directory;
    this.#switchboard = switchboard;
    this.#liveness = liveness;
    this.#reach = reach;
    this.#entrances = entrances;
    switchboard.isNeeded = (id) => this.#needed.has(id);
    directory.onChange.push((_id, status) => {
      // Those below it may have had it from nobody: their only way here led over the one that was put out.
      if (status === 'revoked' || status === 'quarantined') this.#isAdopting = true;
      this.#soon();
    });
    switchboard.onClosed.push(() => this.#soon());
  }

  start(): void {
    this.#look();
    this.#cancelHeal = every(this.#runtime, HEAL_MS, () => this.#heal());
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancelSettle?.();
    this.#cancelLook();
    this.#cancelHeal();
  }

  #soon(): void {
    this.#cancelSettle ??= this.#runtime.clock.after(SETTLE_MS, () => {
      this.#cancelSettle = null;
      this.#look();
    });
  }

  #look(): void {
    const { tree } = this.#directory;
    const self = this.#standing.id;
    const above = tree.pathTo(self).slice(0, -1);
    const children = tree.childrenOf(self);
    const parent = above.at(-1);
    this.#needed = new Set(parent === undefined ? children : [...children, parent]);
    for (const id of this.#missingSince.keys()) if (!this.#needed.has(id)) this.#missingSince.delete(id);
    for (const id of this.#needed) this.#want(id, id === parent || this.#isAdopting);
    this.#isAdopting = false;
    if (parent !== undefined && this.#missingForMs(parent) > PATIENCE_MS) this.#foster(above);
    const isAlone = this.#switchboard.sessions()[Symbol.iterator]().next().done === true;
    if (isAlone) this.#knock();
    this.#lookAgain(isAlone || this.#missingSince.size > 0 ? LOOK_MS : CALM_LOOK_MS);
  }

  #lookAgain(ms: number): void {
    this.#cancelLook();
    if (this.#isStopped) return;
    this.#cancelLook = this.#runtime.clock.after(jittered(this.#runtime.random, ms), () => this.#look());
  }

  #want(id: string, isAtOnce: boolean): void {
    if (this.#switchboard.sessionOf(id) !== null) return void this.#missingSince.delete(id);
    if (!this.#missingSince.has(id)) this.#missingSince.set(id, this.#runtime.clock.elapsedMs());
    if (!isAtOnce && this.#missingForMs(id) < PATIENCE_MS) return;
    this.#switchboard.connect(id, this.#directory.addressesOf(id), (isLinked) => {
      if (isLinked || this.#missingForMs(id) < PATIENCE_MS) return;
      this.#liveness.suspect(id);
      this.#reachFor(id);
    });
  }

  /** One that cannot be dialled may be behind a router: then it dials, or a third carries the link. */
  #reachFor(id: string): void {
    if (this.#reaching.has(id)) return;
    this.#reaching.add(id);
    const over = () => this.#reaching.delete(id);
    this.#reach.linkOtherwise(id).then(over, over);
  }

  #missingForMs(id: string): number {
    const sinceMs = this.#missingSince.get(id);
    return sinceMs === undefined ? 0 : this.#runtime.clock.elapsedMs() - sinceMs;
  }

  /** The parent is alive, others say, but not to be reached from here: so link with the next above it that is. */
  #foster(above: readonly string[]): void {
    for (const id of above.slice(0, -1).reverse()) {
      this.#needed.add(id);
      if (this.#switchboard.sessionOf(id) !== null) return;
      this.#switchboard.connect(id, this.#directory.addressesOf(id));
    }
  }

  /**
   * One of those that are gone, at random: perhaps it is only the network between that was. And, by the root alone, an
   * entrance where none of those that are known is found: there may be others who never met anyone from here.
   */
  #heal(): void {
    const { tree, dead } = this.#directory;
    const isHealer = this.#runtime.random.fraction() * tree.size < HEALERS;
    for (const id of isHealer ? sample(this.#runtime.random, [...dead], 1) : [])
      this.#switchboard.connect(id, this.#directory.addressesOf(id));
    if (tree.root !== this.#standing.id) return;
    const here = new Set(tree.ids.flatMap((id) => this.#directory.addressesOf(id)));
    this.#knockAt(this.#entrances().filter((address) => !here.has(address)));
  }

  /** Nobody is linked: tries any that was alive, and the entrances. */
  #knock(): void {
    const { id: self } = this.#standing;
    const known = [...this.#directory.entries()].filter(({ id, status }) => id !== self && status !== 'left');
    const own = this.#directory.addressesOf(self);
    this.#knockAt(
      [...this.#entrances(), ...known.flatMap((each) => each.addresses)].filter(
        (each) => !own.includes(each),
      ),
    );
  }

  #knockAt(addresses: readonly string[]): void {
    const [address] = sample(this.#runtime.random, addresses, 1);
    if (address === undefined || this.#isKnocking) return;
    this.#isKnocking = true;
    this.#switchboard.connectTo(address, () => {
      this.#isKnocking = false;
    });
  }
}
