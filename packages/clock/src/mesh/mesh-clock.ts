// The clock that all peers of a mesh share. The root follows time servers or, where there are none, itself; everybody
// else follows the parent, over the link. No peer's system clock is touched.
//
// Whoever begins alone begins an era: its own time. Where two eras meet, the older one holds, whoever is root: so a peer
// that was restarted, or whose date is wrong, takes over the time of the mesh even if the tree makes it the root of all,
// and a change of the root is no change of the time.
import type { LocalClock } from '../host/host-clock.ts';
import { type Comparison, Discipline, type Estimate, SKEW_UNKNOWN } from './discipline.ts';
import {
  decodeAnswer,
  decodeQuestion,
  type Era,
  encodeAnswer,
  encodeQuestion,
  type Keeper,
  type TimeAnswer,
} from './exchange.ts';
import { Timescale } from './timescale.ts';

/** More links than this to a root are a loop. */
const LEVEL_MAX = 64;
/** Samples after which the line is good enough to be followed without steps. */
const SETTLED_SAMPLES = 8;
/** Seconds between samples: quick at first; then each one already there makes the next less urgent. */
const ASK_QUICK = 0.5;
const ASK_PER_SAMPLE = 0.4;
const ASK_MAX = 16;
/**
 * Questions a sample, one right after the other: the first wakes both sides up, the quickest counts. Of the first samples, which
 * come soon after each other, each is one question.
 */
const BURST = 3;
/** It ends with an answer as quick as the quickest so far, or so quick in seconds that it is wrong by half of that at most. */
const QUICK_PART = 1.1;
const QUICK = 100e-6;
/** An answer that took longer says too little. */
const DELAY_MAX = 5;
/** Seconds beyond all that a delay and what is not sure can explain. */
const BREAK = 0.01;
/** Questions under way; of more, the oldest is given up. */
const ASKED_MAX = 8;
/** Seconds in which all others have come to follow a new root: its time is then, by definition, that of the mesh. */
const HANDOVER = 60;

export interface ClockState extends Era {
  /** Links to the root; 0: this is the root. */
  readonly level: number;
  /** Seconds: mesh time lies within ± this of the root's. Infinity: not yet known. */
  readonly uncertainty: number;
  /** Seconds by which this machine's own clock is ahead of the mesh. */
  readonly wallAhead: number;
  /** Seconds a second by which this machine's steady clock runs too slowly. */
  readonly skew: number;
  /** Seconds: the quickest way to whoever is followed and back; null without one. */
  readonly delay: number | null;
  /** The root follows time servers, so this is the time of the world, too. */
  readonly isTraceable: boolean;
  readonly samples: number;
  readonly steps: number;
}

/** From another's counter to mesh time. */
interface Course {
  /** Of that counter, where the others hold. */
  readonly atNs: bigint;
  readonly aheadNs: bigint;
  readonly skew: number;
  readonly skewError: number;
}

/**
 * What became of an answer. `more`: it is taken, and the same peer should be asked again at once; `younger`: it is of an era
 * that ours outlives, so its peer should follow us.
 */
export type Heard = 'taken' | 'more' | 'younger' | 'refused';

export class MeshClock {
  readonly #clock: LocalClock;
  readonly #scale: Timescale;
  readonly #discipline = new Discipline();
  #estimate: Estimate | null = null;
  #founder: number;
  /** Steady seconds of its beginning; null until this clock leads or has heard: then there is no time to keep. */
  #bornAt: number | null = null;
  #level = 0;
  #isTraceable = false;
  #isLeading = false;
  /** Who is followed; null of a root, and before anybody was heard. */
  #followed: string | null = null;
  /** How the counter of whoever is followed stands to mesh time, as it said last. */
  #course: Course | null = null;
  /** Nanoseconds by which that counter was ahead of ours, about: comparisons are made from there. */
  #baseNs = 0n;
  /** Uncertainty of whoever is followed, when last heard; of a root, what it had when it took the lead. */
  #upstream = Number.POSITIVE_INFINITY;
  #ledSince = 0;
  /** Within this era, so many samples were heard that it is no longer stepped through. */
  #isSettled = false;
  #lastNs = 0n;
  #nextMark = 0;
  /** Of the answers that came right after each other, the quickest. */
  #burst: { who: string; keeper: Keeper; best: Comparison; count: number } | null = null;
  /** Questions under way: an answer to none of them is not believed. */
  readonly #asked = new Map<number, { t1Ns: bigint; who: string }>();

