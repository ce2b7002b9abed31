// The evidence against one peer or address: who saw what, how often. One weak signal is never enough.
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
  /** Sightings that lie apart, and when the last of them was (elapsed milliseconds). */
  times: number;
  lastMs: number;
}

/** What is older says nothing any more. */
const SIGNAL_MS = 10 * 60_000;
/** Closer together, two sightings are one. */
const APART_MS = 350;
const SIGNALS_MAX = 64;
/** So sure, and at least so grave, a rule must be to be believed of few. */
const SURE = 0.9;
const GRAVE = SEVERITIES.indexOf('high');

export class Case {
  readonly subject: string;
  readonly #signals = new Map<string, Signal>();

  constructor(subject: string) {
    this.subject = subject;
  }

  get signals(): Signal[] {
    return [...this.#signals.values()];
  }

  get lastMs(): number {
    return Math.max(...this.signals.map(({ lastMs }) => lastMs));
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
   * Is it enough to act on what this rule says? It has to be grave and sure. Then so many different peers must have seen
   * it; what was put together from many, or is seen here, needs no other. What one says again and again is no proof, as
   * it may be a lie, but reason enough to look: `alone`.
   *
   * @param trusted witnesses that are believed alone: this peer itself
   */
  weightOf(rule: string, witnesses: number, trusted: ReadonlySet<string>): 'proven' | 'alone' | 'weak' {
    const strong = this.#strong(rule);
    if (strong.length >= witnesses || strong.some(({ witness }) => trusted.has(witness))) return 'proven';
    return strong.some(({ times }) => times > 1) ? 'alone' : 'weak';
  }

  /** Where the weight is `alone`: who says so again and again. */
  accuserOf(rule: string): string {
    return this.#strong(rule).find(({ times }) => times > 1)!.witness;
  }

  #strong(rule: string): Signal[] {
    return this.signals.filter(
      (each) => each.rule === rule && each.confidence >= SURE && SEVERITIES.indexOf(each.severity) >= GRAVE,
    );
  }

  evidence(): NonNullable<AuditEntry['evidence']> {
    return this.signals.map(({ rule, witness, summary }) => ({ rule, witness, summary }));
  }
}
