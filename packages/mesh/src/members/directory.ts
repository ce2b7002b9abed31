// Which members are alive, and where: what each peer announces of itself, and accusations by others when it does not answer.
// A peer numbers its announcements (its incarnation), so that the newer of two is known, and a peer that was declared
// dead by mistake refutes that with the next number. (SWIM, Das et al. 2002, §4.2.)

import { isSignedBy, signWith } from '../identity/keys.ts';
import { peerId } from '../identity/names.ts';
import { isAddress } from '../link/address.ts';
import type { Standing } from '../peer/standing.ts';
import {
  decode,
  encode,
  fixed,
  flag,
  list,
  ownCopy,
  record,
  type Shape,
  text,
  variant,
  varint,
} from '../wire/schema.ts';
import { Credit } from './credit.ts';
import type { Roster } from './roster.ts';
import { Tree } from './tree.ts';

export type Status = 'never seen' | 'alive' | 'dead' | 'left' | 'revoked' | 'quarantined';

/** A version (see `versionAt`) is twice this plus one, which must be below 2^53. */
export const INCARNATION_MAX = 2 ** 48;

const announcementFields = {
  id: peerId,
  incarnation: varint(INCARNATION_MAX),
  addresses: list(text(128), 4),
  /** SHA-256 of the key that messages to this peer are sealed with. */
  sealingKeyHash: fixed(32),
  isLeaving: flag,
};
const accusationFields = { id: peerId, incarnation: varint(INCARNATION_MAX), accuser: peerId };
const announcementText = record(announcementFields);
const accusationText = record(accusationFields);

export const update = variant({
  announcement: { ...announcementFields, signature: fixed(64) },
  accusation: { ...accusationFields, signature: fixed(64) },
});
export type Update = Shape<typeof update>;
export type Announcement = Extract<Update, { kind: 'announcement' }>;
export type Accusation = Extract<Update, { kind: 'accusation' }>;

export interface Entry {
  id: string;
  status: Status;
  incarnation: number;
  addresses: readonly string[];
}

/** The longest statement: two names, four addresses, a hash, a signature. */
export const UPDATE_BYTES_MAX = 700;

/** A statement whose signature was verified: its bytes, to be passed on unchanged, and the key it was verified with. */
interface Checked {
  encoded: Buffer;
  publicKey: Uint8Array;
  /** It is the copy that all peers of this process share. */
  isShared: boolean;
}
const checked = new WeakMap<Update, Checked>();
/** Statements by their bytes, so that the same one is decoded and verified once per process. */
const shared = new Map<string, Update>();
const SHARED_MAX = 20_000;

/** @throws WireError */
export function readUpdate(encoded: Buffer): Update {
  return shared.get(encoded.toString('latin1')) ?? decode(update, encoded);
}

export function writeUpdate(statement: Update): Buffer {
  return checked.get(statement)?.encoded ?? encode(update, statement);
}

export class Directory {
  /** The peers that are alive, as a tree. It changes with the directory. */
  readonly tree: Tree;
  /** A peer joined, left, changed its addresses, died or was revoked. */
  readonly onChange: ((id: string, status: Status, before: Status) => void)[] = [];
  readonly #standing: Standing;
  #announcements: (Announcement | undefined)[] = [];
  /** By the same index; few at a time, where an array would have a place for every member. */
  readonly #accusations = new Map<number, Accusation>();
  readonly #dead = new Set<string>();
  readonly #credit: Credit;
  /** A checksum of all that is known, independent of the order in which it arrived. */
  #sum = 0;

  constructor(standing: Standing, tree = new Tree()) {
    this.#standing = standing;
    this.#credit = new Credit(standing.runtime.clock);
    this.tree = tree;
    standing.measures.onChange.push((id, _measure, before) => {
      const member = standing.roster.approved(id);
      if (member === null) return;
      const wasCutOff = before !== null && before.step !== 'throttle';
      if (wasCutOff !== standing.measures.isCutOff(id))
        this.#settle(id, member.index, wasCutOff ? 'quarantined' : this.#statusAt(member.index));
    });
    standing.onRoster.push((roster, before) => {
      if (roster.sharedWith(before) < before.version) this.#reorder(roster, before);
      // Revoked, or admitted with a new key: statements of the old key are void.
      for (const id of roster.voidedSince(before)) {
        const member = before.members.get(id);
        if (member === undefined) continue;
        this.#drop(id, member.index, member.revoked === null ? this.#statusAt(member.index) : 'revoked');
        this.#dropAccusationsBy(id);
      }
    });
  }

  /** Equal for two peers that know the same. */
  get digest(): number {
    return this.#sum;
  }

