// Keeps the links that the tree asks for: to the parent and the children. And checks, now and then, whether a peer that was
// lost is back, so that two halves of a network merge again.

import type { Reach } from '../link/reach.ts';
import type { Switchboard } from '../link/switchboard.ts';
import type { Standing } from '../peer/standing.ts';
import { type Cancel, every, jittered, type Runtime, sample } from '../runtime.ts';
import type { Directory } from './directory.ts';
import type { Liveness } from './liveness.ts';

/** After a change, so that many changes lead to one check. */
const SETTLE_MS = 60;
/** How often links are checked while one is missing, and otherwise. */
const LOOK_MS = 1_000;
const CALM_LOOK_MS = 4_000;
const HEAL_MS = 4_000;
/** About so many of all peers check, each time, whether a dead one is back: a thousand need not dial one dead host. */
const HEALERS = 8;
/** About so many of all, besides the root, try a bootstrap address at each turn. */
const SCOUTS = 2;
/**
 * Without any link, it dials an address of another peer once a second at first, then at a tenth of the time that it has been alone, down to this: it
 * may come back at any moment.
 */
const BOOTSTRAP_MS_MAX = 10_000;
/** At addresses that refused it, as all refuse a revoked peer, it tries down to this: each try costs them a handshake. */
const REFUSED_BOOTSTRAP_MS_MAX = 60_000;
/** A child dials its parent; after so long the parent tries, in case the child cannot. */
const PATIENCE_MS = 2_500;

export interface NeighboursOptions {
  runtime: Runtime;
  standing: Standing;
  directory: Directory;
  switchboard: Switchboard;
  liveness: Liveness;
  reach: Reach;
  /** Addresses of other peers: of the invitation, and those known from an earlier run. */
  bootstrap: () => readonly string[];
}

export class Neighbours {
  readonly #runtime: Runtime;
  readonly #standing: Standing;
  readonly #directory: Directory;
  readonly #switchboard: Switchboard;
  readonly #liveness: Liveness;
  /** Addresses of other peers: of the invitation, and those known from an earlier run. */
  readonly #bootstrapAddresses: () => readonly string[];
  #needed = new Set<string>();
  #missingSince = new Map<string, number>();
  #cancelSettle: Cancel | null = null;
  #cancelLook: Cancel = () => {};
  #cancelHeal: Cancel = () => {};
  #isStopped = false;
  readonly #reach: Reach;
  readonly #reaching = new Set<string>();
  #isBootstrapping = false;
  #triedMs = Number.NEGATIVE_INFINITY;
  #aloneSinceMs: number | null = null;
  /** Addresses that refused it since it is alone. */
  readonly #refusing = new Set<string>();
  #refusals = 0;
  /** When addresses that refuse it were last among those it tried. */
  #triedRefusingMs = Number.NEGATIVE_INFINITY;
  #isAdopting = false;

