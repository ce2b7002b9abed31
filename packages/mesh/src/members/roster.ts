// The list of members, signed by the authority: a hash-chained log of changes. A peer holds one state of it, and sends
// others the changes that they lack. States are immutable and shared by all peers in a process.

import { type KeyObject, sign, verify } from 'node:crypto';
import { rootKey } from '../identity/certificate.ts';
import { remembered, sha256, sha256Text } from '../identity/keys.ts';
import { bytes, decode, encode, list, record } from '../wire/schema.ts';
import type { Measure } from './measures.ts';
import { MEMBERS_MAX, type RosterPart, rosterPart, signature } from './roster-part.ts';
import {
  advance,
  type Change,
  change,
  checkEndorsed,
  endorsedText,
  firstRoot,
  type Member,
  type RootChain,
  RosterError,
  type RosterState,
  readable,
  type Void,
} from './roster-state.ts';

/** Changes go over a link in parts of at most this size: before a link is open, only short frames are taken. */
const PART_BYTES = 12 << 10;
/** All states in this process, by signature. */
const known = new Map<string, WeakRef<Roster>>();
const KNOWN_MAX = 4096;
const WRITTEN_MAX = 8;
/** Longer encodings are not cached: a peer that claims to lack almost everything would pin a copy of the whole list. */
const WRITTEN_BYTES_MAX = 256 << 10;

export class Roster {
  readonly mesh: string;
  readonly members: ReadonlyMap<string, Member>;
  readonly revokedKeys: ReadonlySet<string>;
  /** Certificates of the authority in DER, oldest first. */
  readonly roots: readonly Uint8Array[];
  readonly group: { readonly epoch: number; readonly keyHash: Uint8Array } | null;
  readonly voids: readonly Void[];
  readonly rootChain: Readonly<RootChain>;
  /** As signed, including expired ones. */
  readonly measures: ReadonlyMap<string, Measure>;
  readonly head: Buffer;
  readonly signature: Uint8Array;
  /** Encoded as signed, oldest first. */
  readonly changes: readonly Uint8Array[];
  readonly #written = new Map<number, readonly Buffer[]>();

  constructor(state: RosterState, signature: Uint8Array) {
    this.mesh = state.mesh;
    this.members = state.members;
    this.revokedKeys = state.revokedKeys;
    this.roots = state.roots;
    this.group = state.group;
    this.voids = state.voids;
    this.rootChain = state.rootChain;
    this.measures = state.measures;
    this.head = state.head;
    this.signature = signature;
    this.changes = state.changes;
  }

  /** Number of changes up to this state. */
  get version(): number {
    return this.changes.length;
  }

  /** The approved member of that name; null if unknown or revoked. */
  approved(id: string): Member | null {
    const member = this.members.get(id);
    return member !== undefined && member.revoked === null ? member : null;
  }

  /** The first root's certificate: its fingerprint identifies the mesh, even after that root was retired. */
  get beginning(): Uint8Array {
    return firstRoot(this);
  }

  get authority(): Member | null {
    for (const member of this.members.values())
      if (member.role === 'authority' && member.revoked === null) return member;
    return null;
  }

  /** Length of the common prefix of changes: all of the shorter log, unless the two are rivals (`rival`). */
  sharedWith(other: Roster): number {
    const least = Math.min(this.version, other.version);
    // A state shares the change objects of its predecessor, so identity settles the usual case.
    if (this.changes[least - 1] === other.changes[least - 1]) return least;
    for (let i = 0; i < least; i++) if (Buffer.compare(this.changes[i]!, other.changes[i]!) !== 0) return i;
    return least;
  }

  /** Members whose keys were valid in an earlier or rival state and no longer are. */
  voidedSince(before: Roster): string[] {
    const version = this.sharedWith(before);
    const first = this.voids.findLastIndex((each) => each.version <= version) + 1;
    return [...new Set(this.voids.slice(first).map((each) => each.id))];
  }

