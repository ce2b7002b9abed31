// The response desk, at the authority: collects suspicions of peers against each other, and responds by policy. Every
// response expires, can be released earlier, and is a line of the audit log.
//
//   suspicions ─► cases ─► policy ─► proven? ─► exempt? ─► room? ─► measure, revocation or block list ─► audit
//       └ refused ─► rule over all peers │              └───────┴─► advice alone
//                                        └► a single repeated accuser: a short trial
//
// A trial redirects the suspect to the decoy for some seconds: if it goes on there, the honeypot is the second witness;
// if not, it is free, and its accuser alone does not count against it again. Without a decoy the suspect is throttled,
// and its accuser alone does not count for three times as long as that lasts.
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
import { AdviceBook } from './advice.ts';
import type { BlockedAddresses } from './blocked.ts';
import { Case } from './case.ts';
import { canonicalAddress, isNoHost } from './exempt.ts';
import { type Answer, type ResponsePolicy, type ResponseRule, ruleFor } from './policy.ts';
import { REFUSED } from './sensor.ts';

/** What peers of an earlier version call a refused connection. */
const FORMER_REFUSED = 'mesh-knock';

/** A response, carried out or only advised. */
export interface Response {
  readonly id: number;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  /** '' if the address belongs to no peer, or to several. */
  readonly peer: string;
  readonly address: string;
  readonly rule: string;
  readonly severity: RuleSeverity;
  readonly summary: string;
  readonly witnesses: readonly string[];
  readonly answer: Answer;
  /** A short trial on the word of a single peer. */
  readonly isTrial: boolean;
  readonly isDone: boolean;
  /** Why it was not carried out; else ''. */
  readonly why: string;
  readonly untilMs: number | null;
}

export interface DeskOptions {
  readonly peer: Peer;
  readonly policy: ResponsePolicy;
  readonly blocked: BlockedAddresses;
  readonly audit: Audit;
}

type Carried = Pick<ResponseRule, 'answer' | 'forMs'>;

const RESPONSES_MAX = 1_000;
const CASES_MAX = 10_000;
/** Trials per hour that a single accuser can cause. */
const ALONE_MAX = 3;
const HOUR_MS = 3_600_000;
const TRIAL_MS = 10_000;
/** Rest after a trial without a decoy, in multiples of its duration: a single accuser can throttle 1/4 of the time. */
const REST_PARTS = 3;
const KNOWN_RULES: ReadonlySet<string> = new Set(RULES.map(({ id }) => id));
const MESH_SCAN = RULES.filter(({ id }) => id === 'mesh-scan');

export class ResponseDesk {
  /** Called with each response. */
  readonly onResponse: ((response: Response) => void)[] = [];
  /** May be replaced: it decides from the next suspicion on. */
  policy: ResponsePolicy;
  readonly #options: DeskOptions;
  readonly #cases = new Map<string, Case>();
  readonly #engine: RuleEngine;
  #responses: Response[] = [];
  readonly #advice = new AdviceBook();
  /** Trials by single accusers, and until when that accuser alone does not count against the same suspect. */
  #alone: { witness: string; subject: string; atMs: number; restsMs: number }[] = [];
  /** End of the present trial, by subject. */
  readonly #trials = new Map<string, number>();
  #nextId = 1;
  #cancel: Cancel = () => {};

  constructor(options: DeskOptions) {
    this.#options = options;
    this.policy = options.policy;
    this.#engine = new RuleEngine({ rules: MESH_SCAN, quietS: 60, onFinding: (each) => this.#found(each) });
    options.peer.suspicions.onSuspicion.push((suspicion) => this.take(suspicion));
  }

  start(): void {
    this.#cancel = every(this.#options.peer.runtime, 1_000, () => this.#tick());
  }

  stop(): void {
    this.#cancel();
  }

  /** Responses, newest first. */
  responses(): readonly Response[] {
    return this.#responses.toReversed();
  }