  constructor({ runtime, standing, directory, switchboard, liveness, reach, bootstrap }: NeighboursOptions) {
    this.#runtime = runtime;
    this.#standing = standing;
    this.#directory = directory;
    this.#switchboard = switchboard;
    this.#liveness = liveness;
    this.#reach = reach;
    this.#bootstrapAddresses = bootstrap;
    switchboard.isNeeded = (id) => this.#needed.has(id);
    directory.onChange.push((_id, status) => {
      // The subtree below it may be cut off: its only path here led over the peer that was removed.
      if (status === 'revoked' || status === 'quarantined') this.#isAdopting = true;
      this.#soon();
    });
    switchboard.onClosed.push(() => this.#soon());
    switchboard.onRefused.push(({ link }) => {
      if (!link.isDialler || !this.#isAlone()) return;
      this.#refusing.add(link.shown.address);
      this.#refusals++;
    });
  }

  /** Another network: earlier failures are void. */
  moved(): void {
    this.#aloneSinceMs = null;
    this.#triedMs = Number.NEGATIVE_INFINITY;
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
    const isAlone = this.#isAlone();
    if (isAlone) this.#bootstrapIfDue();
    else this.#aloneSinceMs = null;
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

  /** A peer that cannot be dialled may be behind NAT: then it dials, or a third relays the link. */
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

  /** The parent is alive according to others, but unreachable from here: links with the next ancestor. */
  #foster(above: readonly string[]): void {
    for (const id of above.slice(0, -1).reverse()) {
      this.#needed.add(id);
      if (this.#switchboard.sessionOf(id) !== null) return;
      this.#switchboard.connect(id, this.#directory.addressesOf(id));
    }
  }

  /**
   * One of those that are gone, at random: perhaps it is only the network between that was. And, by the root and a few, a
   * bootstrap address where none of those that are known is found: there may be others who never met anyone from here.
   */
  #heal(): void {
    // Then `#bootstrap` runs instead.
    if (this.#isAlone()) return;
    const { tree, dead } = this.#directory;
    const isHealer = this.#runtime.random.fraction() * tree.size < HEALERS;
    for (const id of isHealer ? sample(this.#runtime.random, [...dead], 1) : [])
      this.#switchboard.connect(id, this.#directory.addressesOf(id));
    // Not by the root alone, whose bootstrap addresses may lead nowhere. All addresses are gone through only by those in turn.
    if (tree.root !== this.#standing.id && !this.#isScout()) return;
    const here = new Set(tree.ids.flatMap((id) => this.#directory.addressesOf(id)));
    this.#dialOneOf(this.#bootstrapAddresses().filter((address) => !here.has(address)));
  }

  /** By time and name, so that the peers take turns without drawing lots. */
  #isScout(): boolean {
    const turn = Math.floor(this.#runtime.clock.elapsedMs() / HEAL_MS);
    const offset = [...this.#standing.id].reduce(
      (sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 65_521,
      0,
    );
    return (turn + offset) % Math.ceil(this.#directory.tree.size / SCOUTS) === 0;
  }

  #isAlone(): boolean {
    return this.#switchboard.sessions()[Symbol.iterator]().next().done === true;
  }

  #bootstrapIfDue(): void {
    const nowMs = this.#runtime.clock.elapsedMs();
    if (this.#aloneSinceMs === null) {
      this.#refusing.clear();
      this.#refusals = 0;
    }
    this.#aloneSinceMs ??= nowMs;
    const everyMs = Math.min(BOOTSTRAP_MS_MAX, (nowMs - this.#aloneSinceMs) / 10);
    // Looks are jittered.
    if (nowMs - this.#triedMs < everyMs - LOOK_MS / 2) return;
    this.#triedMs = nowMs;
    this.#bootstrap();
  }

  /** There is no link at all: tries peers that were alive, and the bootstrap addresses. */
  #bootstrap(): void {
    const { id: self } = this.#standing;
    const known = [...this.#directory.entries()].filter(({ id, status }) => id !== self && status !== 'left');
    const own = this.#directory.addressesOf(self);
    const addresses = [...this.#bootstrapAddresses(), ...known.flatMap((each) => each.addresses)];
    const others = addresses.filter((each) => !own.includes(each));
    const nowMs = this.#runtime.clock.elapsedMs();
    const pauseMs = Math.min(REFUSED_BOOTSTRAP_MS_MAX, BOOTSTRAP_MS_MAX * this.#refusals);
    const isTurnOfAll = nowMs - this.#triedRefusingMs >= pauseMs - LOOK_MS / 2;
    if (isTurnOfAll) this.#triedRefusingMs = nowMs;
    this.#dialOneOf(isTurnOfAll ? others : others.filter((each) => !this.#refusing.has(each)));
  }

  #dialOneOf(addresses: readonly string[]): void {
    const [address] = sample(this.#runtime.random, addresses, 1);
    if (address === undefined || this.#isBootstrapping) return;
    this.#isBootstrapping = true;
    this.#switchboard.connectTo(address, () => {
      this.#isBootstrapping = false;
    });
  }
}
