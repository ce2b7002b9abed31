// Who is approved, as the authority signed it: a log of changes, each named by the hash of all before it. A peer holds
// one state of it, and sends another what that one lacks. States never change; those of one process are shared.

import { type KeyObject, sign, verify } from 'node:crypto';
import { isIssuedBy, isRoot, rootKey } from '../identity/certificate.ts';
import { remembered, sha256, sha256Text } from '../identity/keys.ts';
import { meshName, peerId, type Role, role } from '../identity/names.ts';
import {
  bytes,
  decode,
  encode,
  fixed,
  list,
  ownCopy,
  record,
  type Shape,
  text,
  variant,
  varint,
  WireError,
} from '../wire/schema.ts';
import { type Measure, measureFields, type Step } from './measures.ts';
import { MEMBERS_MAX, type RosterPart, rosterPart, signature } from './roster-part.ts';

/** Changes go over a link in parts of so many bytes, so that a stranger's part has no need to be long. */
const PART_BYTES = 12 << 10;
const ROOTS_MAX = 2;
/** At once; then the one that is oldest goes. */
const MEASURES_MAX = 10_000;

const certificate = bytes(2048);

const change = variant({
  found: { mesh: meshName, root: certificate, atMs: varint() },
  admit: { id: peerId, publicKey: fixed(32), role, atMs: varint() },
  revoke: { id: peerId, reason: text(200), atMs: varint() },
  /** A second root, endorsed by one that is trusted already. */
  root: { certificate, endorsement: signature },
  retire: { fingerprint: fixed(32) },
  /** The hash of the key that all peers share, so that a neighbour can hand it on but not make one up. */
  group: { epoch: varint(), keyHash: fixed(32) },
  /** For a time: members/measures.ts. */
  measure: measureFields,
  release: { id: peerId, atMs: varint() },
});
export type Change = Shape<typeof change>;

/** How each root after the first came to be trusted: short enough for an answer to a stranger. */
export const rootChain = list(record({ certificate, head: fixed(32), endorsement: signature }), 16);
export type RootChain = Shape<typeof rootChain>;

export interface Member {
  readonly id: string;
  /** Its place in the order of admission, which never changes. */
  readonly index: number;
  readonly publicKey: Uint8Array;
  readonly role: Role;
  readonly admittedMs: number;
  readonly revoked: { reason: string; atMs: number } | null;
}

export class RosterError extends Error {}

interface State {
  mesh: string;
  head: Buffer;
  changes: readonly Uint8Array[];
  members: ReadonlyMap<string, Member>;
  revokedKeys: ReadonlySet<string>;
  roots: readonly Uint8Array[];
  group: { epoch: number; keyHash: Uint8Array } | null;
  voids: readonly Void[];
  rootChain: Readonly<RootChain>;
  measures: ReadonlyMap<string, Measure>;
}

/** A key that was good until that version: its holder was revoked, or admitted with another. */
interface Void {
  id: string;
  version: number;
}

/** By their signatures. */
const known = new Map<string, WeakRef<Roster>>();
const KNOWN_MAX = 4096;
const WRITTEN_MAX = 8;
/** Of one; what is longer is made each time: many copies of the whole would be kept for who says it has almost nothing. */
const WRITTEN_BYTES_MAX = 256 << 10;

export class Roster {
  readonly mesh: string;
  readonly members: ReadonlyMap<string, Member>;
  readonly revokedKeys: ReadonlySet<string>;
  /** Certificates of the authority, DER, the oldest first. */
  readonly roots: readonly Uint8Array[];
  readonly group: { readonly epoch: number; readonly keyHash: Uint8Array } | null;
  readonly voids: readonly Void[];
  readonly rootChain: Readonly<RootChain>;
  /** As signed, also those that are over by now. */
  readonly measures: ReadonlyMap<string, Measure>;
  readonly head: Buffer;
  readonly signature: Uint8Array;
  /** As they were signed, the oldest first. */
  readonly changes: readonly Uint8Array[];
  readonly #written = new Map<number, readonly Buffer[]>();

