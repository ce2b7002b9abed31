// Which members are alive, and where: what each peer announces of itself, and what others say of it when it falls silent.
// A peer numbers its announcements (its incarnation), so that the newer of two is known, and a peer that was declared
// dead by mistake contradicts with the next number. (SWIM, Das et al. 2002, §4.2.)

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

export function writeUpdate(said: Update): Buffer {
  return checked.get(said)?.encoded ?? encode(update, said);
}

export class Directory {
  /** The peers that are alive, as a tree. It changes with the directory. */
  readonly tree: Tree;
  /** A peer came, went, moved or died. */
  readonly onChange: ((id: string, status: Status, before: Status) => void)[] = [];
  readonly #standing: Standing;
  #announcements: (Announcement | undefined)[] = [];
  /** By the same index; few at a time, where an array would have a place for every member. */
  readonly #accusations = new Map<number, Accusation>();
  readonly #dead = new Set<string>();
  readonly #credit: Credit;
  /** A checksum of all that is known, independent of the order in which it came. */
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
        this.#forget(id, member.index, member.revoked === null ? this.#statusAt(member.index) : 'revoked');
        this.#acquit(id);
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
      const said = member.revoked === null ? this.#announcements[member.index] : undefined;
      yield {
        id: member.id,
        status: this.statusOf(member.id),
        incarnation: said?.incarnation ?? 0,
        addresses: said?.addresses ?? [],
      };
    }
  }

  /** The version known of each member, in the order of the roster; 0 where nothing is known. */
  *versions(): Generator<number> {
    const count = this.#standing.roster.members.size;
    for (let index = 0; index < count; index++) yield this.versionAt(index);
  }

  versionAt(index: number): number {
    const said = this.#announcements[index];
    if (said === undefined) return 0;
    return said.incarnation * 2 + (this.#isAccused(index) ? 1 : 0);
  }

  /** The statements known of the member at that place. */
  updatesAt(index: number): Update[] {
    const said = this.#announcements[index];
    if (said === undefined) return [];
    return this.#isAccused(index) ? [said, this.#accusations.get(index)!] : [said];
  }

  /** A signed announcement of this peer. */
  announce(
    incarnation: number,
    addresses: readonly string[],
    sealingKeyHash: Uint8Array,
    isLeaving: boolean,
  ): Announcement {
    const said = {
      id: this.#standing.id,
      incarnation,
      addresses: addresses.slice(),
      sealingKeyHash,
      isLeaving,
    };
    const signature = signWith(this.#standing.keys.privateKey, 'eyrie here', encode(announcementText, said));
    return { kind: 'announcement', ...said, signature };
  }

  /** A signed statement that another peer does not answer. */
  accuse(id: string, incarnation: number): Accusation {
    const said = { id, incarnation, accuser: this.#standing.id };
    const signature = signWith(this.#standing.keys.privateKey, 'eyrie gone', encode(accusationText, said));
    return { kind: 'accusation', ...said, signature };
  }

  /**
   * Takes a statement if it is new and its signature is valid.
   *
   * @returns whether others should hear it too
   */
  take(update: Update, wasBelieved = false): boolean {
    if (!this.isNews(update, wasBelieved)) return false;
    const { index } = this.#standing.roster.approved(update.id)!;
    const known = this.#announcements[index]?.incarnation ?? 0;
    const before = this.#statusAt(index);
    if (update.kind === 'announcement' && this.#isAccused(index)) {
      // The next incarnation contradicts the accusation; a peer that was restarted, or accused twice at once, begins higher.
      if (update.incarnation === known + 1)
        this.#credit.wasWrong(this.#accusations.get(index)!.accuser, update.id);
      else this.#credit.wasAlive(update.id);
    }
    this.#sum -= this.#weight(index);
    if (update.kind === 'accusation') this.#accusations.set(index, kept(update));
    else {
      this.#announcements[index] = kept(update);
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
    if (update.kind === 'announcement') return update.incarnation > known && isTrue(update, member.publicKey);
    // A peer that never announced itself cannot fall silent: accusations of it would be new each time.
    if (known === 0 || update.incarnation !== known || this.#isAccused(member.index)) return false;
    const accuser = this.#standing.roster.approved(update.accuser);
    if (accuser === null || !isTrue(update, accuser.publicKey)) return false;
    return wasBelieved || this.#credit.isBelieved(update.accuser, update.id);
  }

  /** Whether an accusation of this peer should have time to be contradicted. */
  isStrained(id: string): boolean {
    return this.#credit.isStrained(id);
  }

  /** An accusation that had time to be contradicted (doubts.ts). */
  takeDoubted(said: Accusation, wasCutOff: boolean): void {
    const isContradicted = this.announcementOf(said.id)?.incarnation === said.incarnation + 1;
    // Believed when it came: others said the same meanwhile, and were not heard for it.
    if (!isContradicted) this.take(said, true);
    else if (wasCutOff) this.#credit.wasCutOff(said.accuser, said.id);
    else this.#credit.wasWrong(said.accuser, said.id);
  }

  /** Accusations by a revoked peer are void. */
  #acquit(accuser: string): void {
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

  #forget(id: string, index: number, before: Status): void {
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
    const said = this.#announcements[index];
    if (said === undefined) return 'never seen';
    if (said.isLeaving) return 'left';
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

/** Whether it says what it may, under the signature of that key. */
function isTrue(said: Update, publicKey: Uint8Array): boolean {
  const known = checked.get(said)?.publicKey;
  if (known !== undefined && (known === publicKey || Buffer.compare(known, publicKey) === 0)) return true;
  if (said.kind === 'announcement' && !said.addresses.every(isAddress)) return false;
  const isSigned =
    said.kind === 'announcement'
      ? isSignedBy(publicKey, said.signature, 'eyrie here', encode(announcementText, said))
      : isSignedBy(publicKey, said.signature, 'eyrie gone', encode(accusationText, said));
  if (isSigned) checked.set(said, { encoded: ownCopy(encode(update, said)), publicKey, isShared: false });
  return isSigned;
}

/** The one copy that all peers of this process share. */
function kept<T extends Update>(said: T): T {
  const { encoded, publicKey, isShared } = checked.get(said)!;
  if (isShared) return said;
  const name = encoded.toString('latin1');
  const known = shared.get(name);
  if (known !== undefined) return known as T;
  const own = { ...said, signature: ownCopy(said.signature) };
  if (own.kind === 'announcement') own.sealingKeyHash = ownCopy(own.sealingKeyHash);
  checked.set(own, { encoded, publicKey, isShared: true });
  if (shared.size >= SHARED_MAX) shared.delete(shared.keys().next().value!);
  shared.set(name, own);
  return own;
}
