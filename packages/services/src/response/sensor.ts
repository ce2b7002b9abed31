// Applies the intrusion rules for peers to a peer's neighbours, and reports suspicions to the authority. Every peer has
// one, for its own links; a sensor reports and never decides.
import { atLeast, Baseline, type Finding, PEER_FEATURES, PeerRows, RULES, RuleEngine } from '@eyrie/detect';
import { type Cancel, every, hostOf, type Peer } from '@eyrie/mesh';

/** The rules that concern peers. */
const NAMES = ['query-flood', 'join-guessing', 'unusual-behaviour'];
const PEER_RULES = RULES.filter(({ id }) => NAMES.includes(id));
/** Signal for a connection that did not become a link; harmless by itself. */
export const REFUSED = 'refused-connection';
const REPORT_MS = 500;
const MEASURE_MS = 10_000;
/** Interval of reports of refused attempts, per address. */
const REFUSED_MS = 5_000;
const ADDRESSES_MAX = 1_000;
/** Seconds of silence after which a repetition is a new finding. */
const QUIET_S = 60;

export class Sensor {
  readonly engine: RuleEngine;
  readonly baseline = new Baseline(PEER_FEATURES);
  readonly #peer: Peer;
  readonly #rows = new PeerRows();
  readonly #reported = new WeakMap<Finding, number>();
  readonly #refused = new Map<string, number>();
  #measuredMs: number;
  #cancels: Cancel[] = [];

  constructor(peer: Peer) {
    this.#peer = peer;
    this.engine = new RuleEngine({
      rules: PEER_RULES,
      quietS: QUIET_S,
      onFinding: (finding) => this.#report(finding),
    });
    this.#measuredMs = peer.runtime.clock.elapsedMs();
    const { meter } = peer;
    meter.onQuery.push((from) => this.engine.see({ kind: 'query', ...this.#now, peer: from }));
    meter.onJoin.push((address, isSuccess) =>
      this.engine.see({ kind: 'join', ...this.#now, address, isSuccess }),
    );
    meter.onRejected.push((address) => this.#countRefused(hostOf(address)));
  }

  start(): void {
    const { runtime } = this.#peer;
    this.#cancels = [
      every(runtime, REPORT_MS, () => this.#reportAgain()),
      every(runtime, MEASURE_MS, () => this.#measure()),
    ];
  }

  stop(): void {
    for (const cancel of this.#cancels) cancel();
  }

  get #now(): { time: number; frame: number } {
    return { time: this.#peer.runtime.clock.nowMs() / 1000, frame: 0 };
  }

  /** Repeats ongoing suspicions: repeated sightings of a witness count for more. */
  #reportAgain(): void {
    this.engine.advance(this.#now.time);
    for (const finding of this.engine.findings.takeChanged())
      if (finding.count > (this.#reported.get(finding) ?? 0)) this.#report(finding);
  }

  #report(finding: Finding): void {
    this.#reported.set(finding, finding.count);
    const { rule, source, severity, confidence, summary } = finding;
    if (!atLeast(severity, 'medium')) return;
    const isPeer = this.#peer.standing.roster.members.has(source);
    this.#peer.suspicions.report({
      rule,
      severity,
      summary,
      peer: isPeer ? source : '',
      address: isPeer ? '' : source,
      confidence: Math.round(confidence * 100),
    });
  }

  #countRefused(address: string): void {
    const nowMs = this.#peer.runtime.clock.elapsedMs();
    if (nowMs - (this.#refused.get(address) ?? Number.NEGATIVE_INFINITY) < REFUSED_MS) return;
    this.#refused.delete(address);
    this.#refused.set(address, nowMs);
    if (this.#refused.size > ADDRESSES_MAX) this.#refused.delete(this.#refused.keys().next().value!);
    const summary = `${address} made a connection that became no session`;
    this.#peer.suspicions.report({
      ...{ rule: REFUSED, severity: 'info', confidence: 10 },
      ...{ peer: '', address: address.slice(0, 64), summary },
    });
  }

  #measure(): void {
    const nowMs = this.#peer.runtime.clock.elapsedMs();
    const intervalS = Math.max(0.001, (nowMs - this.#measuredMs) / 1000);
    this.#measuredMs = nowMs;
    for (const [peer, traffic] of this.#peer.meter.take()) {
      if (peer === '') continue;
      // Children's own readings; those of other peers are unknown here.
      const reading = this.#peer.skyeye.readingOf(peer) ?? {};
      const cpuShare = (reading['cpu.used'] ?? 0) / 100;
      const sample = { intervalS, ...traffic, cpuShare, latencyMs: reading.latency ?? 0 };
      const evaluated = this.baseline.see(peer, this.#rows.row(peer, sample));
      if (!evaluated.isUnusual) continue;
      const { score, limit, causes } = evaluated;
      this.engine.see({
        ...{ kind: 'unusual', ...this.#now, who: peer, subject: 'peer', score, limit },
        causes,
      });
    }
  }
}
