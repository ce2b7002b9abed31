// A rule: its documentation, its threshold, and the watcher that implements it.
import type { EventKind, EventOf } from '../events/events.ts';
import type { OutcomeEvent } from './attempts.ts';

export type RuleSeverity = 'info' | 'low' | 'medium' | 'high' | 'critical';

/** In ascending order. */
export const SEVERITIES: readonly RuleSeverity[] = ['info', 'low', 'medium', 'high', 'critical'];

export interface Technique {
  /** A technique of MITRE ATT&CK for Enterprise. */
  readonly id: string;
  readonly name: string;
}

export interface Rule {
  /** `port-scan` */
  readonly id: string;
  /** `Port scan` */
  readonly title: string;
  /** The default; a watcher may report another. */
  readonly severity: RuleSeverity;
  readonly technique: Technique | null;
  /** When it fires: one sentence, with the numbers. */
  readonly threshold: string;
  /** Source of the threshold. */
  readonly source: string;
  /** What the rule ignores, and why. */
  readonly exemptions: string;
  /** Recommended action. */
  readonly advice: string;
  readonly watch: (report: Report) => Watcher;
}

/** A watcher's event handlers, by kind of event. */
export type Watcher = { readonly [K in EventKind]?: (event: EventOf<K>) => void } & {
  readonly outcome?: (event: OutcomeEvent) => void;
  /** Called about once per second of the capture's clock. */
  readonly tick?: (now: number) => void;
  /** Called when the capture ends. */
  readonly end?: () => void;
};

export interface Sighting {
  /** Identifies the finding: the same key is the same finding, seen again. */
  readonly key: string;
  readonly time: number;
  readonly source: string;
  readonly target: string;
  /** One line for people, with the numbers. */
  readonly summary: string;
  readonly severity?: RuleSeverity;
  /** Confidence, 0 to 1. */
  readonly confidence: number;
  readonly frames?: readonly number[];
  readonly streams?: readonly number[];
  /** The numbers in the summary, for programs. */
  readonly facts?: Readonly<Record<string, string | number>>;
}

export type Report = (sighting: Sighting) => void;

export function atLeast(severity: RuleSeverity, least: RuleSeverity): boolean {
  return SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(least);
}
