// The clock that all peers of a mesh share. The root follows time servers or, without any, its own clock; every other
// peer follows its parent over their link. System clocks are never changed.
//
// A peer that starts alone founds an era, a time scale of its own. Where two eras meet, the older one prevails, whoever is
// root. So a peer that was restarted or has a wrong date adopts the mesh's time, even if the tree makes it the root, and
// a change of root does not change the time.
import type { LocalClock } from '../host/host-clock.ts';
import { type Comparison, Discipline, type Estimate, SKEW_UNKNOWN } from './discipline.ts';
import {
  decodeRequest,
  decodeResponse,
  type Era,
  encodeRequest,
  encodeResponse,
  type Keeper,
  type TimeResponse,
} from './exchange.ts';
import { Timescale } from './timescale.ts';

/** More hops than this mean a loop. */
const LEVEL_MAX = 64;
/** Samples after which corrections are slewed rather than stepped. */
const SETTLED_SAMPLES = 8;
/** Seconds between samples; the interval grows with their number. */
const INTERVAL_QUICK = 0.5;
const INTERVAL_PER_SAMPLE = 0.4;
const INTERVAL_MAX = 16;
/**
 * Requests per sample, in a burst: the first one wakes up both sides, and the one with the shortest delay counts. The first
 * samples, which follow each other quickly, take one request each.
 */
const BURST = 3;
/** A burst ends early with a delay near the shortest so far, or below this many seconds, twice the error it may cause. */
const QUICK_PART = 1.1;
const QUICK = 100e-6;
/** Responses with a longer delay are useless. */
const DELAY_MAX = 5;
/** Seconds of offset beyond what delay and uncertainty can explain. */
const BREAK = 0.01;
/** Outstanding requests; beyond that the oldest is dropped. */
const PENDING_MAX = 8;
/** Seconds after which all peers follow a new root, whose time is then by definition the mesh's. */
const HANDOVER = 60;

export interface ClockState extends Era {
  /** Hops to the root; 0: this is the root. */
  readonly level: number;
  /** Mesh time is within ± this many seconds of the root's; Infinity: unknown. */
  readonly uncertainty: number;
  /** Seconds by which this machine's clock is ahead of mesh time. */
  readonly wallAhead: number;
  /** Seconds per second by which this machine's steady clock is slow. */
  readonly skew: number;
  /** Shortest round trip to the reference in seconds; null without a reference. */
  readonly delay: number | null;
  /** The root follows time servers, so that mesh time is UTC. */
  readonly isTraceable: boolean;
  readonly samples: number;
  readonly steps: number;
}

/** Relation of another peer's counter to mesh time. */
interface Course {
  /** Counter value for which the others hold. */
  readonly atNs: bigint;
  readonly aheadNs: bigint;
  readonly skew: number;
  readonly skewError: number;
}

/**
 * Result of a response. `more`: accepted, continue the burst; `younger`: the peer's era is younger than ours, so it should
 * follow us.
 */
export type Reception = 'taken' | 'more' | 'younger' | 'refused';

export class MeshClock {
  readonly #clock: LocalClock;
  readonly #scale: Timescale;
  readonly #discipline = new Discipline();
  #estimate: Estimate | null = null;
  #founder: number;
  /** When the era began, in steady seconds; null until this clock leads or follows. */
  #bornAt: number | null = null;
  #level = 0;
  #isTraceable = false;
  #isLeading = false;
  /** The reference; null for a root, and before the first response. */
  #followed: string | null = null;
  /** The reference's latest relation of its counter to mesh time. */
  #course: Course | null = null;
  /** Roughly that counter minus ours in nanoseconds; subtracted so that comparisons are small numbers. */
  #baseNs = 0n;
  /** The reference's uncertainty in its last response; for a root, its own when it took the lead. */
  #upstream = Number.POSITIVE_INFINITY;
  #ledSince = 0;
  /** Enough samples of this era to slew rather than step. */
  #isSettled = false;
  #lastNs = 0n;
  #nextMark = 0;
  /** The response with the shortest delay in the current burst. */
  #burst: { peer: string; keeper: Keeper; best: Comparison; count: number } | null = null;
  /** Outstanding requests; a response to none of them is rejected. */
  readonly #pending = new Map<number, { t1Ns: bigint; peer: string }>();

