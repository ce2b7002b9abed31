// What the rules say, coalesced: the same key is one finding, however often it is seen.
import { type Rule, type RuleSeverity, SEVERITIES, type Sighting, type Technique } from './rule.ts';

export interface Finding {
  /** The rule and its key: the same in every run over the same packets. */
  readonly id: string;
  readonly rule: string;
  /** Only where it came back after quiet: when, in seconds since 1970. */
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
  /** How often the rule spoke. */
  count: number;
  readonly technique: Technique | null;
  readonly advice: string;
  /** Packets and conversations to look at: a choice, not all. */
  readonly evidence: { frames: number[]; streams: number[] };
  facts: Readonly<Record<string, string | number>>;
}

export interface FindingsOptions {
  /** Told of each finding when it is new and when it grew graver; what it is given grows on. */
  readonly onFinding?: (finding: Finding) => void;
  /** Findings for which it says true are not kept, and not told of. */
  readonly isSilenced?: (finding: Finding) => boolean;
  /** Seconds of quiet after which the same key is a new finding. */
  readonly quietS?: number;
}

/** Findings kept; then those that were seen last longest ago make room, and are counted. */
const FINDINGS_MAX = 10_000;
const EVIDENCE_MAX = 20;

export class Findings {
  /** Findings that had to make room. */
  dropped = 0;
  silenced = 0;
  readonly #options: FindingsOptions;
  readonly #byKey = new Map<string, Finding>();
  /** Of keys that were quiet for long and came again. */
  #over: Finding[] = [];

  constructor(options: FindingsOptions = {}) {
    this.#options = options;
  }

  add(rule: Rule, sighting: Sighting): void {
    const key = `${rule.id} ${sighting.key}`;
    const known = this.#byKey.get(key);
    const { quietS = Infinity } = this.#options;
    if (known !== undefined && sighting.time - known.end <= quietS) {
      this.#again(rule, known, sighting);
      return;
    }
    if (known !== undefined) this.#over.push(known);
    const finding = make(rule, key, sighting, known !== undefined);
    if (this.#options.isSilenced?.(finding) === true) {
      this.silenced++;
      return;
    }
    this.#byKey.delete(key);
    this.#byKey.set(key, finding);
    if (this.#byKey.size + this.#over.length > FINDINGS_MAX) this.#makeRoom();
    this.#options.onFinding?.(finding);
  }

  #again(rule: Rule, finding: Finding, sighting: Sighting): void {
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
    finding.facts = sighting.facts ?? finding.facts;
    gather(finding.evidence.frames, sighting.frames);
    gather(finding.evidence.streams, sighting.streams);
    if (isGraver) this.#options.onFinding?.(finding);
  }

  #makeRoom(): void {
    this.dropped++;
    if (this.#over.length > 0) this.#over.shift();
    else this.#byKey.delete(this.#byKey.keys().next().value!);
  }

  /** The gravest first, then the earliest. */
  list(): Finding[] {
    return [...this.#over, ...this.#byKey.values()].sort(
      (a, b) => SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity) || a.start - b.start,
    );
  }
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
