// Where the authority is: gathers what peers hold against each other, and answers by policy. Everything it does ends by
// itself, can be ended earlier, and is a line of the audit.
//
//   suspicions ─► cases ─► policy ─► proven? ─► exempt? ─► room? ─► measure, revocation or block list ─► audit
//       └─ knocks ─► rule over all doors                └───────┴─► advice alone
import { isIP } from 'node:net';
import { type Finding, RULES, RuleEngine, type RuleSeverity } from '@eyrie/detect';
import {
  type Audit,
  type AuditEntry,
  type Cancel,
  every,
  type Peer,
  parseAddress,
  type Suspicion,
} from '@eyrie/mesh';
import type { BlockedAddresses } from './blocked.ts';
import { Case } from './case.ts';
import { type Answer, type ResponsePolicy, type ResponseRule, ruleFor } from './policy.ts';
import { KNOCK } from './sensor.ts';

/** What was done, or would be. */
export interface Response {
  readonly id: number;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  /** '' where an address is of no peer, or of more than one. */
  readonly peer: string;
  readonly address: string;
  readonly rule: string;
  readonly severity: RuleSeverity;
  readonly summary: string;
  readonly witnesses: readonly string[];
  readonly answer: Answer;
  readonly isDone: boolean;
  /** Why it was not done; else ''. */
  readonly why: string;
  readonly untilMs: number | null;
}

export interface DeskOptions {
  readonly peer: Peer;
  readonly policy: ResponsePolicy;
  readonly blocked: BlockedAddresses;
  readonly audit: Audit;
}

const RESPONSES_MAX = 1_000;
const CASES_MAX = 10_000;
/** An advice is given once in so long. */
const ADVICE_MS = 10 * 60_000;
/** What one peer alone said has led to so many measures within an hour: after that it needs others. */
const ALONE_MAX = 3;
const HOUR_MS = 3_600_000;
const MESH_SCAN = RULES.filter(({ id }) => id === 'mesh-scan');

export class ResponseDesk {
  /** Told of each response. */
  readonly onResponse: ((response: Response) => void)[] = [];
  readonly #options: DeskOptions;
  readonly #cases = new Map<string, Case>();
  readonly #engine: RuleEngine;
  #responses: Response[] = [];
  readonly #advised = new Map<string, number>();
  #alone: { witness: string; atMs: number }[] = [];
  #nextId = 1;
  #cancel: Cancel = () => {};

  constructor(options: DeskOptions) {
    this.#options = options;
    this.#engine = new RuleEngine({ rules: MESH_SCAN, quietS: 60, onFinding: (each) => this.#found(each) });
    options.peer.suspicions.onSuspicion.push((suspicion) => this.take(suspicion));
  }

  start(): void {
    this.#cancel = every(this.#options.peer.runtime, 1_000, () => this.#tick());
  }

  stop(): void {
    this.#cancel();
  }

  /** The newest first. */
  responses(): readonly Response[] {
    return this.#responses.toReversed();
  }

  /** Ends a measure or a block; why not, or null. */
  release(subject: string, reason: string): string | null {
    const { peer, blocked, audit } = this.#options;
    if (blocked.remove(subject)) {
      audit(this.#entry('unblock', subject, reason, null, 'operator'));
      return null;
    }
    return peer.authority!.release(subject, reason, 'operator');
  }

  take(suspicion: Suspicion): void {
    const { rule, witness, peer, address, severity, confidence, summary } = suspicion;
    if (rule === KNOCK) {
      const time = this.#nowMs / 1000;
      this.#engine.see({ kind: 'knock', time, frame: 0, address, door: witness });
      return;
    }
    const subject = peer === '' ? address : peer;
    // Names and addresses that are nobody's could be made up without end, and would fill the audit.
    const isSomebody =
      peer === '' ? isIP(address) !== 0 : this.#options.peer.standing.roster.members.has(peer);
    if (!isSomebody || subject === witness) return;
    const seen = { rule, witness, severity: severity as RuleSeverity, confidence: confidence / 100, summary };
    this.#judge(subject, address, seen);
  }

  /** What was put together here, of what many said. */
  #found({ rule, source, severity, confidence, summary }: Finding): void {
    const subject = this.#peerAt(source) ?? source;
    this.#judge(subject, source, { rule, witness: this.#options.peer.id, severity, confidence, summary });
  }