  /** `id`: 32 random bits, naming the era that this clock may found. Until it leads or follows, it shows the machine's time. */
  constructor(clock: LocalClock, id: number) {
    this.#clock = clock;
    this.#founder = id >>> 0;
    const steady = clock.steadyNs();
    this.#scale = new Timescale(clock.wallNs() - steady, Number(steady) / 1e9);
  }

  /** Mesh time in nanoseconds since 1970; monotonic except for steps (`state().steps`). */
  nowNs(): bigint {
    const now = this.#scale.nowNs(this.#clock.steadyNs());
    if (now > this.#lastNs) this.#lastNs = now;
    return this.#lastNs;
  }

  get era(): Era {
    const bornAt = this.#bornAt;
    return { founder: this.#founder, age: bornAt === null ? 0 : Math.max(0, this.#steady() - bornAt) };
  }

  /** Whether the clock may lead others: it leads already, or has enough samples of a reference. */
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

  /** The requester's era; null if the request does not state it. */
  static eraOf(request: Uint8Array): Era | null {
    return decodeRequest(request)?.era ?? null;
  }

  /** Whether the other era is older, so that this clock should follow its peer. */
  isOutlivedBy(other: Era): boolean {
    const own = this.era;
    if (other.founder === own.founder || !Number.isFinite(other.age) || other.age === 0) return false;
    return other.age > own.age || (other.age === own.age && other.founder < own.founder);
  }

  /** Abandons an era that no other peer keeps: the next one that is received prevails. Until then the time continues. */
  abandon(): void {
    this.#bornAt = null;
    this.#isLeading = false;
    this.#followed = null;
    this.#upstream = Number.POSITIVE_INFINITY;
  }

  /** Takes the lead without changing the time. With time servers, `followServers` keeps it accurate. */
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

  /** For the root: by its time servers this machine's clock is `offset` seconds behind, ± `distance`. */
  followServers(offset: number, distance: number): void {
    if (!this.#isLeading) return;
    const steadyNs = this.#clock.steadyNs();
    const wallAhead = Number(this.#clock.wallNs() - steadyNs - this.#scale.originNs) / 1e9;
    this.#upstream = 0;
    this.#isTraceable = true;
    const at = Number(steadyNs) / 1e9;
    this.#learn({ at, offset: wallAhead + offset, delay: 2 * distance, sourceError: 0 });
  }

  /** Seconds until the next sample is due. */
  get requestAfter(): number {
    const { length } = this.#discipline;
    if (length < SETTLED_SAMPLES) return INTERVAL_QUICK;
    return Math.min(INTERVAL_MAX, INTERVAL_PER_SAMPLE * length);
  }

  /** A request to `peer`: the first of a burst, or, after `receive` returned `more`, the next one. */
  request(peer: string): Uint8Array {
    if (this.#pending.size >= PENDING_MAX) this.#pending.delete(this.#pending.keys().next().value!);
    const mark = this.#nextMark;
    this.#nextMark = (mark + 1) & 0xffff;
    // Results of an interrupted burst are dropped: the peer may have restarted meanwhile.
    if (this.#burst !== null && this.#steady() - this.#burst.best.at > DELAY_MAX) this.#burst = null;
    const isFirst = this.#burst?.peer !== peer;
    const request = encodeRequest({ mark, era: isFirst ? this.era : null });
    this.#pending.set(mark, { t1Ns: this.#clock.steadyNs(), peer });
    return request;
  }

  /** The time at which a request arrived, for `answer`. */
  steadyNs(): bigint {
    return this.#clock.steadyNs();
  }

  /** The response to a request of `peer` that arrived at `receivedNs` of `steadyNs`; null if it is malformed. */
  answer(bytes: Uint8Array, receivedNs: bigint, peer: string): Uint8Array | null {
    const request = decodeRequest(bytes);
    if (request === null) return null;
    const keeper = request.era === null ? null : this.#keeperFor(peer, receivedNs);
    const heldNs = Number(this.#clock.steadyNs() - receivedNs);
    return encodeResponse({ mark: request.mark, t2Ns: receivedNs, heldNs: Math.max(0, heldNs), keeper });
  }

  #keeperFor(peer: string, receivedNs: bigint): Keeper {
    const { uncertainty } = this;
    const { originNs, skew } = this.#scale;
    return {
      ...{ ...this.era, uncertainty, level: this.#level },
      aheadNs: originNs + BigInt(Math.round(this.#scale.line(Number(receivedNs) / 1e9) * 1e9)),
      ...{ skew, skewError: this.#skewError },
      ...{ isYours: this.#followed === peer, isTraceable: this.#isTraceable },
    };
  }

  /** Standard error of our rate: against the reference's, and of the reference's own. */
  get #skewError(): number {
    return Math.hypot(this.#estimate?.skewError ?? 0, this.#course?.skewError ?? 0);
  }

  /** Takes in a response of `peer`. */
  receive(bytes: Uint8Array, peer: string): Reception {
    const t4Ns = this.#clock.steadyNs();
    const answer = decodeResponse(bytes);
    const sent = answer === null ? undefined : this.#pending.get(answer.mark);
    if (answer === null || sent === undefined || sent.peer !== peer) return 'refused';
    this.#pending.delete(answer.mark);
    const delay = (Number(t4Ns - sent.t1Ns) - answer.heldNs) / 1e9;
    if (delay < 0 || delay > DELAY_MAX) return 'refused';
    const burst = this.#burst?.peer === peer ? this.#burst : null;
    const keeper = answer.keeper ?? burst?.keeper;
    if (keeper === undefined) return 'refused';
    if (answer.keeper !== null) {
      const verdict = this.#judge(answer.keeper);
      if (verdict !== 'taken') return verdict;
      this.#follow(answer.keeper, peer);
      const { aheadNs, skew, skewError } = answer.keeper;
      this.#course = { atNs: answer.t2Ns, aheadNs, skew, skewError };
      if (this.#discipline.length === 0) this.#baseNs = answer.t2Ns - t4Ns;
    }
    const at = Number(t4Ns) / 1e9;
    this.#bornAt = at - keeper.age;
    const sample = { at, offset: this.#offsetOf(answer, sent.t1Ns, t4Ns), delay, sourceError: 0 };
    const best = burst === null || answer.keeper !== null || delay < burst.best.delay ? sample : burst.best;
    const count = answer.keeper !== null ? 1 : (burst?.count ?? 0) + 1;
    const isOver = this.#discipline.length < SETTLED_SAMPLES || count >= BURST || this.#isQuick(delay);
    this.#burst = isOver ? null : { peer, keeper, best, count };
    if (!isOver) return 'more';
    // This machine was suspended, or the reference was corrected: older samples would outvote all new ones.
    if (this.#isBroken(best)) this.#forgetSamples();
    this.#learn(best);
    return 'taken';
  }

  #isQuick(delay: number): boolean {
    const quickest = 2 * (this.#estimate?.asymmetry ?? 0);
    return delay <= Math.max(QUICK, QUICK_PART * quickest);
  }

  #judge({ isYours, level, uncertainty, ...era }: Keeper): Reception {
    if (isYours || level >= LEVEL_MAX || !Number.isFinite(uncertainty)) return 'refused';
    return era.founder === this.#founder || this.isOutlivedBy(era) ? 'taken' : 'younger';
  }

  #follow(keeper: Keeper, peer: string): void {
    if (keeper.founder !== this.#founder) this.#adopt(keeper);
    // Offsets to the old parent are useless now; our own rate remains valid.
    else if (peer !== this.#followed) this.#forgetSamples(keeper);
    this.#followed = peer;
    this.#isLeading = false;
    this.#level = keeper.level + 1;
    this.#isTraceable = keeper.isTraceable;
    this.#upstream = keeper.uncertainty;
  }

  /** The other counter minus ours in seconds, less the base of comparisons. */
  #offsetOf({ t2Ns, heldNs }: TimeResponse, t1Ns: bigint, t4Ns: bigint): number {
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
    const tolerance = delay / 2 + this.#uncertainty(at);
    return Math.abs(offset - line.offset - line.skew * (at - line.at)) > tolerance + BREAK;
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
    // After a step back, monotonicity starts anew from there.
    if (this.#scale.steps !== steps) this.#lastNs = 0n;
  }

  /**
   * Maps our counter to the reference's, and that to mesh time. Because only uncorrected counters are compared, corrections
   * that ancestors make do not disturb our regression, and apply here with their next response.
   */
  #along({ atNs, aheadNs, skew }: Course, estimate: Estimate, steadyNs: bigint) {
    const { at, offset, skew: own } = estimate;
    const since = Number(steadyNs + this.#baseNs - atNs) / 1e9 + offset;
    const ahead = Number(this.#baseNs + aheadNs - this.#scale.originNs) / 1e9;
    return { at, offset: ahead + offset + skew * since, skew: (1 + own) * (1 + skew) - 1 };
  }

  /** `next`: the peer whose counter is compared with from now on; null: a time server, or unchanged. */
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