  constructor(state: State, signature: Uint8Array) {
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

  /** How many changes led here. */
  get version(): number {
    return this.changes.length;
  }

  /** The member of that name if it is approved today. */
  approved(id: string): Member | null {
    const member = this.members.get(id);
    return member !== undefined && member.revoked === null ? member : null;
  }

  /** The first root's certificate: its fingerprint names the mesh, also after it was retired. */
  get beginning(): Uint8Array {
    return firstRoot(this);
  }

  get authority(): Member | null {
    for (const member of this.members.values())
      if (member.role === 'authority' && member.revoked === null) return member;
    return null;
  }

  /** Whose keys were good before that version and are not now. */
  voidedSince(version: number): string[] {
    const first = this.voids.findLastIndex((each) => each.version <= version) + 1;
    return [...new Set(this.voids.slice(first).map((each) => each.id))];
  }

  /** The same as they go over links: many neighbours lack the same, so the last few are kept. */
  writtenFrom(version: number): readonly Buffer[] {
    const known = this.#written.get(version);
    if (known !== undefined) return known;
    const written = this.partsFrom(version).map((part) => encode(rosterPart, part));
    if (written.reduce((sum, each) => sum + each.length, 0) > WRITTEN_BYTES_MAX) return written;
    if (this.#written.size >= WRITTEN_MAX) this.#written.clear();
    this.#written.set(version, written);
    return written;
  }

  /** The parts that bring another from `version` up to this state. */
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

  /** As the authority: the state after these changes, signed. */
  static sign(before: Roster | null, changes: readonly Change[], key: KeyObject): Roster {
    const state = advance(
      before,
      changes.map((each) => encode(change, each)),
    );
    return intern(state, sign('sha384', signedText(state), key));
  }

  /** As the authority, for a `root` change that is the next one after this state. */
  endorse(certificate: Uint8Array, key: KeyObject): Buffer {
    return sign('sha384', endorsedText(this.head, certificate), key);
  }

  /**
   * The state after what another sent.
   *
   * @param before what is known so far, or null with the fingerprint of the first root
   * @throws RosterError if it does not follow on `before`, or is not signed by a root that `before` trusts
   */
  static follow(
    before: Roster | null,
    fingerprint: Uint8Array | null,
    changes: readonly Uint8Array[],
    signature: Uint8Array,
  ): Roster {
    const same = known.get(nameOf(signature))?.deref();
    // Somebody in this process has checked the same.
    const shared = same !== undefined && isAfter(same, before, changes) ? same : null;
    if (shared !== null && fingerprint === null) return shared;
    const state: State = shared ?? advance(before, changes);
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
   * The roots that followed on those of this state, of which only their endorsements are known.
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

  /** All of it, for the disk and for who joins. */
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

function intern(state: State, signature: Uint8Array): Roster {
  const roster = new Roster(state, signature);
  known.set(nameOf(signature), new WeakRef(roster));
  if (known.size > KNOWN_MAX) known.delete(known.keys().next().value!);
  return roster;
}

function nameOf(signature: Uint8Array): string {
  return Buffer.from(signature).toString('latin1');
}

/** Whether a state is `before` and these changes: to compare them is much quicker than to hash them. */
function isAfter(state: Roster, before: Roster | null, changes: readonly Uint8Array[]): boolean {
  const from = before?.version ?? 0;
  if (state.version !== from + changes.length) return false;
  const isSame = (each: Uint8Array, i: number) =>
    each === state.changes[i] || Buffer.compare(each, state.changes[i]!) === 0;
  // States that grew from one another share their changes.
  const last = before?.changes.at(-1);
  if (last !== undefined && last !== state.changes[from - 1] && !before!.changes.every(isSame)) return false;
  return changes.every((each, i) => isSame(each, from + i));
}

function signedText(state: State): Buffer {
  return Buffer.concat([Buffer.from(`eyrie roster ${state.mesh} ${state.changes.length} `), state.head]);
}

function endorsedText(head: Uint8Array, certificate: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from('eyrie root '), head, sha256(certificate)]);
}

/**
 * By one that is trusted. And where the mesh has a root that lies elsewhere, an intermediate is issued by that root, so that
 * whoever steals the key of one cannot make another.
 */
function checkEndorsed(
  roots: readonly Uint8Array[],
  beginning: Uint8Array,
  head: Uint8Array,
  certificate: Uint8Array,
  endorsement: Uint8Array,
): void {
  const text = endorsedText(head, certificate);
  const isUnderRoot = !isRoot(certificate) || roots.some((root) => !isRoot(root));
  const trusted = isUnderRoot ? [beginning, ...roots] : roots;
  if (!trusted.some((root) => verify('sha384', text, rootKey(root), endorsement)))
    throw new RosterError('a new root is not endorsed by the one before');
  if (isUnderRoot && !isIssuedBy(certificate, [beginning]))
    throw new RosterError('a new authority is not issued by the root of this mesh');
}

/** The root that the mesh was founded with, also after it was retired. */
function firstRoot(state: Pick<State, 'changes'>): Uint8Array {
  const [beginning] = state.changes;
  const first = beginning === undefined ? null : decodeChange(beginning);
  if (first?.kind !== 'found') throw new RosterError('the list of members has no beginning');
  return first.root;
}

function advance(before: State | null, changes: readonly Uint8Array[]): State {
  const members = new Map(before?.members);
  const revokedKeys = new Set(before?.revokedKeys);
  let roots = before?.roots ?? [];
  let group = before?.group ?? null;
  let measures = before?.measures ?? new Map<string, Measure>();
  let mesh = before?.mesh ?? '';
  let head = before?.head ?? Buffer.alloc(32);
  const voids = before?.voids.slice() ?? [];
  const chain = before?.rootChain.slice() ?? [];
  let version = before?.changes.length ?? 0;
  for (const encoded of changes) {
    const each = decodeChange(encoded);
    version++;
    if ((each.kind === 'found') !== (mesh === ''))
      throw new RosterError('the list of members begins wrongly');
    switch (each.kind) {
      case 'found':
        mesh = each.mesh;
        roots = [each.root];
        break;
      case 'admit':
        if (isOtherKey(members.get(each.id), each.publicKey)) voids.push({ id: each.id, version });
        admit(members, revokedKeys, each);
        break;
      case 'revoke':
        if (members.has(each.id)) voids.push({ id: each.id, version });
        revoke(members, revokedKeys, each);
        measures = without(measures, each.id);
        break;
      case 'root':
        checkEndorsed(
          roots,
          firstRoot({ changes: [...(before?.changes.slice(0, 1) ?? []), ...changes] }),
          head,
          each.certificate,
          each.endorsement,
        );
        chain.push({ certificate: each.certificate, head, endorsement: each.endorsement });
        roots = [...roots, each.certificate].slice(-ROOTS_MAX);
        break;
      case 'retire':
        roots = roots.filter((root) => !sha256(root).equals(each.fingerprint));
        break;
      case 'group':
        group = { epoch: each.epoch, keyHash: each.keyHash };
        break;
      case 'measure':
        if (members.has(each.id)) measures = withMeasure(measures, each);
        break;
      case 'release':
        measures = without(measures, each.id);
    }
    head = sha256(head, encoded);
  }
  return {
    mesh,
    head: ownCopy(head),
    changes: [...(before?.changes ?? []), ...changes.map(ownCopy)],
    members,
    revokedKeys,
    roots,
    group,
    voids,
    rootChain: chain,
    measures,
  };
}

function decodeChange(encoded: Uint8Array): Change {
  return readable(() => decode(change, encoded));
}

function readable<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof WireError) throw new RosterError(`the list of members is damaged: ${error.message}`);
    throw error;
  }
}