  /** `partsFrom`, encoded. Caches the last few encodings, because many neighbours lack the same changes. */
  writtenFrom(version: number): readonly Buffer[] {
    const known = this.#written.get(version);
    if (known !== undefined) return known;
    const written = this.partsFrom(version).map((part) => encode(rosterPart, part));
    if (written.reduce((sum, each) => sum + each.length, 0) > WRITTEN_BYTES_MAX) return written;
    if (this.#written.size >= WRITTEN_MAX) this.#written.clear();
    this.#written.set(version, written);
    return written;
  }

  /** The parts that bring a peer from `version` to this state. */
  partsFrom(version: number): RosterPart[] {
    const parts: RosterPart[] = [{ from: version, changes: [], signature: null }];
    let size = 0;
    for (const each of this.changes.slice(version)) {
      const last = parts.at(-1)!;
      size += each.length;
      if (size <= PART_BYTES) last.changes.push(each);
      else {
        parts.push({ from: last.from + last.changes.length, changes: [each], signature: null });
        size = each.length;
      }
    }
    parts.at(-1)!.signature = this.signature;
    return parts;
  }

  /** Applies changes and signs the new state with the authority's key. @throws RosterError */
  static sign(before: Roster | null, changes: readonly Change[], key: KeyObject): Roster {
    const state = advance(
      before,
      changes.map((each) => encode(change, each)),
    );
    return intern(state, sign('sha384', signedText(state), key));
  }

  /** The authority's endorsement of a new root, for a `root` change right after this state. */
  endorse(certificate: Uint8Array, key: KeyObject): Buffer {
    return sign('sha384', endorsedText(this.head, certificate), key);
  }

  /**
   * Applies changes that another peer sent.
   *
   * @param before the state held here, or null with the fingerprint of the first root
   * @throws RosterError if it does not continue `before`, or is not signed by a root that `before` trusts
   */
  static follow(
    before: Roster | null,
    fingerprint: Uint8Array | null,
    changes: readonly Uint8Array[],
    signature: Uint8Array,
  ): Roster {
    const same = known.get(nameOf(signature))?.deref();
    // Another peer in this process may have verified the same list.
    const shared = same !== undefined && isAfter(same, before, changes) ? same : null;
    if (shared !== null && fingerprint === null) return shared;
    const state: RosterState = shared ?? advance(before, changes);
    if (fingerprint !== null && !sha256(firstRoot(state)).equals(fingerprint))
      throw new RosterError('this is another mesh: its authority is not the one of the invitation');
    const text = signedText(state);
    const isSigned = state.roots.some((root) =>
      remembered(sha256Text('roster', root, signature, text), () =>
        verify('sha384', text, rootKey(root), signature),
      ),
    );
    if (!isSigned) throw new RosterError('the list of members is not signed by the authority');
    return shared ?? intern(state, signature);
  }

  /**
   * Takes a list that diverges from `before` after a common prefix: the authority signed other changes instead, for
   * example after its folder was restored from a backup.
   *
   * @throws RosterError if it is not signed by a root that `before` trusts: a retired one could offer any history
   */
  static rival(before: Roster, changes: readonly Uint8Array[], signature: Uint8Array): Roster {
    const state = advance(null, changes);
    if (Buffer.compare(firstRoot(state), before.beginning) !== 0)
      throw new RosterError('this is another mesh: its authority is a different one');
    const text = signedText(state);
    const trusted = before.roots.filter((root) =>
      state.roots.some((each) => Buffer.compare(each, root) === 0),
    );
    if (!trusted.some((root) => verify('sha384', text, rootKey(root), signature)))
      throw new RosterError('the list of members is not signed by the authority');
    return intern(state, signature);
  }

  /**
   * The roots of this state and their successors, which are known only by their endorsements.
   *
   * @throws RosterError
   */
  rootsAfter(chain: Readonly<RootChain>): Uint8Array[] {
    const roots = [...this.roots];
    for (const { certificate, head, endorsement } of chain) {
      checkEndorsed(roots, this.beginning, head, certificate, endorsement);
      roots.push(certificate);
    }
    return roots;
  }

  /** The whole list, for storage and for a joining peer. */
  toBytes(): Buffer {
    return encode(whole, { changes: this.changes.slice(), signature: this.signature });
  }

  /** @throws RosterError */
  static fromBytes(data: Uint8Array, fingerprint: Uint8Array | null): Roster {
    const { changes, signature } = readable(() => decode(whole, data));
    return Roster.follow(null, fingerprint, changes, signature);
  }
}

const whole = record({ changes: list(bytes(2400), MEMBERS_MAX), signature });

function intern(state: RosterState, signature: Uint8Array): Roster {
  const roster = new Roster(state, signature);
  known.set(nameOf(signature), new WeakRef(roster));
  if (known.size > KNOWN_MAX) known.delete(known.keys().next().value!);
  return roster;
}

function nameOf(signature: Uint8Array): string {
  return Buffer.from(signature).toString('latin1');
}

/** Whether a state equals `before` plus these changes. Comparing bytes is much faster than hashing them. */
function isAfter(state: Roster, before: Roster | null, changes: readonly Uint8Array[]): boolean {
  const from = before?.version ?? 0;
  if (state.version !== from + changes.length) return false;
  const isSame = (each: Uint8Array, i: number) =>
    each === state.changes[i] || Buffer.compare(each, state.changes[i]!) === 0;
  // A state shares the change objects of its predecessor.
  const last = before?.changes.at(-1);
  if (last !== undefined && last !== state.changes[from - 1] && !before!.changes.every(isSame)) return false;
  return changes.every((each, i) => isSame(each, from + i));
}

function signedText(state: RosterState): Buffer {
  return Buffer.concat([Buffer.from(`eyrie roster ${state.mesh} ${state.changes.length} `), state.head]);
}