  statusOf(id: string): Status {
    const member = this.#standing.roster.members.get(id);
    if (member === undefined) return 'never seen';
    if (member.revoked !== null) return 'revoked';
    return this.#standing.measures.isCutOff(id) ? 'quarantined' : this.#statusAt(member.index);
  }

  isAlive(id: string): boolean {
    return this.tree.has(id);
  }

  /** Peers that were declared dead. */
  get dead(): ReadonlySet<string> {
    return this.#dead;
  }

  announcementOf(id: string): Announcement | null {
    const member = this.#standing.roster.approved(id);
    return (member && this.#announcements[member.index]) ?? null;
  }

  addressesOf(id: string): readonly string[] {
    return this.announcementOf(id)?.addresses ?? [];
  }

  *entries(): Generator<Entry> {
    for (const member of this.#standing.roster.members.values()) {
      const statement = member.revoked === null ? this.#announcements[member.index] : undefined;
      yield {
        id: member.id,
        status: this.statusOf(member.id),
        incarnation: statement?.incarnation ?? 0,
        addresses: statement?.addresses ?? [],
      };
    }
  }

  /** The version known of each member, in the order of the roster; 0 where nothing is known. */
  *versions(): Generator<number> {
    const count = this.#standing.roster.members.size;
    for (let index = 0; index < count; index++) yield this.versionAt(index);
  }

  versionAt(index: number): number {
    const statement = this.#announcements[index];
    if (statement === undefined) return 0;
    return statement.incarnation * 2 + (this.#isAccused(index) ? 1 : 0);
  }

  /** The statements known of the member at that place. */
  updatesAt(index: number): Update[] {
    const statement = this.#announcements[index];
    if (statement === undefined) return [];
    return this.#isAccused(index) ? [statement, this.#accusations.get(index)!] : [statement];
  }

  /** A signed announcement of this peer. */
  announce(
    incarnation: number,
    addresses: readonly string[],
    sealingKeyHash: Uint8Array,
    isLeaving: boolean,
  ): Announcement {
    const statement = {
      id: this.#standing.id,
      incarnation,
      addresses: addresses.slice(),
      sealingKeyHash,
      isLeaving,
    };
    const signature = signWith(
      this.#standing.keys.privateKey,
      'eyrie here',
      encode(announcementText, statement),
    );
    return { kind: 'announcement', ...statement, signature };
  }

  /** A signed statement that another peer does not answer. */
  accuse(id: string, incarnation: number): Accusation {
    const statement = { id, incarnation, accuser: this.#standing.id };
    const signature = signWith(
      this.#standing.keys.privateKey,
      'eyrie gone',
      encode(accusationText, statement),
    );
    return { kind: 'accusation', ...statement, signature };
  }

  /**
   * Takes a statement if it is new and its signature is valid.
   *
   * @returns whether to forward it
   */
  take(update: Update, wasBelieved = false): boolean {
    if (!this.isNews(update, wasBelieved)) return false;
    const { index } = this.#standing.roster.approved(update.id)!;
    const known = this.#announcements[index]?.incarnation ?? 0;
    const before = this.#statusAt(index);
    if (update.kind === 'announcement' && this.#isAccused(index)) {
      // The next incarnation refutes the accusation; a peer that was restarted, or accused twice at once, begins higher.
      if (update.incarnation === known + 1)
        this.#credit.wasWrong(this.#accusations.get(index)!.accuser, update.id);
      else this.#credit.wasAlive(update.id);
    }
    this.#sum -= this.#weight(index);
    if (update.kind === 'accusation') this.#accusations.set(index, interned(update));
    else {
      this.#announcements[index] = interned(update);
      // Of an earlier incarnation.
      this.#accusations.delete(index);
    }
    this.#sum += this.#weight(index);
    this.#settle(update.id, index, before);
    return true;
  }

  /** Whether a statement is new and its signature is valid. */
  isNews(update: Update, wasBelieved = false): boolean {
    const member = this.#standing.roster.approved(update.id);
    if (member === null) return false;
    const known = this.#announcements[member.index]?.incarnation ?? 0;
    if (update.kind === 'announcement')
      return update.incarnation > known && isAuthentic(update, member.publicKey);
    // A peer that never announced itself cannot be dead: accusations of it would be new each time.
    if (known === 0 || update.incarnation !== known || this.#isAccused(member.index)) return false;
    const accuser = this.#standing.roster.approved(update.accuser);
    if (accuser === null || !isAuthentic(update, accuser.publicKey)) return false;
    return wasBelieved || this.#credit.isBelieved(update.accuser, update.id);
  }

  /** Whether accusations of this peer must wait for a refutation. */
  isStrained(id: string): boolean {
    return this.#credit.isStrained(id);
  }

  /** Applies an accusation that was pending, unless it was refuted (pending-accusations.ts). */
  resolvePending(statement: Accusation, wasCutOff: boolean): void {
    const isRefuted = this.announcementOf(statement.id)?.incarnation === statement.incarnation + 1;
    // Its credit was checked on arrival; since then, the same accusation by others was dropped because of it.
    if (!isRefuted) this.take(statement, true);
    else if (wasCutOff) this.#credit.wasCutOff(statement.accuser, statement.id);
    else this.#credit.wasWrong(statement.accuser, statement.id);
  }

  /** Accusations by a revoked peer are void. */
  #dropAccusationsBy(accuser: string): void {
    for (const [index, accusation] of this.#accusations) {
      if (accusation.accuser !== accuser) continue;
      const before = this.#statusAt(index);
      this.#sum -= this.#weight(index);
      this.#accusations.delete(index);
      this.#sum += this.#weight(index);
      this.#settle(accusation.id, index, before);
    }
  }

  #settle(id: string, index: number, before: Status): void {
    // Statements about a peer in quarantine are kept: they count again afterwards.
    const status = this.#standing.measures.isCutOff(id) ? 'quarantined' : this.#statusAt(index);
    if (status === 'alive') this.tree.add(id);
    else this.tree.delete(id);
    if (status === 'dead') this.#dead.add(id);
    else this.#dead.delete(id);
    for (const listener of this.onChange) listener(id, status, before);
  }

  #drop(id: string, index: number, before: Status): void {
    this.#sum -= this.#weight(index);
    this.#announcements[index] = undefined;
    this.#accusations.delete(index);
    this.tree.delete(id);
    this.#dead.delete(id);
    for (const listener of this.onChange) listener(id, this.statusOf(id), before);
  }

  /** A rival list may have admitted the same members in another order, or others. */
  #reorder(roster: Roster, before: Roster): void {
    const announcements = this.#announcements;
    const accusations = new Map(this.#accusations);
    this.#announcements = [];
    this.#accusations.clear();
    this.#sum = 0;
    for (const { id, index, publicKey } of before.members.values()) {
      const now = roster.members.get(id);
      if (now !== undefined && Buffer.compare(now.publicKey, publicKey) === 0) {
        this.#announcements[now.index] = announcements[index];
        const accusation = accusations.get(index);
        if (accusation !== undefined) this.#accusations.set(now.index, accusation);
        this.#sum += this.#weight(now.index);
      } else if (announcements[index] !== undefined) {
        this.tree.delete(id);
        this.#dead.delete(id);
        for (const listener of this.onChange) listener(id, 'never seen', 'alive');
      }
    }
  }

  #statusAt(index: number): Status {
    const statement = this.#announcements[index];
    if (statement === undefined) return 'never seen';
    if (statement.isLeaving) return 'left';
    return this.#isAccused(index) ? 'dead' : 'alive';
  }