  #judge(
    subject: string,
    address: string,
    seen: { rule: string; witness: string; severity: RuleSeverity; confidence: number; summary: string },
  ): void {
    const { peer, policy } = this.#options;
    const nowMs = peer.runtime.clock.elapsedMs();
    const about = this.#caseOf(subject);
    about.add(seen, nowMs);
    const rule = ruleFor(policy, seen.rule, seen.severity);
    if (rule === null || rule.mode === 'off' || this.#isAnswered(subject)) return;
    if (!about.isProven(seen.rule, policy.witnesses, new Set([peer.id]))) return;
    const witnesses = about.signals.filter((each) => each.rule === seen.rule).map(({ witness }) => witness);
    const why = rule.mode === 'advise' ? 'the policy only advises' : this.#objection(subject, witnesses);
    const answer = this.#answerOf(rule, subject);
    const problem = why ?? this.#do(answer, rule, subject, about, seen.summary);
    if (problem !== null && !this.#mayAdvise(subject, seen.rule, nowMs)) return;
    if (problem === null && witnesses.length === 1 && witnesses[0] !== peer.id)
      this.#alone.push({ witness: witnesses[0]!, atMs: this.#nowMs });
    const isPeer = peer.standing.roster.members.has(subject);
    const untilMs = problem === null && answer !== 'revoke' ? this.#nowMs + rule.forMs : null;
    const { severity, summary } = seen;
    this.#answered({
      ...{ id: this.#nextId++, atMs: this.#nowMs, peer: isPeer ? subject : '', address, rule: seen.rule },
      ...{ severity, summary, witnesses, answer, isDone: problem === null, why: problem ?? '', untilMs },
    });
    if (problem !== null)
      this.#options.audit({
        ...this.#entry(
          rule.mode === 'advise' ? 'advise' : 'refuse',
          subject,
          `${answer}: ${problem}`,
          null,
          'policy',
        ),
        evidence: about.evidence(),
      });
  }

  /** Carries it out; why that failed, or null. */
  #do(answer: Answer, rule: ResponseRule, subject: string, about: Case, summary: string): string | null {
    const { peer, policy, blocked, audit } = this.#options;
    const authority = peer.authority!;
    const evidence = about.evidence();
    if (answer === 'block') {
      if (!blocked.add(subject, this.#nowMs + rule.forMs, summary)) return 'this is no address';
      const until = new Date(this.#nowMs + rule.forMs).toISOString();
      audit({ ...this.#entry('block', subject, summary, until, 'policy'), evidence });
      return null;
    }
    if (answer === 'revoke') return authority.revoke(subject, summary, 'policy');
    const to = answer === 'redirect' ? policy.decoy : '';
    return authority.measure(subject, {
      ...{ step: answer, reason: summary, forMs: rule.forMs, to, by: 'policy', evidence },
    });
  }

  /** An address can only be blocked; without a decoy, nobody can be led there. */
  #answerOf({ answer }: ResponseRule, subject: string): Answer {
    if (!this.#options.peer.standing.roster.members.has(subject)) return 'block';
    if (answer === 'block') return 'quarantine';
    return answer === 'redirect' && this.#options.policy.decoy === '' ? 'quarantine' : answer;
  }

  /** Why nothing is done about it though the policy says so, or null. */
  #objection(subject: string, witnesses: readonly string[]): string | null {
    const { peer, policy } = this.#options;
    const { roster } = peer.standing;
    const member = roster.members.get(subject);
    if (policy.exempt.has(subject)) return 'it is exempt';
    if (member?.role === 'authority') return 'it is the authority itself';
    if (member === undefined) {
      const host = this.#peersAt(subject);
      return host.length > 0 ? `peers of the mesh have this address: ${host.slice(0, 5).join(', ')}` : null;
    }
    const cutOff = [...peer.standing.measures.all().keys()].filter((id) =>
      peer.standing.measures.isCutOff(id),
    );
    const approved = [...roster.members.values()].filter(({ revoked }) => revoked === null).length;
    if (cutOff.length + 1 > Math.max(1, policy.shareMax * approved)) return 'too many are cut off already';
    const [alone] = witnesses;
    if (witnesses.length > 1 || alone === peer.id) return null;
    this.#alone = this.#alone.filter(({ atMs }) => this.#nowMs - atMs < HOUR_MS);
    const count = this.#alone.filter(({ witness }) => witness === alone).length;
    return count >= ALONE_MAX ? `${alone} alone has accused too many within an hour` : null;
  }

  #isAnswered(subject: string): boolean {
    const { peer, blocked } = this.#options;
    const member = peer.standing.roster.members.get(subject);
    return blocked.has(subject) || peer.standing.measures.of(subject) !== null || member?.revoked != null;
  }

  #mayAdvise(subject: string, rule: string, nowMs: number): boolean {
    const key = `${subject} ${rule}`;
    if (nowMs - (this.#advised.get(key) ?? Number.NEGATIVE_INFINITY) < ADVICE_MS) return false;
    this.#advised.delete(key);
    this.#advised.set(key, nowMs);
    if (this.#advised.size > CASES_MAX) this.#advised.delete(this.#advised.keys().next().value!);
    return true;
  }

  #answered(response: Response): void {
    this.#responses = [...this.#responses.slice(1 - RESPONSES_MAX), response];
    for (const listener of this.onResponse) listener(response);
  }

  #caseOf(subject: string): Case {
    const known = this.#cases.get(subject) ?? new Case(subject);
    this.#cases.delete(subject);
    this.#cases.set(subject, known);
    if (this.#cases.size > CASES_MAX) this.#cases.delete(this.#cases.keys().next().value!);
    return known;
  }

  #tick(): void {
    this.#engine.advance(this.#nowMs / 1000);
    const { blocked, audit, peer } = this.#options;
    try {
      for (const address of blocked.expire(this.#nowMs))
        audit(this.#entry('unblock', address, 'its time is over', null, 'policy'));
    } catch (error) {
      // A full disk is no reason to end.
      peer.runtime.log('warn', 'an end of a block could not be written', { message: String(error) });
    }
  }

  /** The one peer at an address; null if there is none, or more. */
  #peerAt(address: string): string | null {
    const found = this.#peersAt(address);
    return found.length === 1 ? found[0]! : null;
  }

  #peersAt(address: string): string[] {
    const { directory } = this.#options.peer;
    return [...directory.entries()]
      .filter(({ addresses }) => addresses.some((each) => parseAddress(each)?.host === address))
      .map(({ id }) => id);
  }

  get #nowMs(): number {
    return this.#options.peer.runtime.clock.nowMs();
  }

  #entry(
    action: AuditEntry['action'],
    peer: string,
    reason: string,
    until: string | null,
    by: AuditEntry['by'],
  ): AuditEntry {
    return { time: new Date(this.#nowMs).toISOString(), action, peer, by, reason, until };
  }
}