  /** Ends a measure or a block; returns why that is impossible, or null. */
  release(subject: string, reason: string): string | null {
    const { peer, blocked, audit } = this.#options;
    if (blocked.remove(canonicalAddress(subject))) {
      audit(this.#entry('unblock', subject, reason, null, 'operator'));
      return null;
    }
    return peer.authority!.release(subject, reason, 'operator');
  }

  take(suspicion: Suspicion): void {
    const { rule, witness, peer, severity, confidence, summary } = suspicion;
    const address = canonicalAddress(suspicion.address);
    if (rule === REFUSED || rule === FORMER_REFUSED) {
      const time = this.#nowMs / 1000;
      this.#engine.see({ kind: 'refused', time, frame: 0, address, by: witness });
      return;
    }
    const subject = peer === '' ? address : peer;
    // Invented subjects must not fill the audit log.
    const isSomebody =
      peer === '' ? isIP(address) !== 0 : this.#options.peer.standing.roster.members.has(peer);
    if (!isSomebody || subject === witness || !KNOWN_RULES.has(rule)) return;
    const seen = { rule, witness, severity: severity as RuleSeverity, confidence: confidence / 100, summary };
    this.#evaluate(subject, address, seen);
  }

  /** Handles a finding combined from the reports of many peers. */
  #found({ rule, source, severity, confidence, summary }: Finding): void {
    const subject = this.#peerAt(source) ?? source;
    this.#evaluate(subject, source, { rule, witness: this.#options.peer.id, severity, confidence, summary });
  }

