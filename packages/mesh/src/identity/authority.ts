// The authority of a mesh: decides who is a member, signs the list of members, and issues certificates for a day. It runs inside
// one peer, and its key lies in that peer's folder.

import { createPublicKey, type KeyObject } from 'node:crypto';
import { isAddress } from '../link/address.ts';
import type { Step } from '../members/measures.ts';
import { Roster } from '../members/roster.ts';
import type { Change, Member } from '../members/roster-state.ts';
import type { Audit, AuditEntry } from '../peer/audit.ts';
import type { Storage } from '../peer/storage.ts';
import { Pace, type Runtime } from '../runtime.ts';
import {
  CertificateError,
  type Issuer,
  isRoot,
  issueLeaf,
  LEAF_HOURS,
  newIntermediate,
  newRoot,
  readRequest,
  rootBeginsMs,
  rootExpiresMs,
  rootKey,
} from './certificate.ts';
import { EnrolmentDesk } from './desk.ts';
import type { EnrolAnswer, EnrolRequest } from './enrolment.ts';
import { hex, keyFingerprint, publicKeyObject, sha256 } from './keys.ts';
import type { Role } from './names.ts';
import { Rivals } from './rivals.ts';
import type { Source } from './source.ts';

/**
 * How soon an admission is signed, and how often while there are many: the applicant waits for it, and everything signed
 * meanwhile is sent together, at the pace of the links (switchboard.ts).
 */
const GATHER_MS = 20;
const BUSY_GATHER_MS = 25;
/** After the disk was full. */
const AGAIN_MS = 10_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const ROOT_WARN_MS = 90 * DAY_MS;
export const MEASURE_MS_MAX = 30 * DAY_MS;
const LEFT = 'left for good';

/** A measure against a peer, its duration, and who decided on it. */
export interface Decision extends Partial<Pick<AuditEntry, 'evidence'>> {
  step: Step;
  reason: string;
  forMs: number;
  /** Of a redirect: HOST:PORT of the decoy. */
  to?: string;
  by: AuditEntry['by'];
}

export interface AuthorityOptions {
  runtime: Runtime;
  storage: Storage;
  rootKey: KeyObject;
  roster: Roster;
  leafHours?: number;
}

export class Authority {
  readonly desk: EnrolmentDesk;
  /** Keeps a new state of the list of members on disk; if it throws, nothing was decided. */
  keep: (roster: Roster) => void = () => {};
  /** A new state of the list of members, to be spread. */
  onRoster: (roster: Roster) => void = () => {};
  /** A new group key, whose hash is in the list already. */
  onGroupKey: (epoch: number, key: Uint8Array) => void = () => {};
  /** Called with each decision about a peer, by whichever authority. */
  audit: Audit = () => {};
  readonly #runtime: Runtime;
  readonly #storage: Storage;
  readonly #leafHours: number;
  #rootKey: KeyObject;
  #roster: Roster;
  /** Why it can decide nothing. */
  #objection: string | null = null;
  #warnedMs = Number.NEGATIVE_INFINITY;
  #gathered: Change[] = [];
  #whenSigned: (() => void)[] = [];
  readonly #pace: Pace;
  readonly #rivals: Rivals;

