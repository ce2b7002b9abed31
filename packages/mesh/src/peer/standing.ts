// Identity and trust of a peer: its keys, certificate, signed list of members and group key; and the authorisation of
// links that follows from them.

import { type Identity, isIssuedBy, readLeaf, rootExpiresMs } from '../identity/certificate.ts';
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
/** Maximum rival lists per session: checking one compares all changes, however few bytes it takes to send. */
const RIVALS_MAX = 8;
/** Memory overhead of a change, in bytes. */
const CHANGE_BYTES = 100;

type Denial = Extract<Verdict, { code: string }>;

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
  /** The newest first; older ones open messages that are still in flight. */
  #groupKeys: GroupKey[] = [];
  readonly onRoster: ((roster: Roster, before: Roster) => void)[] = [];
  /** At the authority, merges a rival list; elsewhere null, and the longer list wins. */
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

  /** Returns false if the authority has not signed the hash of this key. */
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

  /** Takes a list from another peer: a newer one, or a rival (`Roster.rival`). */
  takeRoster(roster: Roster): void {
    const isRival = roster.sharedWith(this.#roster) < this.#roster.version;
    if (!isRival) this.setRoster(roster);
    else if (this.mergeRival !== null) this.mergeRival(roster);
    else if (roster.version > this.#roster.version) {
      this.runtime.log(
        'warn',
        'the authority has signed a different list of members, which replaces this one',
        {
          before: this.#roster.version,
          now: roster.version,
        },
      );
      this.setRoster(roster);
    }
  }

  setRoster(roster: Roster): void {
    const before = this.#roster;
    this.#roster = roster;
    // Before the listeners: a peer that is cut off must lose its links before it could learn of the measure.
    this.measures.take(roster.measures);
    for (const listener of this.onRoster) listener(roster, before);
  }

  /** Whether the authority issued the certificate for this peer and its key. */
  isOwn(certificate: Uint8Array): boolean {
    const verdict = this.judge(certificate);
    return 'code' in verdict && verdict.code === 'self';
  }

  /** Returns why an authenticated peer with this key may not keep its link, or null. */
  objectionTo(id: string, publicKey: Uint8Array): string | null {
    const member = this.#roster.members.get(id);
    if (member === undefined) return `${id} is not approved`;
    if (member.revoked !== null) return `${id} was revoked: ${member.revoked.reason || 'no reason given'}`;
    return Buffer.compare(member.publicKey, publicKey) === 0 ? null : `${id} has another key`;
  }

  /** Authorises a link: returns the peer that the certificate names, or why it is refused. */
  judge(certificate: Uint8Array | null): Verdict {
    if (certificate === null) return { code: 'no-certificate', reason: 'no certificate was shown' };
    const identity = readLeaf(certificate);
    if (identity === null) return { code: 'bad-certificate', reason: 'the certificate is not one of a peer' };
    if (identity.mesh !== this.#roster.mesh)
      return { code: 'other-mesh', reason: `the certificate is of mesh ${identity.mesh}` };
    const validity = this.#validityOf(certificate, identity);
    return 'code' in validity ? validity : this.#admission(identity, validity.expiresMs);
  }

  /** Verifies revocation, issuer and dates of a certificate; returns its effective end, or why it is invalid. */
  #validityOf(
    certificate: Uint8Array,
    { id, publicKey, ...dates }: Identity,
  ): { expiresMs: number } | Denial {
    const roster = this.#roster;
    if (roster.revokedKeys.has(hex(publicKey)))
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
    const expiresMs = Math.min(dates.expiresMs, authorityEndsMs);
    if (nowMs < dates.beginsMs)
      return {
        code: 'not-yet-valid',
        reason: `the certificate of ${id} begins ${shown(dates.beginsMs)} UTC: is a clock wrong?`,
      };
    if (nowMs >= expiresMs)
      return {
        code: 'expired',
        reason: `the certificate of ${id} ended ${shown(expiresMs)} UTC: is a clock wrong?`,
      };
    return { expiresMs };
  }

  /** Admits the holder of a valid certificate if it is an approved member that is not cut off; else returns why not. */
  #admission({ id, publicKey }: Identity, expiresMs: number): Verdict {
    const member = this.#roster.approved(id);
    if (member === null) return { code: 'not-approved', reason: `${id} is not approved` };
    if (Buffer.compare(member.publicKey, publicKey) !== 0)
      return {
        code: 'wrong-key',
        reason: `${id} has another key (${keyFingerprint(publicKey).slice(0, 16)})`,
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

/** To the minute, so that the reason fits the field of the refusal (greeting.ts). */
function shown(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 16).replace('T', ' ');
}

/** Reassembles the list of members from the parts that one session sends. */
export class RosterGatherer {
  #from = 0;
  #changes: Uint8Array[] = [];
  /** Bytes of parts that wait for the signed one. */
  heldBytes = 0;
  #rivals = 0;

  /**
   * @param isMember whether the sender is a member; rivals of others are ignored
   * @returns the new state once it is complete and newer, or a rival; null until then
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
    // There is a gap: the other side will send the list again.
    if (from > before.version) return null;
    const known = before.changes.slice(from, from + gathered.length);
    if (known.some((each, i) => Buffer.compare(each, gathered[i]!) !== 0)) {
      if (!isMember || ++this.#rivals > RIVALS_MAX)
        throw new RosterError('the list of members does not continue the one held here');
      return Roster.rival(before, [...before.changes.slice(0, from), ...gathered], part.signature);
    }
    const changes = gathered.slice(known.length);
    return changes.length === 0 ? null : Roster.follow(before, null, changes, part.signature);
  }
}
