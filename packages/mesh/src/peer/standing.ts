// Identity and trust of a peer: its keys, its certificate, the signed list of members, the group key; and the
// decision that follows from them: who may have a link.

import { isIssuedBy, readLeaf, rootExpiresMs } from '../identity/certificate.ts';
import { hex, type KeyPair, keyFingerprint, sha256 } from '../identity/keys.ts';
import type { Verdict } from '../link/session-host.ts';
import { Measures, measureText } from '../members/measures.ts';
import { Roster } from '../members/roster.ts';
import type { RosterPart } from '../members/roster-part.ts';
import { RosterError } from '../members/roster-state.ts';
import type { Runtime } from '../runtime.ts';
import type { XWingPrivateKey } from '../sealed/xwing.ts';
import { ownCopy } from '../wire/schema.ts';

/** With this code, the reason is an address: the dialling side is redirected there. */
export const MOVED = 'moved';
/** That one session may send: each costs a look at all changes, however few bytes it takes to send it. */
const RIVALS_MAX = 8;
/** Memory overhead of a change. */
const CHANGE_BYTES = 100;

export interface GroupKey {
  epoch: number;
  key: Uint8Array;
}

export class Standing {
  readonly id: string;
  readonly keys: KeyPair;
  readonly sealing: XWingPrivateKey;
  /** The measures against peers that misbehave. */
  readonly measures: Measures;
  readonly runtime: Runtime;
  #certificate: Uint8Array;
  #roster: Roster;
  /** The newest and those before it, for messages still on their way. */
  #groupKeys: GroupKey[] = [];
  readonly onRoster: ((roster: Roster, before: Roster) => void)[] = [];
  /** Where the authority is, it makes one list of two; elsewhere the longer one counts. */
  mergeRival: ((rival: Roster) => void) | null = null;
  readonly onCertificate: ((certificate: Uint8Array) => void)[] = [];
  readonly onGroupKey: ((key: GroupKey) => void)[] = [];

  constructor(
    runtime: Runtime,
    id: string,
    keys: KeyPair,
    sealing: XWingPrivateKey,
    certificate: Uint8Array,
    roster: Roster,
    measures = new Measures(runtime, id, roster.measures),
  ) {
    this.runtime = runtime;
    this.id = id;
    this.keys = keys;
    this.sealing = sealing;
    this.#certificate = ownCopy(certificate);
    this.#roster = roster;
    this.measures = measures;
  }

  get roster(): Roster {
    return this.#roster;
  }

  get certificate(): Uint8Array {
    return this.#certificate;
  }

  get groupKey(): GroupKey | null {
    return this.#groupKeys.at(-1) ?? null;
  }

  groupKeyOf(epoch: number): Uint8Array | null {
    return this.#groupKeys.find((each) => each.epoch === epoch)?.key ?? null;
  }

  /** False if the authority has not signed the hash of this key. */
  takeGroupKey(key: GroupKey): boolean {
    const signed = this.#roster.group;
    if (signed === null || signed.epoch !== key.epoch || !sha256(key.key).equals(signed.keyHash))
      return false;
    if (this.groupKeyOf(key.epoch) !== null) return true;
    this.#groupKeys = [...this.#groupKeys, { epoch: key.epoch, key: ownCopy(key.key) }].slice(-2);
    for (const listener of this.onGroupKey) listener(key);
    return true;
  }

  setCertificate(certificate: Uint8Array): void {
    this.#certificate = ownCopy(certificate);
    for (const listener of this.onCertificate) listener(certificate);
  }