  constructor({ runtime, storage, rootKey, roster, leafHours = LEAF_HOURS }: AuthorityOptions) {
    this.#runtime = runtime;
    this.#storage = storage;
    this.#rootKey = rootKey;
    this.#roster = roster;
    this.#leafHours = leafHours;
    this.desk = new EnrolmentDesk(runtime, storage);
    this.#pace = new Pace(runtime.clock, GATHER_MS, BUSY_GATHER_MS, () => this.#signGathered());
    this.#rivals = new Rivals(runtime, {
      roster: () => this.#roster,
      sign: (changes, base, otherEpoch) => this.#signWithNewKey(changes, base, otherEpoch),
    });
    this.look();
  }

  /** Warns, once a day, that the root or the intermediate expires soon: to be called now and then. */
  look(): void {
    const nowMs = this.#runtime.clock.nowMs();
    const leftMs = rootExpiresMs(this.#roster.roots.at(-1)!) - nowMs;
    if (leftMs >= ROOT_WARN_MS || Math.abs(nowMs - this.#warnedMs) < DAY_MS) return;
    this.#warnedMs = nowMs;
    const message =
      leftMs > 0
        ? 'the authority of this mesh expires soon: run "eyrie mesh ca rotate"'
        : 'the authority of this mesh has expired, no certificate of it counts: run "eyrie mesh ca rotate"';
    this.#runtime.log('warn', message, { days: Math.floor(leftMs / DAY_MS) });
  }

  get roster(): Roster {
    return this.#roster;
  }

  /**
   * Founds a mesh: its root, and the first peer, which holds it.
   *
   * @param hasIntermediate the root issues an intermediate that signs from then on; the root's key is not needed again
   * until the intermediate is replaced
   */
  static found(
    runtime: Runtime,
    mesh: string,
    first: { id: string; publicKey: Uint8Array },
    groupKey: Uint8Array,
    hasIntermediate = false,
  ): { rootKey: KeyObject; offlineKey: KeyObject | null; beginning: Roster; roster: Roster } {
    const atMs = runtime.clock.nowMs();
    const root = newRoot(mesh, atMs, hasIntermediate ? 1 : 0);
    const { key, certificate } = root;
    const beginning = Roster.sign(null, [{ kind: 'found', mesh, root: certificate, atMs }], key);
    const working = hasIntermediate ? newIntermediate(mesh, root, atMs) : root;
    const changes: Change[] = [
      ...(hasIntermediate ? [newRootChange(beginning, working.certificate, key)] : []),
      { kind: 'admit', ...first, role: 'authority', atMs },
      { kind: 'group', epoch: 1, keyHash: sha256(groupKey) },
    ];
    const roster = Roster.sign(beginning, changes, working.key);
    return { rootKey: working.key, offlineKey: hasIntermediate ? key : null, beginning, roster };
  }

  /** @param source of the request, for the limit on guesses; null: the source is unknown, so only a renewal is possible */
  async enrol({ request, token }: EnrolRequest, source: Source | null): Promise<EnrolAnswer> {
    let requested: { id: string; publicKey: Uint8Array };
    try {
      requested = readRequest(request);
    } catch (error) {
      if (!(error instanceof CertificateError)) throw error;
      if (source === null) return denied(error.message);
      if (!this.desk.mayTry(source)) return denied('too many wrong tries from there: wait a minute');
      return this.#refuse(source, error.message);
    }
    if (this.#objection !== null) return denied(this.#objection);
    const { id, publicKey } = requested;
    const member = this.#roster.approved(id);
    // A renewal, or the same request again because the answer was lost: the key was proved by the request's signature.
    if (member !== null && Buffer.compare(member.publicKey, publicKey) === 0)
      return this.#admitted(id, publicKey);
    if (source === null) return denied('this peer is not in the mesh');
    // Checked after renewals, so that guesses by others cannot keep members from renewing.
    if (!this.desk.mayTry(source)) return denied('too many wrong tries from there: wait a minute');
    const objection = this.#objectionTo(id, publicKey);
    if (objection !== null) return this.#refuse(source, objection);
    const verdict = this.desk.judge({ id, publicKey, token, request, source });
    if (verdict.kind === 'denied') return this.#refuse(source, verdict.reason);
    if (verdict.kind === 'pending') return { kind: 'pending' };
    await this.#admit(id, publicKey, verdict.role);
    return this.#admitted(id, publicKey);
  }

  /** Approves a peer that waits, by its name. It gets its certificate when it asks again. */
  async approve(id: string, role: Role = 'peer'): Promise<string | null> {
    const waiting = this.desk.waiting.find((each) => each.id === id);
    if (waiting === undefined) return `no application of ${id} is pending`;
    const publicKey = Buffer.from(waiting.publicKey, 'hex');
    // Things may have changed since it began to wait.
    const objection = this.#objectionTo(id, publicKey);
    if (objection !== null) return objection;
    this.desk.take(id);
    await this.#admit(id, publicKey, role);
    return null;
  }

  /** Revokes a peer at once, in the list of members: all peers close their links with it, and the group gets a new key. */
  revoke(id: string, reason: string, by: AuditEntry['by'] = 'operator'): string | null {
    if (this.#roster.members.get(id)?.revoked != null) return `${id} was revoked already`;
    if (this.#roster.approved(id) === null) return `there is no peer ${id} that is approved`;
    if (this.#roster.authority?.id === id) return `${id} is the authority itself`;
    if (this.desk.forget(id))
      this.#runtime.log('warn', 'the invitation by which it came is void for all', { peer: id });
    this.#revoke(id, reason, by);
    this.#runtime.log('info', 'peer revoked', { peer: id, reason });
    return null;
  }

  /** Revokes a member that leaves for good; the invitation by which it came stays good for others. Returns what is wrong, or null. */
  revokeLeaving(id: string): string | null {
    if (this.#roster.approved(id) === null) return `there is no peer ${id} that is approved`;
    if (this.#roster.authority?.id === id) return `${id} is the authority itself`;
    this.desk.voidApprovals(id);
    this.#revoke(id, LEFT, 'itself');
    this.#runtime.log('info', 'peer left for good', { peer: id });
    return null;
  }

  #revoke(id: string, reason: string, by: AuditEntry['by']): void {
    const atMs = this.#runtime.clock.nowMs();
    this.#signWithNewKey([{ kind: 'revoke', id, reason: reason.slice(0, 60), atMs }]);
    this.#note('revoke', id, { reason, by }, null);
  }

  /** Throttles, quarantines or redirects a peer for a time. Returns why that is not possible, or null. */
  measure(id: string, decision: Decision): string | null {
    const { step, reason, forMs, to = '' } = decision;
    const member = this.#roster.approved(id);
    if (member === null) return `there is no peer ${id} that is approved`;
    if (member.role === 'authority') return `${id} is the authority itself: it would lock itself out`;
    if (!(forMs > 0 && forMs <= MEASURE_MS_MAX)) return 'the time must be above 0, 30 days at most';
    if (step === 'redirect' && !isAddress(to)) return 'the decoy is missing: write HOST:PORT';
    const atMs = this.#runtime.clock.nowMs();
    const untilMs = Math.round(atMs + forMs);
    this.#sign([{ kind: 'measure', id, step, reason: reason.slice(0, 60), atMs, untilMs, to }]);
    this.#runtime.log('info', `peer under ${step}`, { peer: id, reason, seconds: Math.round(forMs / 1000) });
    this.#note(step, id, decision, new Date(untilMs).toISOString());
    return null;
  }

  /** Ends the measure against a peer. */
  release(id: string, reason: string, by: AuditEntry['by']): string | null {
    const measure = this.#roster.measures.get(id);
    const atMs = this.#runtime.clock.nowMs();
    if (measure === undefined || measure.untilMs <= atMs) return `no measure is in force against ${id}`;
    this.#sign([{ kind: 'release', id, atMs }]);
    this.#runtime.log('info', 'peer released', { peer: id, reason });
    this.#note('release', id, { reason, by }, null);
    return null;
  }

  #note(
    action: AuditEntry['action'],
    peer: string,
    { reason, by, evidence }: Pick<AuditEntry, 'reason' | 'by' | 'evidence'>,
    until: string | null,
  ): void {
    const time = new Date(this.#runtime.clock.nowMs()).toISOString();
    const entry: AuditEntry = { time, action, peer, by, reason, until };
    this.audit(evidence === undefined ? entry : { ...entry, evidence });
  }

  /**
   * A second root besides the one there is; certificates are issued by it from now on.
   *
   * @param keep its key, on disk when this returns: then the list names it
   * @param offlineKey of the root, where that has issued an intermediate: another is made
   * @throws CertificateError if that key is missing, or another
   */
  rotate(keep: (key: KeyObject) => void, offlineKey: KeyObject | null = null): void {
    const { mesh, beginning } = this.#roster;
    const nowMs = this.#runtime.clock.nowMs();
    const isUnderRoot = !isRoot(this.#roster.roots.at(-1)!);
    if (isUnderRoot && (offlineKey === null || !createPublicKey(offlineKey).equals(rootKey(beginning))))
      throw new CertificateError('this takes the key of the root, that lies elsewhere: --root-key FILE');
    const { key, certificate } =
      isUnderRoot && offlineKey !== null
        ? newIntermediate(mesh, { key: offlineKey, certificate: beginning }, nowMs)
        : newRoot(mesh, nowMs);
    keep(key);
    // Pending changes are signed by the old root first: the endorsement is bound to the state right before it.
    this.#sign([]);
    const change = newRootChange(this.#roster, certificate, this.#rootKey);
    const before = this.#rootKey;
    this.#rootKey = key;
    try {
      this.#sign([change]);
    } catch (error) {
      this.#rootKey = before;
      throw error;
    }
  }

  /** A third root makes the oldest one void, and with it the certificates that peers have of it. */
  whyNotRotate(): string | null {
    const [oldest, newest] = this.#roster.roots;
    // The root of an intermediate issues nothing to peers.
    if (newest === undefined || (isRoot(oldest!) && !isRoot(newest))) return null;
    const leftHours = this.#hoursOfOlder();
    return leftHours > 0
      ? `the root was changed already, and peers have certificates of the one before for ${leftHours} hours yet: wait, or say --now`
      : null;
  }

  /** For so long peers may have a certificate of the root before the newest. */
  #hoursOfOlder(): number {
    const ageMs = this.#runtime.clock.nowMs() - rootBeginsMs(this.#roster.roots.at(-1)!);
    return Math.ceil(this.#leafHours - ageMs / HOUR_MS);
  }

  /** Stops trusting the older root: when all have certificates of the newer one, or at once if its key was stolen. */
  retire(isAtOnce = false): string | null {
    if (this.#roster.roots.length < 2) return 'there is only one root: rotate first';
    const leftHours = this.#hoursOfOlder();
    if (!isAtOnce && leftHours > 0)
      return `peers that are away have certificates of the old root for ${leftHours} hours yet: wait, or say --now`;
    this.#sign([{ kind: 'retire', fingerprint: sha256(this.#roster.roots[0]!) }]);
    return null;
  }

  /** It ends with its issuer, if not before. */
  issue(id: string, publicKey: Uint8Array): Buffer {
    const certificate = this.#roster.roots.at(-1)!;
    const nowMs = this.#runtime.clock.nowMs();
    const leftHours = (rootExpiresMs(certificate) - nowMs) / HOUR_MS;
    const leafHours = Math.min(this.#leafHours, Math.max(0, leftHours));
    const issuer: Issuer = { mesh: this.#roster.mesh, key: this.#rootKey, certificate, leafHours };
    return issueLeaf(issuer, id, publicKeyObject(publicKey), nowMs);
  }

  #admitted(id: string, publicKey: Uint8Array): EnrolAnswer {
    const beginning = this.#storage.read('authority/beginning')!;
    const roots = this.#roster.rootChain.slice();
    return { kind: 'admitted', certificate: this.issue(id, publicKey), beginning, roots };
  }

  #admit(id: string, publicKey: Uint8Array, role: Role): Promise<void> {
    this.#gathered.push({ kind: 'admit', id, publicKey, role, atMs: this.#runtime.clock.nowMs() });
    this.#runtime.log('info', 'peer admitted', {
      peer: id,
      role,
      key: keyFingerprint(publicKey).slice(0, 16),
    });
    return new Promise((resolve) => {
      this.#whenSigned.push(resolve);
      this.#pace.soon();
    });
  }

  /** Why this key cannot be admitted under this name, or null. */
  #objectionTo(id: string, publicKey: Uint8Array): string | null {
    if (this.#roster.revokedKeys.has(hex(publicKey))) return 'this key was revoked: make a new one';
    const holder = this.#roster.approved(id);
    if (
      (holder !== null && Buffer.compare(holder.publicKey, publicKey) !== 0) ||
      this.#isGathered(id, publicKey)
    )
      return `the name ${id} is taken by another key: choose another, or revoke it first`;
    // Otherwise a peer revoked under one name would stay under the other.
    const isOther = (each: Member) => each.id !== id && each.revoked === null;
    for (const other of this.#roster.members.values())
      if (
        other.publicKey[0] === publicKey[0] &&
        isOther(other) &&
        Buffer.compare(other.publicKey, publicKey) === 0
      )
        return `this key is that of ${other.id}: a peer has one name`;
    return null;
  }

  #isGathered(id: string, publicKey: Uint8Array): boolean {
    return this.#gathered.some(
      (each) => each.kind === 'admit' && each.id === id && hex(each.publicKey) !== hex(publicKey),
    );
  }

  /** A newer list that others had: the one here is an old copy. */
  follow(roster: Roster): void {
    if (roster.version <= this.#roster.version) return;
    const fields = { before: this.#roster.version, now: roster.version };
    this.#runtime.log(
      'warn',
      'others had a newer list of members: an old copy of this folder was put back',
      fields,
    );
    this.#roster = roster;
    const newest = rootKey(roster.roots.at(-1)!);
    if (createPublicKey(this.#rootKey).equals(newest)) return;
    this.#objection =
      'the root of this mesh was changed after this copy of the authority was made: put back a newer one';
    this.#runtime.log('warn', this.#objection, {});
  }

  /** Others have a list that this authority signed, too, but that does not follow on the one here: makes one of both. */
  merge(theirs: Roster): void {
    // With an objection it signs nothing.
    if (this.#objection === null) this.#rivals.merge(theirs);
  }

  /** Removed members must not read on; and two lists may have given different keys the same number. */
  #signWithNewKey(changes: readonly Change[], base = this.#roster, otherEpoch = 0): void {
    const key = this.#runtime.random.bytes(32);
    const epoch = Math.max(this.#roster.group?.epoch ?? 0, otherEpoch) + 1;
    this.#sign([...changes, { kind: 'group', epoch, keyHash: sha256(key) }], base);
    this.onGroupKey(epoch, key);
  }

  /** Applicants wait for it: what cannot be stored now is tried again. */
  #signGathered(): void {
    try {
      this.#sign([]);
    } catch (error) {
      const { message } = error as Error;
      this.#runtime.log('warn', 'an admission could not be written, and is tried again', { message });
      this.#runtime.clock.after(AGAIN_MS, () => this.#pace.soon());
    }
  }

  #sign(changes: readonly Change[], base = this.#roster): void {
    if (this.#objection !== null) throw new CertificateError(this.#objection);
    const all = [...this.#gathered, ...changes];
    if (all.length > 0) {
      const roster = Roster.sign(base, all, this.#rootKey);
      this.keep(roster);
      this.#gathered = [];
      this.#roster = roster;
      this.onRoster(roster);
    }
    const whenSigned = this.#whenSigned;
    this.#whenSigned = [];
    for (const done of whenSigned) done();
  }

  #refuse(source: Source, reason: string): EnrolAnswer {
    this.desk.failed(source);
    const { address, over } = source;
    this.#runtime.log('warn', 'enrolment refused', { address, over: over.join(', '), reason });
    return denied(reason);
  }
}

function newRootChange(before: Roster, certificate: Uint8Array, key: KeyObject): Change {
  return { kind: 'root', certificate, endorsement: before.endorse(certificate, key) };
}

function denied(reason: string): EnrolAnswer {
  return { kind: 'denied', reason: reason.slice(0, 100) };
}
