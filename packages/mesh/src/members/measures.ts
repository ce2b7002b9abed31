// Measures against a misbehaving peer, for a limited time: throttling, quarantine, or redirection to a decoy. The
// authority signs them into the list of members, so they spread like a revocation; they end by themselves or earlier by
// a release. A peer that is cut off does not learn of it from the list: its links are closed first.

import { peerId } from '../identity/names.ts';
import type { Cancel, Runtime } from '../runtime.ts';
import { text, varint } from '../wire/schema.ts';

/** `throttle`: fewer answers. `quarantine`: no links. `redirect`: no links, and referred to a decoy. */
export const STEPS = ['throttle', 'quarantine', 'redirect'] as const;
export type Step = (typeof STEPS)[number];

export const measureFields = {
  id: peerId,
  step: text(16, /^(throttle|quarantine|redirect)$/),
  reason: text(200),
  atMs: varint(),
  untilMs: varint(),
  /** Of a redirect: HOST:PORT of the decoy. */
  to: text(128),
};

export interface Measure {
  readonly step: Step;
  readonly reason: string;
  readonly atMs: number;
  readonly untilMs: number;
  readonly to: string;
}

/** Maximum delay of a system timer; longer waits set it again. */
const WAIT_MS_MAX = 2 ** 31 - 1;

export type MeasureListener = (id: string, measure: Measure | null, before: Measure | null) => void;

/** The measures in force now, by this peer's clock. */
export class Measures {
  /** Called when a measure began, changed or ended (null). */
  readonly onChange: MeasureListener[] = [];
  readonly #runtime: Runtime;
  /** This peer's own id: measures against itself are ignored. */
  readonly #self: string;
  #signed: ReadonlyMap<string, Measure> = new Map();
  readonly #inForce = new Map<string, Measure>();
  #cancel: Cancel = () => {};

  constructor(runtime: Runtime, self: string, signed: ReadonlyMap<string, Measure>) {
    this.#runtime = runtime;
    this.#self = self;
    this.take(signed);
  }

  of(id: string): Measure | null {
    return this.#inForce.get(id) ?? null;
  }

  /** Whether links with a peer and everything from it are refused. */
  isCutOff(id: string): boolean {
    const step = this.#inForce.get(id)?.step;
    return step === 'quarantine' || step === 'redirect';
  }

  all(): ReadonlyMap<string, Measure> {
    return this.#inForce;
  }

  /** Applies the measures of a new list of members. */
  take(signed: ReadonlyMap<string, Measure>): void {
    if (signed === this.#signed) return;
    this.#signed = signed;
    this.#settle();
  }

  #settle(): void {
    this.#cancel();
    const nowMs = this.#runtime.clock.nowMs();
    const changes: [string, Measure | null, Measure | null][] = [];
    let nextMs = Infinity;
    for (const [id, measure] of this.#signed) {
      if (id === this.#self || measure.untilMs <= nowMs) continue;
      nextMs = Math.min(nextMs, measure.untilMs);
      const before = this.#inForce.get(id) ?? null;
      if (before !== measure) changes.push([id, measure, before]);
    }
    for (const [id, before] of this.#inForce) {
      const signed = this.#signed.get(id);
      if (signed === undefined || signed.untilMs <= nowMs) changes.push([id, null, before]);
    }
    for (const [id, measure] of changes) {
      if (measure === null) this.#inForce.delete(id);
      else this.#inForce.set(id, measure);
    }
    if (nextMs < Infinity)
      this.#cancel = this.#runtime.clock.after(Math.min(nextMs - nowMs, WAIT_MS_MAX), () => this.#settle());
    for (const [id, measure, before] of changes)
      for (const listener of this.onChange) listener(id, measure, before);
  }
}

/** Describes a measure for refusals and logs. */
export function measureText(id: string, { step, untilMs, reason }: Measure): string {
  const until = new Date(untilMs).toISOString().slice(0, 19);
  return `${id} is in ${step === 'throttle' ? 'restraint' : 'quarantine'} until ${until}Z: ${reason || 'no reason given'}`;
}