  /** `id`: 32 bits drawn at random, the name of the era if this clock begins one. Until it leads or hears, it shows this machine's time. */
  constructor(clock: LocalClock, id: number) {
    this.#clock = clock;
    this.#founder = id >>> 0;
    const steady = clock.steadyNs();
    this.#scale = new Timescale(clock.wallNs() - steady, Number(steady) / 1e9);
  }

  /** Mesh time in nanoseconds since 1970. It never runs backwards but in a step (`state().steps`). */
  nowNs(): bigint {
    const now = this.#scale.nowNs(this.#clock.steadyNs());
    if (now > this.#lastNs) this.#lastNs = now;
    return this.#lastNs;
  }

  get era(): Era {
    const bornAt = this.#bornAt;
    return { founder: this.#founder, age: bornAt === null ? 0 : Math.max(0, this.#steady() - bornAt) };
  }

  /** True if the clock is right enough to lead others: it leads already, or has heard enough of who did. */
  get isSettled(): boolean {
    return this.#isSettled;
  }

  get isLeading(): boolean {
    return this.#isLeading;
  }

  get uncertainty(): number {
    return this.#uncertainty(this.#steady());
  }

  state(): ClockState {
    return {
      ...this.era,
      level: this.#level,
      uncertainty: this.uncertainty,
      wallAhead: Number(this.#clock.wallNs() - this.nowNs()) / 1e9,
      skew: this.#scale.skew,
      delay: this.#estimate === null ? null : 2 * this.#estimate.asymmetry,
      isTraceable: this.#isTraceable,
      samples: this.#discipline.length,
      steps: this.#scale.steps,
    };
  }

  /** Of which era the asker is; null where the question does not say. */
  static eraOf(question: Uint8Array): Era | null {
    return decodeQuestion(question)?.era ?? null;
  }

  /** True if the other era is the older one, so that this clock should ask whoever keeps it. */
  isOutlivedBy(other: Era): boolean {
    const own = this.era;
    if (other.founder === own.founder || !Number.isFinite(other.age) || other.age === 0) return false;
    return other.age > own.age || (other.age === own.age && other.founder < own.founder);
  }

  /** Gives up its era, for no other keeps it: whatever is heard next holds. Until then the time goes on as it was. */
  abandon(): void {
    this.#bornAt = null;
    this.#isLeading = false;
    this.#followed = null;
    this.#upstream = Number.POSITIVE_INFINITY;
  }

  /** Takes the lead: the time goes on as it was. With servers, `followServers` keeps it right. */
  lead(): void {
    if (this.#isLeading) return;
    const now = this.#steady();
    const inherited = this.#uncertainty(now);
    this.#upstream = Number.isFinite(inherited) ? inherited : 0;
    this.#bornAt ??= now;
    this.#ledSince = now;
    this.#isLeading = true;
    this.#isSettled = true;
    this.#followed = null;
    this.#level = 0;
    this.#isTraceable = false;
    this.#forgetSamples();
    this.#course = null;
  }

  /** The root's part: this machine's clock is `offset` seconds behind the truth, ± `distance`, as time servers say. */
  followServers(offset: number, distance: number): void {
    if (!this.#isLeading) return;
    const steadyNs = this.#clock.steadyNs();
    const wallAhead = Number(this.#clock.wallNs() - steadyNs - this.#scale.originNs) / 1e9;
    this.#upstream = 0;
    this.#isTraceable = true;
    const at = Number(steadyNs) / 1e9;
    this.#learn({ at, offset: wallAhead + offset, delay: 2 * distance, sourceError: 0 });
  }

  /** Seconds until whoever is followed should be asked again. */
  get askAfter(): number {
    const { length } = this.#discipline;
    if (length < SETTLED_SAMPLES) return ASK_QUICK;
    return Math.min(ASK_MAX, ASK_PER_SAMPLE * length);
  }

  /** A question for `who`: the first of a burst, or, while `hear` wants `more`, another of it. */
  ask(who: string): Uint8Array {
    if (this.#asked.size >= ASKED_MAX) this.#asked.delete(this.#asked.keys().next().value!);
    const mark = this.#nextMark;
    this.#nextMark = (mark + 1) & 0xffff;
    // What was said in one that broke off may not hold any more: its peer may have been started anew since.
    if (this.#burst !== null && this.#steady() - this.#burst.best.at > DELAY_MAX) this.#burst = null;
    const isFirst = this.#burst?.who !== who;
    const question = encodeQuestion({ mark, era: isFirst ? this.era : null });
    this.#asked.set(mark, { t1Ns: this.#clock.steadyNs(), who });
    return question;
  }

  /** What `answer` wants to know of the moment at which a question came. */
  steadyNs(): bigint {
    return this.#clock.steadyNs();
  }

  /** The answer to a question of `who` that came when `steadyNs` gave `cameNs`; null to what is none. */
  answer(bytes: Uint8Array, cameNs: bigint, who: string): Uint8Array | null {
    const question = decodeQuestion(bytes);
    if (question === null) return null;
    const keeper = question.era === null ? null : this.#keeperFor(who, cameNs);
    const heldNs = Number(this.#clock.steadyNs() - cameNs);
    return encodeAnswer({ mark: question.mark, t2Ns: cameNs, heldNs: Math.max(0, heldNs), keeper });
  }

  #keeperFor(who: string, cameNs: bigint): Keeper {
    const { uncertainty } = this;
    const { originNs, skew } = this.#scale;
    return {
      ...{ ...this.era, uncertainty, level: this.#level },
      aheadNs: originNs + BigInt(Math.round(this.#scale.line(Number(cameNs) / 1e9) * 1e9)),
      ...{ skew, skewError: this.#skewError },
      ...{ isYours: this.#followed === who, isTraceable: this.#isTraceable },
    };
  }

  /** Of our own rate: what is not sure of it against whoever is followed, and of theirs. */
  get #skewError(): number {
    return Math.hypot(this.#estimate?.skewError ?? 0, this.#course?.skewError ?? 0);
  }

  /** What `who` answered. */
  hear(bytes: Uint8Array, who: string): Heard {
    const t4Ns = this.#clock.steadyNs();
    const answer = decodeAnswer(bytes);
    const asked = answer === null ? undefined : this.#asked.get(answer.mark);
    if (answer === null || asked === undefined || asked.who !== who) return 'refused';
    this.#asked.delete(answer.mark);
    const delay = (Number(t4Ns - asked.t1Ns) - answer.heldNs) / 1e9;
    if (delay < 0 || delay > DELAY_MAX) return 'refused';
    const burst = this.#burst?.who === who ? this.#burst : null;
    const keeper = answer.keeper ?? burst?.keeper;
    if (keeper === undefined) return 'refused';
    if (answer.keeper !== null) {
      const verdict = this.#judge(answer.keeper);
      if (verdict !== 'taken') return verdict;
      this.#follow(answer.keeper, who);
      const { aheadNs, skew, skewError } = answer.keeper;
      this.#course = { atNs: answer.t2Ns, aheadNs, skew, skewError };
      if (this.#discipline.length === 0) this.#baseNs = answer.t2Ns - t4Ns;
    }
    const at = Number(t4Ns) / 1e9;
    this.#bornAt = at - keeper.age;
    const sample = { at, offset: this.#offsetOf(answer, asked.t1Ns, t4Ns), delay, sourceError: 0 };
    const best = burst === null || answer.keeper !== null || delay < burst.best.delay ? sample : burst.best;
    const count = answer.keeper !== null ? 1 : (burst?.count ?? 0) + 1;
    const isOver = this.#discipline.length < SETTLED_SAMPLES || count >= BURST || this.#isQuick(delay);
    this.#burst = isOver ? null : { who, keeper, best, count };
    if (!isOver) return 'more';
    // This machine has slept, or whoever is followed was set right: samples from before would outvote all that come now.
    if (this.#isBroken(best)) this.#forgetSamples();
    this.#learn(best);
    return 'taken';
  }

  #isQuick(delay: number): boolean {
    const quickest = 2 * (this.#estimate?.asymmetry ?? 0);
    return delay <= Math.max(QUICK, QUICK_PART * quickest);
  }

  #judge({ isYours, level, uncertainty, ...era }: Keeper): Heard {
    if (isYours || level >= LEVEL_MAX || !Number.isFinite(uncertainty)) return 'refused';
    return era.founder === this.#founder || this.isOutlivedBy(era) ? 'taken' : 'younger';
  }

  #follow(keeper: Keeper, who: string): void {
    if (keeper.founder !== this.#founder) this.#adopt(keeper);
    // What was learnt of the old parent's offset would mislead; what was learnt of our own rate stays true.
    else if (who !== this.#followed) this.#forgetSamples(keeper);
    this.#followed = who;
    this.#isLeading = false;
    this.#level = keeper.level + 1;
    this.#isTraceable = keeper.isTraceable;
    this.#upstream = keeper.uncertainty;
  }

  /** Seconds by which the other counter is ahead of ours, from where comparisons begin. */
  #offsetOf({ t2Ns, heldNs }: TimeAnswer, t1Ns: bigint, t4Ns: bigint): number {
    const base = this.#baseNs;
    return (Number(t2Ns - t1Ns - base) + Number(t2Ns - t4Ns - base) + heldNs) / 2e9;
  }

  #adopt({ founder }: Era): void {
    this.#founder = founder;
    this.#isSettled = false;
    this.#estimate = null;
    this.#discipline.clear();
  }

  #isBroken({ at, offset, delay }: Comparison): boolean {
    const line = this.#estimate;
    if (line === null) return false;
    const explained = delay / 2 + this.#uncertainty(at);
    return Math.abs(offset - line.offset - line.skew * (at - line.at)) > explained + BREAK;
  }

  #learn(sample: Comparison): void {
    this.#discipline.add(sample);
    const steadyNs = this.#clock.steadyNs();
    const estimate = this.#discipline.estimate(Number(steadyNs) / 1e9)!;
    this.#estimate = estimate;
    const { steps } = this.#scale;
    const course = this.#isLeading ? null : this.#course;
    this.#scale.follow(
      course === null ? estimate : this.#along(course, estimate, steadyNs),
      !this.#isSettled,
    );
    if (this.#discipline.length >= SETTLED_SAMPLES) this.#isSettled = true;
    // After a step back the time goes on from where it was set.
    if (this.#scale.steps !== steps) this.#lastNs = 0n;
  }

  /**
   * From our counter to the other's, and from there to mesh time. The two counters run evenly from the beginning; whatever
   * those above have still to learn of the time does not get into what is learnt here, and holds at once when it is told.
   */
  #along({ atNs, aheadNs, skew }: Course, estimate: Estimate, steadyNs: bigint) {
    const { at, offset, skew: own } = estimate;
    const since = Number(steadyNs + this.#baseNs - atNs) / 1e9 + offset;
    const ahead = Number(this.#baseNs + aheadNs - this.#scale.originNs) / 1e9;
    return { at, offset: ahead + offset + skew * since, skew: (1 + own) * (1 + skew) - 1 };
  }

  /** `next`: whose counter is compared with from now on; null: a time server's, or the same as before. */
  #forgetSamples(next: Keeper | null = null): void {
    if (this.#estimate === null) this.#discipline.clear();
    else if (next === null && !this.#isLeading) this.#discipline.clear(this.#estimate);
    else {
      const skew = (1 + this.#scale.skew) / (1 + (next?.skew ?? 0)) - 1;
      this.#discipline.clear({ skew, skewError: Math.hypot(this.#skewError, next?.skewError ?? 0) });
    }
    this.#estimate = null;
  }

  #uncertainty(now: number): number {
    const upstream = this.#isLeading
      ? this.#upstream * Math.max(0, 1 - (now - this.#ledSince) / HANDOVER)
      : this.#upstream;
    const estimate = this.#estimate;
    if (estimate === null) return upstream;
    const { at, offsetError, skewError, asymmetry } = estimate;
    const drift = Math.min(skewError, SKEW_UNKNOWN) * Math.max(0, now - at);
    const slewing = Math.abs(this.#scale.correction(now));
    return upstream + asymmetry + 2 * offsetError + drift + slewing;
  }

  #steady(): number {
    return Number(this.#clock.steadyNs()) / 1e9;
  }
}
