// The clock that all peers of a mesh share. The root follows time servers or, where there are none, itself; everybody
// else follows the parent, over the link. No peer's system clock is touched.
import type { LocalClock } from '../host/host-clock.ts';
import { type Comparison, Discipline, type Estimate, SKEW_UNKNOWN } from './discipline.ts';
import { decodeAnswer, decodeQuestion, encodeAnswer, encodeQuestion, type TimeAnswer } from './exchange.ts';
import { Timescale } from './timescale.ts';

/** More links than this to a root are a loop. */
const LEVEL_MAX = 64;
/** Samples after which the line is good enough to be followed without steps. */
const SETTLED_SAMPLES = 8;
/** Seconds between questions: quick at first; then each sample already there makes the next one less urgent, up to 8 s. */
const ASK_QUICK = 0.25;
const ASK_PER_SAMPLE = 0.125;
/** An answer that took longer says too little. */
const DELAY_MAX = 5;

export interface ClockState {
  /** Links to the root; 0: this is the root. */
  readonly level: number;
  readonly root: bigint;
  /** Seconds: mesh time lies within ± this of the root's. Infinity: not yet known. */
  readonly uncertainty: number;
  /** Seconds by which this machine's own clock is ahead of the mesh. */
  readonly wallAhead: number;
  /** Seconds a second by which this machine's steady clock runs too slowly. */
  readonly skew: number;
  readonly steps: number;
}

export class MeshClock {
  readonly #clock: LocalClock;
  readonly #id: bigint;
  readonly #scale: Timescale;
  readonly #discipline = new Discipline();
  #estimate: Estimate | null = null;
  #level = 0;
  #root: bigint;
  /** Of whoever is followed, when last heard. */
  #upstream = 0;
  #isRoot = true;
  #lastNs = 0n;
  /** Marks of questions under way: an answer to none of them is not believed. */
  readonly #asked = new Set<bigint>();

  /** `id`: the first eight bytes of the peer's identity. A clock begins as its own root, at this machine's time. */
  constructor(clock: LocalClock, id: bigint) {
    this.#clock = clock;
    this.#id = id;
    this.#root = id;
    const steady = clock.steadyNs();
    this.#scale = new Timescale(clock.wallNs() - steady, Number(steady) / 1e9);
  }

  /** Mesh time in nanoseconds since 1970. It never runs backwards but in a step (`state().steps`). */
  nowNs(): bigint {
    const now = this.#scale.nowNs(this.#clock.steadyNs());
    if (now > this.#lastNs) this.#lastNs = now;
    return this.#lastNs;
  }

  state(): ClockState {
    const now = this.#steady();
    return {
      level: this.#level,
      root: this.#root,
      uncertainty: this.#uncertainty(now),
      wallAhead: Number(this.#clock.wallNs() - this.nowNs()) / 1e9,
      skew: this.#scale.skew,
      steps: this.#scale.steps,
    };
  }

  /** Takes the lead: the time goes on as it was. With sources, `follow` keeps it right. */
  lead(): void {
    if (this.#isRoot) return;
    this.#isRoot = true;
    this.#level = 0;
    this.#root = this.#id;
    this.#upstream = this.#uncertainty(this.#steady());
    this.#discipline.clear();
    this.#estimate = null;
  }

  /** The root's part: this machine's clock is `offset` seconds behind the truth, ± `distance`, as time servers say. */
  followServers(offset: number, distance: number): void {
    if (!this.#isRoot) return;
    const steadyNs = this.#clock.steadyNs();
    const wallAhead = Number(this.#clock.wallNs() - steadyNs - this.#scale.originNs) / 1e9;
    this.#upstream = 0;
    const at = Number(steadyNs) / 1e9;
    this.#learn({ at, offset: wallAhead + offset, delay: 2 * distance, sourceError: 0 });
  }

  /** Seconds until the parent should be asked again. */
  get askAfter(): number {
    const { length } = this.#discipline;
    return length < SETTLED_SAMPLES ? ASK_QUICK : ASK_PER_SAMPLE * length;
  }

  /** A question for the parent. */
  ask(): Uint8Array {
    const now = this.#clock.steadyNs();
    // A link that swallows questions must not make us keep their marks for ever.
    if (this.#asked.size >= SETTLED_SAMPLES) this.#asked.clear();
    this.#asked.add(now);
    return encodeQuestion(now);
  }

  /** The answer to a question that came at mesh time `cameNs`; null to what is none. */
  answer(question: Uint8Array, cameNs: bigint): Uint8Array | null {
    const t1Ns = decodeQuestion(question);
    if (t1Ns === null) return null;
    const uncertainty = this.#uncertainty(this.#steady());
    const t3Ns = this.nowNs();
    const t2Ns = cameNs < t3Ns ? cameNs : t3Ns;
    return encodeAnswer({ t1Ns, t2Ns, t3Ns, uncertainty, level: this.#level, root: this.#root });
  }

  /** What the parent answered. False: not believed. */
  hear(bytes: Uint8Array): boolean {
    const steadyNs = this.#clock.steadyNs();
    const answer = decodeAnswer(bytes);
    if (answer === null || !this.#asked.delete(answer.t1Ns)) return false;
    if (answer.level >= LEVEL_MAX || !Number.isFinite(answer.uncertainty)) return false;
    const delay = Number(steadyNs - answer.t1Ns - (answer.t3Ns - answer.t2Ns)) / 1e9;
    if (delay < 0 || delay > DELAY_MAX) return false;
    // Another root keeps another time: what was learnt of the old one's offset would mislead.
    if (this.#isRoot || answer.root !== this.#root) this.#restart();
    this.#isRoot = false;
    this.#level = answer.level + 1;
    this.#root = answer.root;
    this.#upstream = answer.uncertainty;
    const offset = this.#offsetOf(answer, steadyNs);
    this.#learn({ at: Number(steadyNs) / 1e9, offset, delay, sourceError: answer.uncertainty });
    return true;
  }

  #offsetOf({ t1Ns, t2Ns, t3Ns }: TimeAnswer, t4Ns: bigint): number {
    const origin = this.#scale.originNs;
    return (Number(t2Ns - t1Ns - origin) + Number(t3Ns - t4Ns - origin)) / 2e9;
  }

  #learn(sample: Comparison): void {
    this.#discipline.add(sample);
    this.#estimate = this.#discipline.estimate(sample.at);
    const { steps } = this.#scale;
    this.#scale.follow(this.#estimate!, this.#discipline.length < SETTLED_SAMPLES);
    // After a step back the time goes on from where it was set.
    if (this.#scale.steps !== steps) this.#lastNs = 0n;
  }

  #restart(): void {
    this.#discipline.clear();
    this.#estimate = null;
  }

  #uncertainty(now: number): number {
    const estimate = this.#estimate;
    if (estimate === null) return this.#isRoot ? this.#upstream : Number.POSITIVE_INFINITY;
    const { at, offsetError, skewError, asymmetry } = estimate;
    const drift = Math.min(skewError, SKEW_UNKNOWN) * Math.max(0, now - at);
    const slewing = Math.abs(this.#scale.correction(now));
    return this.#upstream + asymmetry + 2 * offsetError + drift + slewing;
  }

  #steady(): number {
    return Number(this.#clock.steadyNs()) / 1e9;
  }
}
