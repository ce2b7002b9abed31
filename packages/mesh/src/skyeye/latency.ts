// Measures the latency to others: to the parent often, to a child now and then, and seldom to a sibling or to anybody, for
// which a link is made; and moves this peer's coordinate accordingly.

import type { Session } from '../link/session.ts';
import type { Switchboard } from '../link/switchboard.ts';
import type { Directory } from '../members/directory.ts';
import { type Cancel, jittered, type Runtime, sample } from '../runtime.ts';
import { requestKinds } from '../wire/kinds.ts';
import { decode, encode, float, record } from '../wire/schema.ts';
import { type Coordinate, moved, unknownPlace } from './coordinates.ts';

/** Which peers are measured, and how often; also used by the simulator. */
export const lookTimes = {
  lookMs: 15_000,
  /** A new link has more to do at first, and while many come, it is soon another. */
  settleMs: 1_000,
  /** A link to a peer that is no neighbour costs a handshake: a few at first, then fewer. */
  farLooksFirst: 2,
  farFirstMs: 60_000,
  farMs: 240_000,
  /** The least of the last few: what is more was waiting, not the way (Ledlie et al., NSDI 2007). */
  kept: 4,
  /** Strangers that are remembered, and how many of them are thought of again at each look. */
  distant: 16,
  recalls: 2,
} as const;
const ANSWER_MS = 2_000;
/** For an explicit request; makes a link if there is none. */
const MEASURE_MS = 2_000;
const PEERS_MAX = 64;

export const coordinate = record({ x: float, y: float, height: float, error: float });
const NOTHING = Buffer.alloc(0);

export class Latency {
  readonly #runtime: Runtime;
  readonly #directory: Directory;
  readonly #switchboard: Switchboard;
  readonly #own: string;
  readonly #measured = new Map<string, number[]>();
  /** Measurements under way, by peer: concurrent requests share one. */
  readonly #measuring = new Map<string, Promise<number>>();
  /** Measured peers that are no neighbours, with their coordinates at that time, oldest first. */
  readonly #distant = new Map<string, { place: Coordinate; tookMs: number }>();
  #place: Coordinate = unknownPlace;
  #looks = 0;
  #farMs = 0;
  #farLooks = 0;
  #isStarted = false;
  #cancel: Cancel = () => {};

