// The evidence against one peer or address: witnesses, rules and counts. One weak signal is never enough.
import type { RuleSeverity } from '@eyrie/detect';
import { SEVERITIES } from '@eyrie/detect';
import type { AuditEntry } from '@eyrie/mesh';

export interface Signal {
  readonly rule: string;
  readonly witness: string;
  severity: RuleSeverity;
  /** 0 to 1. */
  confidence: number;
  summary: string;
  /** Distinct sightings, and the time of the last (monotonic milliseconds). */
  times: number;
  lastMs: number;
}

/** Lifetime of a signal. */
const SIGNAL_MS = 10 * 60_000;
/** Sightings closer together count as one. */
const APART_MS = 350;
const SIGNALS_MAX = 64;
/** Minimum confidence and severity for a rule to be acted on. */
const SURE = 0.9;
const HIGH = SEVERITIES.indexOf('high');

export class Case {
  readonly #signals = new Map<string, Signal>();

  get signals(): Signal[] {
    return [...this.#signals.values()];
  }

  add(seen: Omit<Signal, 'times' | 'lastMs'>, nowMs: number): void {
    for (const [key, { lastMs }] of this.#signals) if (nowMs - lastMs > SIGNAL_MS) this.#signals.delete(key);
    const key = `${seen.rule} ${seen.witness}`;
    const known = this.#signals.get(key);
    if (known === undefined) {
      if (this.#signals.size >= SIGNALS_MAX) return;
      this.#signals.set(key, { ...seen, times: 1, lastMs: nowMs });
      return;
    }
    if (SEVERITIES.indexOf(seen.severity) > SEVERITIES.indexOf(known.severity))
      known.severity = seen.severity;
    known.confidence = Math.max(known.confidence, seen.confidence);
    known.summary = seen.summary;
    if (nowMs - known.lastMs < APART_MS) return;
    known.times++;
    known.lastMs = nowMs;
  }

  /**
   * Weighs the evidence for a rule. It needs severity and confidence, and then `witnesses` different peers; evidence
   * combined from many peers, or seen by a trusted witness, needs no other. Repeated reports of one peer may be false:
   * they are no proof, but justify a trial (`alone`).
   *
   * @param trusted witnesses believed alone: this peer itself
   */
  weightOf(rule: string, witnesses: number, trusted: ReadonlySet<string>): 'proven' | 'alone' | 'weak' {
    const strong = this.#strong(rule);
    if (strong.length >= witnesses || strong.some(({ witness }) => trusted.has(witness))) return 'proven';
    return strong.some(({ times }) => times > 1) ? 'alone' : 'weak';
  }

  /** The only accuser, if the weight is `alone`. */
  accuserOf(rule: string): string {
    return this.#strong(rule).find(({ times }) => times > 1)!.witness;
  }

  #strong(rule: string): Signal[] {
    return this.signals.filter(
      (each) => each.rule === rule && each.confidence >= SURE && SEVERITIES.indexOf(each.severity) >= HIGH,
    );
  }

  evidence(): NonNullable<AuditEntry['evidence']> {
    return this.signals.map(({ rule, witness, summary }) => ({ rule, witness, summary }));
  }
}
