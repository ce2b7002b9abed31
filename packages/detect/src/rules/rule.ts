// A rule: what it is called, when it speaks and why, and the watcher that does the watching.
import type { EventKind, EventOf } from '../events/events.ts';
import type { OutcomeEvent } from './attempts.ts';

export type RuleSeverity = 'info' | 'low' | 'medium' | 'high' | 'critical';

/** The gravest last. */
export const SEVERITIES: readonly RuleSeverity[] = ['info', 'low', 'medium', 'high', 'critical'];

export interface Technique {
  /** Of MITRE ATT&CK for enterprise. */
  readonly id: string;
  readonly name: string;
}

export interface Rule {
  /** `port-scan` */
  readonly id: string;
  /** `Port scan` */
  readonly title: string;
  /** The usual one; a watcher may say another. */
  readonly severity: RuleSeverity;
  readonly technique: Technique | null;
  /** When it speaks, in one sentence with its numbers. */
  readonly threshold: string;
  /** Where the threshold comes from. */
  readonly source: string;
  /** What it keeps quiet about, and why. */
  readonly exemptions: string;
  /** What to do. */
  readonly advice: string;
  readonly watch: (say: Say) => Watcher;
}

/** What a watcher wants to see, by kind of event. */
export type Watcher = { readonly [K in EventKind]?: (event: EventOf<K>) => void } & {
  readonly outcome?: (event: OutcomeEvent) => void;
  /** About once a second of the capture's time. */
  readonly tick?: (now: number) => void;
  /** The capture ends: what was waited for will not come. */
  readonly end?: () => void;
};

export interface Sighting {
  /** The same key is the same finding, seen again. */
  readonly key: string;
  readonly time: number;
  readonly source: string;
  readonly target: string;
  /** One line for people, with the numbers. */
  readonly summary: string;
  readonly severity?: RuleSeverity;
  /** 0 to 1: how sure it is that this is what the title says. */
  readonly confidence: number;
  readonly frames?: readonly number[];
  readonly streams?: readonly number[];
  /** What the summary counts, for programs. */
  readonly facts?: Readonly<Record<string, string | number>>;
}

export type Say = (sighting: Sighting) => void;

export function atLeast(severity: RuleSeverity, least: RuleSeverity): boolean {
  return SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(least);
}