  constructor(runtime: Runtime, own: string, directory: Directory, switchboard: Switchboard) {
    this.#runtime = runtime;
    this.#own = own;
    this.#directory = directory;
    this.#switchboard = switchboard;
    // Both ends of a new link measure it: so each distant peer counts twice.
    switchboard.onOpen.push((session) => {
      runtime.clock.after(lookTimes.settleMs, () => {
        if (this.#isStarted && session.isOpen) this.#measure(session);
      });
    });
    switchboard.handleRequest(requestKinds.coordinate, (_session, _payload, reply) =>
      reply(null, encode(coordinate, this.#place)),
    );
  }

  /** Unknown until a peer was measured. */
  get place(): Coordinate {
    return this.#place;
  }

  /** There and back, measured; NaN if that peer was not. */
  to(id: string): number {
    const all = this.#measured.get(id);
    return all === undefined ? Number.NaN : Math.min(...all);
  }

  /** There and back, measured now, over a new link if there is none; NaN without an answer in time. */
  measure(id: string): Promise<number> {
    const known = this.#measuring.get(id);
    if (known !== undefined) return known;
    const measuring = this.#measureNow(id).finally(() => this.#measuring.delete(id));
    this.#measuring.set(id, measuring);
    return measuring;
  }

  #measureNow(id: string): Promise<number> {
    return new Promise((resolve) => {
      const cancel = this.#runtime.clock.after(MEASURE_MS, () => resolve(Number.NaN));
      const done = (hasAnswered: boolean) => {
        cancel();
        resolve(hasAnswered ? this.to(id) : Number.NaN);
      };
      const ask = () => {
        const session = this.#switchboard.sessionOf(id);
        if (session === null) done(false);
        else this.#measure(session, done);
      };
      if (this.#switchboard.sessionOf(id) !== null) ask();
      else this.#switchboard.connect(id, this.#directory.addressesOf(id), ask);
    });
  }

  start(): void {
    this.#isStarted = true;
    this.#farMs = this.#runtime.clock.elapsedMs();
    const again = () => {
      this.#cancel = this.#runtime.clock.after(jittered(this.#runtime.random, lookTimes.lookMs), () => {
        this.#look();
        again();
      });
    };
    again();
  }

  stop(): void {
    this.#isStarted = false;
    this.#cancel();
  }

  #look(): void {
    const { tree } = this.#directory;
    const parent = tree.parentOf(this.#own);
    const session = parent === null ? null : this.#switchboard.sessionOf(parent);
    if (session !== null) this.#measureSoon(session);
    const others = [...this.#switchboard.sessions()].filter(({ id }) => id !== '' && id !== parent);
    const [other] = sample(this.#runtime.random, others, 1);
    // Children measure this way themselves; so one of them, every other time.
    if (other !== undefined && this.#looks % 2 === 0) this.#measureSoon(other);
    this.#looks++;
    this.#recall();
    const nowMs = this.#runtime.clock.elapsedMs();
    const waitMs = this.#farLooks < lookTimes.farLooksFirst ? lookTimes.farFirstMs : lookTimes.farMs;
    if (nowMs - this.#farMs < waitMs || tree.size < 4) return;
    this.#farMs = nowMs;
    this.#farLooks++;
    this.#lookFar(parent);
  }

  /** Every other time a sibling, else anybody. */
  #lookFar(parent: string | null): void {
    const { tree } = this.#directory;
    const siblings = parent === null ? [] : tree.childrenOf(parent);
    const isAnybody = this.#looks % 2 === 0 || siblings.length < 2;
    const count = isAnybody ? tree.size : siblings.length;
    const index = Math.floor(this.#runtime.random.fraction() * count);
    const id = isAnybody ? tree.idAt(index) : siblings[index];
    if (id === undefined || id === this.#own) return;
    this.#switchboard.connect(id, this.#directory.addressesOf(id));
  }

  /** With the next heartbeat: a request of its own costs two records. */
  #measureSoon(session: Session): void {
    session.ride(() => this.#measure(session));
  }

  #measure(session: Session, done: (hasAnswered: boolean) => void = () => {}): void {
    const { clock, random } = this.#runtime;
    const startMs = clock.elapsedMs();
    session.request(requestKinds.coordinate, NOTHING, ANSWER_MS, (error, payload) => {
      if (error !== null) return done(false);
      const tookMs = clock.elapsedMs() - startMs;
      const all = this.#measured.get(session.id) ?? [];
      this.#measured.delete(session.id);
      this.#measured.set(session.id, [...all, tookMs].slice(-lookTimes.kept));
      if (this.#measured.size > PEERS_MAX) this.#measured.delete(this.#measured.keys().next().value!);
      const other = decode(coordinate, payload);
      this.#place = moved(this.#place, other, this.to(session.id), random.fraction());
      this.#remember(session.id, other);
      done(true);
    });
  }

  #remember(id: string, place: Coordinate): void {
    const { tree } = this.#directory;
    this.#distant.delete(id);
    if (tree.parentOf(this.#own) === id || tree.parentOf(id) === this.#own) return;
    this.#distant.set(id, { place, tookMs: this.to(id) });
    if (this.#distant.size > lookTimes.distant) this.#distant.delete(this.#distant.keys().next().value!);
  }

  /**
   * Steps towards a few distant peers measured before, which cost a link each and are measured seldom: with neighbours alone the
   * coordinates of a tree fold over, and peers far from each other in it seem to be near.
   */
  #recall(): void {
    const { random } = this.#runtime;
    for (const { place, tookMs } of sample(random, [...this.#distant.values()], lookTimes.recalls))
      this.#place = moved(this.#place, place, tookMs, random.fraction());
  }
}
