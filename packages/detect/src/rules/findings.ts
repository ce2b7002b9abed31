// Coalesces reports of the rules: reports with the same key are one finding.

import { Oldest } from './recent.ts';
import { type Rule, type RuleSeverity, SEVERITIES, type Sighting, type Technique } from './rule.ts';

export interface Finding {
  /** Rule and key, hence the same in every run over the same packets. */
  readonly id: string;
  readonly rule: string;
  /** Set if the key recurred after a quiet period: the time of that, in seconds since 1970. */
  readonly againAt?: number;
  readonly title: string;
  severity: RuleSeverity;
  /** 0 to 1. */
  confidence: number;
  source: string;
  target: string;
  /** One line for people. */
  summary: string;
  /** Seconds since 1970. */
  start: number;
  end: number;
  /** Number of reports. */
  count: number;
  readonly technique: Technique | null;
  readonly advice: string;
  /** A selection of packets and conversations to look at. */
  readonly evidence: { frames: number[]; streams: number[] };
  facts: Readonly<Record<string, string | number>>;
}

export interface FindingsOptions {
  /** Called for each finding when it is new and when its severity rises; the object continues to be updated. */
  readonly onFinding?: (finding: Finding) => void;
  /** Findings for which this returns true are dropped. */
  readonly isSilenced?: (finding: Finding) => boolean;
  /** Seconds without a report after which the same key makes a new finding. Default: never. */
  readonly quietS?: number;
}

/** Findings kept; beyond that the least recently seen are evicted and counted. */
const FINDINGS_MAX = 10_000;
const EVIDENCE_MAX = 20;

export class Findings {
  /** Number of findings evicted. */
  dropped = 0;
  silenced = 0;
  readonly #options: FindingsOptions;
  readonly #byKey = new Map<string, Finding>();
  readonly #oldest = new Oldest(this.#byKey, FINDINGS_MAX);
  /** Earlier findings of keys that recurred after a quiet period. */
  #superseded: Finding[] = [];
  /** Findings that are new or updated since `takeChanged`. */
  #changed = new Set<Finding>();

  constructor(options: FindingsOptions = {}) {
    this.#options = options;
  }

  add(rule: Rule, sighting: Sighting): void {
    const key = `${rule.id} ${sighting.key}`;
    const known = this.#byKey.get(key);
    const { quietS = Infinity } = this.#options;
    if (known !== undefined && sighting.time - known.end <= quietS) {
      // In a flood there is a sighting for each packet: once a second is enough to keep the order.
      if (sighting.time > known.end + 1) this.#keep(key, known);
      this.#update(rule, known, sighting);
      return;
    }
    const finding = make(rule, key, sighting, known !== undefined);
    if (this.#options.isSilenced?.(finding) === true) {
      this.silenced++;
      return;
    }
    if (known !== undefined) this.#superseded.push(known);
    this.#keep(key, finding);
    this.#changed.add(finding);
    if (this.#byKey.size + this.#superseded.length > FINDINGS_MAX) this.#evict();
    this.#options.onFinding?.(finding);
  }

  /** Marks a finding as the most recently seen. */
  #keep(key: string, finding: Finding): void {
    this.#byKey.delete(key);
    this.#byKey.set(key, finding);
    this.#oldest.changed();
  }

  #update(rule: Rule, finding: Finding, sighting: Sighting): void {
    const severity = sighting.severity ?? rule.severity;
    const isGraver = SEVERITIES.indexOf(severity) > SEVERITIES.indexOf(finding.severity);
    if (isGraver) finding.severity = severity;
    finding.confidence = Math.max(finding.confidence, sighting.confidence);
    finding.summary = sighting.summary;
    finding.source = sighting.source;
    finding.target = sighting.target;
    finding.start = Math.min(finding.start, sighting.time);
    finding.end = Math.max(finding.end, sighting.time);
    finding.count++;
    this.#changed.add(finding);
    finding.facts = sighting.facts ?? finding.facts;
    gather(finding.evidence.frames, sighting.frames);
    gather(finding.evidence.streams, sighting.streams);
    if (isGraver) this.#options.onFinding?.(finding);
  }

  #evict(): void {
    this.dropped++;
    if (this.#superseded.length > 0) this.#changed.delete(this.#superseded.shift()!);
    else {
      const key = this.#oldest.take();
      this.#changed.delete(this.#byKey.get(key)!);
      this.#byKey.delete(key);
    }
  }

  /** All, the most severe first, then by time. */
  list(): Finding[] {
    return [...this.#superseded, ...this.#byKey.values()].sort(bySeverity);
  }

  /** Those that are new or updated since the last call, in the order of `list`. */
  takeChanged(): Finding[] {
    const changed = [...this.#changed].sort(bySeverity);
    this.#changed.clear();
    return changed;
  }
}

function bySeverity(a: Finding, b: Finding): number {
  return SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity) || a.start - b.start;
}

function make(rule: Rule, key: string, sighting: Sighting, isAgain: boolean): Finding {
  const { time, source, target, summary, confidence, facts = {} } = sighting;
  const evidence = { frames: [] as number[], streams: [] as number[] };
  gather(evidence.frames, sighting.frames);
  gather(evidence.streams, sighting.streams);
  return {
    id: key,
    rule: rule.id,
    ...(isAgain ? { againAt: time } : {}),
    title: rule.title,
    severity: sighting.severity ?? rule.severity,
    confidence,
    source,
    target,
    summary,
    start: time,
    end: time,
    count: 1,
    technique: rule.technique,
    advice: rule.advice,
    evidence,
    facts,
  };
}

function gather(kept: number[], more: readonly number[] = []): void {
  for (const each of more) if (kept.length < EVIDENCE_MAX && !kept.includes(each)) kept.push(each);
}