  /** Takes a list that another peer sent: a newer one, or a rival (Roster.rival). */
  takeRoster(roster: Roster): void {
    const isRival = roster.sharedWith(this.#roster) < this.#roster.version;
    if (!isRival) this.setRoster(roster);
    else if (this.mergeRival !== null) this.mergeRival(roster);
    else if (roster.version > this.#roster.version) {
      this.runtime.log('warn', 'the authority has signed another list of members, which counts from now on', {
        before: this.#roster.version,
        now: roster.version,
      });
      this.setRoster(roster);
    }
  }

  setRoster(roster: Roster): void {
    const before = this.#roster;
    this.#roster = roster;
    // Before the listeners, so that a peer that is cut off has no link any more over which it would learn of it.
    this.measures.take(roster.measures);
    for (const listener of this.onRoster) listener(roster, before);
  }

  /** Whether the certificate is one that the authority issued for this peer and its key. */
  isOwn(certificate: Uint8Array): boolean {
    const verdict = this.judge(certificate);
    return 'code' in verdict && verdict.code === 'self';
  }

  /** Why a peer that has proved to hold this key may not keep its link, or null. */
  objectionTo(id: string, publicKey: Uint8Array): string | null {
    const member = this.#roster.members.get(id);
    if (member === undefined) return `${id} is not approved`;
    if (member.revoked !== null) return `${id} was revoked: ${member.revoked.reason || 'no reason given'}`;
    return Buffer.compare(member.publicKey, publicKey) === 0 ? null : `${id} has another key`;
  }

  /** The peer that the certificate names, if it may have a link now; else why not. */
  judge(certificate: Uint8Array | null): Verdict {
    if (certificate === null) return { code: 'no-certificate', reason: 'no certificate was shown' };
    const identity = readLeaf(certificate);
    if (identity === null) return { code: 'bad-certificate', reason: 'the certificate is none of a peer' };
    const { id } = identity;
    const roster = this.#roster;
    if (identity.mesh !== roster.mesh)
      return { code: 'other-mesh', reason: `the certificate is of mesh ${identity.mesh}` };
    if (roster.revokedKeys.has(hex(identity.publicKey)))
      return {
        code: 'revoked',
        reason: `${id} was revoked: ${roster.members.get(id)?.revoked?.reason || 'no reason given'}`,
      };
    const issuers = roster.roots.filter((root) => isIssuedBy(certificate, [root]));
    if (issuers.length === 0)
      return {
        code: 'unknown-authority',
        reason: 'the certificate is not signed by the authority of this mesh',
      };
    const nowMs = this.runtime.clock.nowMs();
    // An expired issuer voids what it issued, whatever the date there (RFC 5280 §6.1.3).
    const authorityEndsMs = Math.max(...issuers.map(rootExpiresMs));
    if (nowMs >= authorityEndsMs)
      return { code: 'expired', reason: `the authority that issued the certificate of ${id} has expired` };
    const expiresMs = Math.min(identity.expiresMs, authorityEndsMs);
    if (nowMs < identity.beginsMs)
      return {
        code: 'not-yet-valid',
        reason: `the certificate of ${id} begins ${shown(identity.beginsMs)} UTC: is a clock wrong?`,
      };
    if (nowMs >= expiresMs)
      return {
        code: 'expired',
        reason: `the certificate of ${id} ended ${shown(expiresMs)} UTC: is a clock wrong?`,
      };
    const member = roster.approved(id);
    if (member === null) return { code: 'not-approved', reason: `${id} is not approved` };
    if (Buffer.compare(member.publicKey, identity.publicKey) !== 0)
      return {
        code: 'wrong-key',
        reason: `${id} has another key (${keyFingerprint(identity.publicKey).slice(0, 16)})`,
      };
    if (id === this.id) return { code: 'self', reason: 'that is this peer itself' };
    const measure = this.measures.of(id);
    if (measure !== null && this.measures.isCutOff(id))
      return measure.step === 'redirect'
        ? { code: MOVED, reason: measure.to }
        : { code: 'quarantined', reason: measureText(id, measure) };
    return { id, publicKey: member.publicKey, expiresMs };
  }
}

/** To the minute, short enough to be told to the other side whole (greeting.ts). */
function shown(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 16).replace('T', ' ');
}

/** Assembles the parts of the list of members that one session sends. */
export class RosterGatherer {
  #from = 0;
  #changes: Uint8Array[] = [];
  /** Parts that wait for the one with the signature. */
  heldBytes = 0;
  #rivals = 0;

  /**
   * @param isMember who sends it is a member; from others, no rivals are taken
   * @returns the new state once it is whole and newer, or a rival; null while it is not
   * @throws RosterError see Roster.follow
   */
  take(part: RosterPart, before: Roster, isMember: boolean): Roster | null {
    if (part.from !== this.#from + this.#changes.length) {
      this.#from = part.from;
      this.#changes = [];
      this.heldBytes = 0;
    }
    this.#changes.push(...part.changes);
    for (const each of part.changes) this.heldBytes += each.length + CHANGE_BYTES;
    if (part.signature === null) return null;
    const from = this.#from;
    const gathered = this.#changes;
    this.#changes = [];
    this.#from = 0;
    this.heldBytes = 0;
    // After a gap, the other side will send the list again.
    if (from > before.version) return null;
    const known = before.changes.slice(from, from + gathered.length);
    if (known.some((each, i) => Buffer.compare(each, gathered[i]!) !== 0)) {
      if (!isMember || ++this.#rivals > RIVALS_MAX)
        throw new RosterError('the list of members does not follow on the one that is here');
      return Roster.rival(before, [...before.changes.slice(0, from), ...gathered], part.signature);
    }
    const changes = gathered.slice(known.length);
    return changes.length === 0 ? null : Roster.follow(before, null, changes, part.signature);
  }
}