  #evaluate(
    subject: string,
    address: string,
    seen: { rule: string; witness: string; severity: RuleSeverity; confidence: number; summary: string },
  ): void {
    const { policy } = this;
    const { peer } = this.#options;
    const nowMs = peer.runtime.clock.elapsedMs();
    const about = this.#caseOf(subject);
    about.add(seen, nowMs);
    const rule = ruleFor(policy, seen.rule, seen.severity);
    if (rule === null || rule.mode === 'off') return;
    const weight = about.weightOf(seen.rule, policy.witnesses, new Set([peer.id]));
    if (weight === 'weak' || this.#isAnswered(subject, weight)) return;
    const isTrial = weight === 'alone' && rule.mode === 'act';
    // A trial is attributed to its accuser alone, even if others have reported something weaker.
    const witnesses = isTrial
      ? [about.accuserOf(seen.rule)]
      : about.signals.filter((each) => each.rule === seen.rule).map(({ witness }) => witness);
    const carried = isTrial
      ? this.#trialOf(rule, subject)
      : { ...rule, answer: this.#answerOf(rule, subject) };
    const why =
      rule.mode === 'advise'
        ? 'the policy only advises'
        : (this.#objection(subject) ??
          (isTrial ? this.#doubt(subject, witnesses[0]!, carried.answer) : null));
    const problem =
      why ?? this.#do(carried, subject, about, isTrial ? `on trial: ${seen.summary}` : seen.summary);
    if (problem !== null && !this.#advice.take(`${subject} ${seen.rule}`, witnesses, nowMs)) return;
    if (problem === null && isTrial) this.#began(subject, witnesses[0]!, carried.forMs);
    this.#answered({
      ...{ id: this.#nextId++, atMs: this.#nowMs, address, rule: seen.rule, severity: seen.severity },
      ...{ peer: peer.standing.roster.members.has(subject) ? subject : '', summary: seen.summary, witnesses },
      ...{ answer: carried.answer, isTrial, isDone: problem === null, why: problem ?? '' },
      untilMs: problem === null && carried.answer !== 'revoke' ? this.#nowMs + carried.forMs : null,
    });
    if (problem === null) return;
    const action = rule.mode === 'advise' ? 'advise' : 'refuse';
    const entry = this.#entry(action, subject, `${carried.answer}: ${problem}`, null, 'policy');
    this.#options.audit({ ...entry, evidence: about.evidence() });
  }

  /** Carries out the response; returns why that failed, or null. */
  #do({ answer, forMs }: Carried, subject: string, about: Case, summary: string): string | null {
    const { policy } = this;
    const { peer, blocked, audit } = this.#options;
    const authority = peer.authority!;
    const evidence = about.evidence();
    if (answer === 'block') {
      if (!blocked.add(subject, this.#nowMs + forMs, summary)) return 'this is not an address';
      const until = new Date(this.#nowMs + forMs).toISOString();
      audit({ ...this.#entry('block', subject, summary, until, 'policy'), evidence });
      return null;
    }
    if (answer === 'revoke') return authority.revoke(subject, summary, 'policy');
    const to = answer === 'redirect' ? policy.decoy : '';
    return authority.measure(subject, {
      ...{ step: answer, reason: summary, forMs, to, by: 'policy', evidence },
    });
  }

  /** The possible response: an address can only be blocked, and a redirect needs a decoy. */
  #answerOf({ answer }: ResponseRule, subject: string): Answer {
    if (!this.#options.peer.standing.roster.members.has(subject)) return 'block';
    if (answer === 'block') return 'quarantine';
    return answer === 'redirect' && this.policy.decoy === '' ? 'quarantine' : answer;
  }

  /** Why the policy's response is not carried out, or null. */
  #objection(subject: string): string | null {
    const { policy } = this;
    const { peer } = this.#options;
    const { roster } = peer.standing;
    const member = roster.members.get(subject);
    if (policy.exempt.has(subject)) return 'it is exempt';
    if (member?.role === 'authority') return 'it is the authority itself';
    if (member === undefined) {
      if (isNoHost(subject)) return 'it is no host on the network';
      const host = this.#peersAt(subject);
      return host.length > 0 ? `peers of the mesh have this address: ${host.slice(0, 5).join(', ')}` : null;
    }
    const cutOff = [...peer.standing.measures.all().keys()].filter(
      (id) => id !== subject && peer.standing.measures.isCutOff(id),
    );
    const approved = [...roster.members.values()].filter(({ revoked }) => revoked === null).length;
    return cutOff.length + 1 > Math.max(1, policy.shareMax * approved)
      ? 'too many are cut off already'
      : null;
  }

  /** The trial: a redirect to the decoy, where the honeypot observes; without one, throttling. */
  #trialOf({ forMs }: ResponseRule, subject: string): Carried {
    const { policy } = this;
    const { peer } = this.#options;
    const isPeer = peer.standing.roster.members.has(subject);
    const answer = !isPeer ? 'block' : policy.decoy === '' ? 'throttle' : 'redirect';
    return { answer, forMs: answer === 'redirect' ? Math.min(forMs, TRIAL_MS) : forMs };
  }

  /** Why a single accuser does not justify even a trial, or null. */
  #doubt(subject: string, witness: string, answer: Answer): string | null {
    if (answer === 'block') return `only ${witness} says so`;
    const nowMs = this.#nowMs;
    this.#alone = this.#alone.filter(({ atMs, restsMs }) => nowMs < Math.max(atMs + HOUR_MS, restsMs));
    const before = this.#alone.filter((each) => each.witness === witness);
    const own = before.filter((each) => each.subject === subject);
    const isKnown = own.length > 0;
    if (isKnown && (answer === 'redirect' || own.some(({ restsMs }) => nowMs < restsMs)))
      return `${witness} alone has accused it before, and nobody else saw it`;
    const others = new Set(before.map((each) => each.subject)).size;
    return !isKnown && others >= ALONE_MAX ? `${witness} alone has accused too many within an hour` : null;
  }

  #began(subject: string, witness: string, forMs: number): void {
    const atMs = this.#nowMs;
    this.#alone.push({ witness, subject, atMs, restsMs: atMs + (1 + REST_PARTS) * forMs });
    for (const [id, untilMs] of this.#trials) if (untilMs < this.#nowMs) this.#trials.delete(id);
    this.#trials.set(subject, this.#nowMs + forMs);
  }

  /** Whether the subject has its response; a trial does not replace the response to proven evidence. */
  #isAnswered(subject: string, weight: 'proven' | 'alone'): boolean {
    const { peer, blocked } = this.#options;
    const member = peer.standing.roster.members.get(subject);
    if (member?.revoked != null || blocked.has(subject)) return true;
    if (peer.standing.measures.of(subject) === null) return false;
    if (weight === 'alone' || (this.#trials.get(subject) ?? 0) <= this.#nowMs) return true;
    this.#trials.delete(subject);
    return false;
  }

  #answered(response: Response): void {
    this.#responses = [...this.#responses.slice(1 - RESPONSES_MAX), response];
    for (const listener of this.onResponse) listener(response);
  }

  #caseOf(subject: string): Case {
    const known = this.#cases.get(subject) ?? new Case();
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
      for (const { witness, count } of this.#advice.leftOut(peer.runtime.clock.elapsedMs()))
        audit(this.#entry('advise', witness, `${count} more that it said are left out here`, null, 'policy'));
    } catch (error) {
      // A full disk must not end the peer.
      peer.runtime.log('warn', 'the audit could not be written', { message: String(error) });
    }
  }

  /** The peer at an address; null if there is none, or several. */
  #peerAt(address: string): string | null {
    const found = this.#peersAt(address);
    return found.length === 1 ? found[0]! : null;
  }

  #peersAt(address: string): string[] {
    const { directory } = this.#options.peer;
    return [...directory.entries()]
      .filter(({ addresses }) =>
        addresses.some((each) => canonicalAddress(parseAddress(each)?.host ?? '') === address),
      )
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
