// Who of the approved is here, and where: what each peer says of itself, and what others say of it when it falls silent.
// A peer counts its own statements up (its incarnation), so that of two the newer is known, and a peer that was declared
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
import { Tree } from './tree.ts';

export type Status = 'never seen' | 'alive' | 'dead' | 'left' | 'revoked' | 'quarantined';

/** Twice this, and one, is still exact: a version (see `versionAt`). */
const INCARNATION_MAX = 2 ** 48;

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

/** A statement that was found true: as it came, so that it goes on like that, and whose key it was checked with. */
interface Checked {
  encoded: Buffer;
  publicKey: Uint8Array;
  /** It is the copy that all peers of this process keep. */
  isShared: boolean;
}
const checked = new WeakMap<Update, Checked>();
/** By their bytes, so that what comes again, or to another peer of this process, is neither read nor checked again. */
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
  /** The living, as a tree. Its members change with the directory. */
  readonly tree: Tree;
  /** A peer came, went, moved or died. */
  readonly onChange: ((id: string, status: Status, before: Status) => void)[] = [];
  readonly #standing: Standing;
  #announcements: (Announcement | undefined)[] = [];
  #accusations: (Accusation | undefined)[] = [];
  readonly #dead = new Set<string>();
  readonly #credit: Credit;
  /** Of all that is known, whatever the order it came in: equal sums, equal knowledge. */
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
      // Revoked or admitted anew: the old key's statements are void.
      for (const id of roster.voidedSince(before.version)) {
        const member = before.members.get(id);
        if (member === undefined) continue;
        this.#forget(id, member.index, member.revoked === null ? this.#statusAt(member.index) : 'revoked');
        this.#acquit(id);
      }
    });
  }

  /** A number that two peers share who know the same. */
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

  /** Those that fell silent. */
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

  /** How far the knowledge of each member goes, by its place in the roster; 0 where there is none. */
  *versions(): Generator<number> {
    const count = this.#standing.roster.members.size;
    for (let index = 0; index < count; index++) yield this.versionAt(index);
  }

  versionAt(index: number): number {
    const said = this.#announcements[index];
    if (said === undefined) return 0;
    return said.incarnation * 2 + (this.#isAccused(index) ? 1 : 0);
  }

  /** What is known of the member at that place. */
  updatesAt(index: number): Update[] {
    const said = this.#announcements[index];
    if (said === undefined) return [];
    return this.#isAccused(index) ? [said, this.#accusations[index]!] : [said];
  }

  /** What this peer says of itself. */
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

  /** What this peer says of one that does not answer. */
  accuse(id: string, incarnation: number): Accusation {
    const said = { id, incarnation, accuser: this.#standing.id };
    const signature = signWith(this.#standing.keys.privateKey, 'eyrie gone', encode(accusationText, said));
    return { kind: 'accusation', ...said, signature };
  }

  /**
   * Takes a statement if it is news, and true.
   *
   * @returns whether others should hear it too
   */
  take(update: Update): boolean {
    const member = this.#standing.roster.approved(update.id);
    if (member === null) return false;
    const { index } = member;
    const known = this.#announcements[index]?.incarnation ?? 0;
    if (update.kind === 'announcement') {
      if (update.incarnation <= known) return false;
      if (!isTrue(update, member.publicKey)) return false;
    } else {
      // Of one who never said anything, nobody can say that it fell silent: that would be news each time it came.
      if (known === 0 || update.incarnation !== known || this.#isAccused(index)) return false;
      const accuser = this.#standing.roster.approved(update.accuser);
      if (accuser === null || !isTrue(update, accuser.publicKey)) return false;
      if (!this.#credit.isBelieved(update.accuser, update.id)) return false;
    }
    const before = this.#statusAt(index);
    // The next number is a contradiction; a peer that was started anew begins higher.
    if (update.kind === 'announcement' && this.#isAccused(index) && update.incarnation === known + 1)
      this.#credit.wasWrong(this.#accusations[index]!.accuser, update.id);
    this.#sum -= this.#weight(index);
    if (update.kind === 'announcement') this.#announcements[index] = kept(update);
    else this.#accusations[index] = kept(update);
    this.#sum += this.#weight(index);
    this.#settle(update.id, index, before);
    return true;
  }

  /** What a revoked peer said of others is void too: nobody else would believe it any more. */
  #acquit(accuser: string): void {
    for (const [index, accusation] of this.#accusations.entries()) {
      if (accusation?.accuser !== accuser) continue;
      const before = this.#statusAt(index);
      this.#sum -= this.#weight(index);
      this.#accusations[index] = undefined;
      this.#sum += this.#weight(index);
      this.#settle(accusation.id, index, before);
    }
  }

  #settle(id: string, index: number, before: Status): void {
    // What was said of a peer in quarantine is kept: it holds again afterwards.
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
    this.#accusations[index] = undefined;
    this.tree.delete(id);
    this.#dead.delete(id);
    for (const listener of this.onChange) listener(id, this.statusOf(id), before);
  }

  #statusAt(index: number): Status {
    const said = this.#announcements[index];
    if (said === undefined) return 'never seen';
    if (said.isLeaving) return 'left';
    return this.#isAccused(index) ? 'dead' : 'alive';
  }

  #isAccused(index: number): boolean {
    const accusation = this.#accusations[index];
    return accusation !== undefined && accusation.incarnation === this.#announcements[index]?.incarnation;
  }

  /** What the member's state adds to the sum; kept below 2^53 so that sums of a million are still exact. */
  #weight(index: number): number {
    const version = this.versionAt(index);
    return version === 0 ? 0 : mixed(mixed(index + 1) ^ mixed(version % 2 ** 32) ^ mixed(version / 2 ** 32));
  }
}

/** So that no two changes cancel out: the last step of MurmurHash3. */
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

/** The one copy of this process, so that a thousand peers in it do not hold a thousand. */
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