function isOtherKey(member: Member | undefined, publicKey: Uint8Array): boolean {
  return member !== undefined && Buffer.compare(member.publicKey, publicKey) !== 0;
}

function admit(
  members: Map<string, Member>,
  revokedKeys: ReadonlySet<string>,
  each: Change & { kind: 'admit' },
): void {
  const old = members.get(each.id);
  if (old === undefined && members.size >= MEMBERS_MAX) throw new RosterError('the list of members is full');
  if (revokedKeys.has(hex(each.publicKey))) throw new RosterError('a revoked key is admitted again');
  const { id } = each;
  const publicKey = ownCopy(each.publicKey);
  const index = old?.index ?? members.size;
  members.set(id, { id, index, publicKey, role: each.role as Role, admittedMs: each.atMs, revoked: null });
}

function revoke(
  members: Map<string, Member>,
  revokedKeys: Set<string>,
  each: Change & { kind: 'revoke' },
): void {
  const old = members.get(each.id);
  if (old === undefined) return;
  members.set(each.id, { ...old, revoked: { reason: each.reason, atMs: each.atMs } });
  revokedKeys.add(hex(old.publicKey));
}

/** Those that were over when this one began go, so that only what may be in force is kept. */
function withMeasure(
  measures: ReadonlyMap<string, Measure>,
  { id, step, reason, atMs, untilMs, to }: Change & { kind: 'measure' },
): ReadonlyMap<string, Measure> {
  const kept = [...measures].filter(([other, measure]) => other !== id && measure.untilMs > atMs);
  const measure: Measure = { step: step as Step, reason, atMs, untilMs, to };
  return new Map([...kept.slice(1 - MEASURES_MAX), [id, measure]]);
}

function without(measures: ReadonlyMap<string, Measure>, id: string): ReadonlyMap<string, Measure> {
  return measures.has(id) ? new Map([...measures].filter(([other]) => other !== id)) : measures;
}

export function hex(data: Uint8Array): string {
  return Buffer.from(data.buffer, data.byteOffset, data.length).toString('hex');
}