  #isAccused(index: number): boolean {
    return this.#accusations.get(index)?.incarnation === (this.#announcements[index]?.incarnation ?? 0);
  }

  /** What the member's state adds to the checksum; small enough for sums of a million to be exact. */
  #weight(index: number): number {
    const version = this.versionAt(index);
    return version === 0 ? 0 : mixed(mixed(index + 1) ^ mixed(version % 2 ** 32) ^ mixed(version / 2 ** 32));
  }
}

/** The finalizer of MurmurHash3, so that changes do not cancel each other out. */
function mixed(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Whether its addresses are valid, and it is signed with that key. */
function isAuthentic(statement: Update, publicKey: Uint8Array): boolean {
  const known = checked.get(statement)?.publicKey;
  if (known !== undefined && (known === publicKey || Buffer.compare(known, publicKey) === 0)) return true;
  if (statement.kind === 'announcement' && !statement.addresses.every(isAddress)) return false;
  const isSigned =
    statement.kind === 'announcement'
      ? isSignedBy(publicKey, statement.signature, 'eyrie here', encode(announcementText, statement))
      : isSignedBy(publicKey, statement.signature, 'eyrie gone', encode(accusationText, statement));
  if (isSigned)
    checked.set(statement, { encoded: ownCopy(encode(update, statement)), publicKey, isShared: false });
  return isSigned;
}

/** The one copy that all peers of this process share. */
function interned<T extends Update>(statement: T): T {
  const { encoded, publicKey, isShared } = checked.get(statement)!;
  if (isShared) return statement;
  const name = encoded.toString('latin1');
  const known = shared.get(name);
  if (known !== undefined) return known as T;
  const own = { ...statement, signature: ownCopy(statement.signature) };
  if (own.kind === 'announcement') own.sealingKeyHash = ownCopy(own.sealingKeyHash);
  checked.set(own, { encoded, publicKey, isShared: true });
  if (shared.size >= SHARED_MAX) shared.delete(shared.keys().next().value!);
  shared.set(name, own);
  return own;
}
