// Dispatches events to the rules that subscribe to them, and keeps the rules' clock.
import type { DetectEvent } from '../events/events.ts';
import { Attempts, type OutcomeEvent } from './attempts.ts';
import { type Finding, Findings, type FindingsOptions } from './findings.ts';
import { RULES } from './index.ts';
import type { Rule, Watcher } from './rule.ts';

type Handler = (event: never) => void;

export interface DetectorOptions extends FindingsOptions {
  /** Default: all rules. */
  readonly rules?: readonly Rule[];
}

/**
 * Runs rules over a stream of events. The clock is that of the events, so that the same packets give the same findings live
 * and from a file.
 */
export class RuleEngine {
  readonly findings: Findings;
  readonly #handlers = new Map<string, Handler[]>();
  readonly #watchers: Watcher[];
  readonly #attempts: Attempts;
  #second = Number.NaN;

  constructor(options: DetectorOptions = {}) {
    this.findings = new Findings(options);
    this.#watchers = (options.rules ?? RULES).map((rule) =>
      rule.watch((sighting) => this.findings.add(rule, sighting)),
    );
    for (const watcher of this.#watchers)
      for (const [kind, handler] of Object.entries(watcher)) {
        if (kind === 'tick' || kind === 'end') continue;
        this.#handlers.set(kind, [...(this.#handlers.get(kind) ?? []), handler as Handler]);
      }
    this.#attempts = new Attempts((outcome) => this.#dispatch(outcome));
  }

  see(event: DetectEvent): void {
    // Flows and intervals are reported at their end, maybe long after their own time: they do not advance the clock.
    if (event.kind !== 'flow' && event.kind !== 'unusual') this.advance(event.time);
    this.#attempts.see(event);
    this.#dispatch(event);
  }

  /** Advances the clock without an event, for pauses in live traffic. `now` in seconds since 1970. */
  advance(now: number): void {
    const second = Math.floor(now);
    if (second === this.#second) return;
    this.#second = second;
    this.#attempts.tick(now);
    for (const watcher of this.#watchers) watcher.tick?.(now);
  }

  /** Ends the stream of events; returns all findings. */
  end(): Finding[] {
    this.#attempts.end();
    for (const watcher of this.#watchers) watcher.end?.();
    return this.findings.list();
  }

  #dispatch(event: DetectEvent | OutcomeEvent): void {
    const handlers = this.#handlers.get(event.kind);
    if (handlers === undefined) return;
    for (let i = 0; i < handlers.length; i++) handlers[i]!(event as never);
  }
}
