// The state machine behind the list of members: the kinds of changes, and the state after each. roster.ts verifies the
// signatures, except the one inside a change: an older root endorses a new one.

import { verify } from 'node:crypto';
import { isIssuedBy, isRoot, rootKey } from '../identity/certificate.ts';
import { hex, sha256 } from '../identity/keys.ts';
import { meshName, peerId, type Role, role } from '../identity/names.ts';
import {
  bytes,
  decode,
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
import { MEMBERS_MAX, signature } from './roster-part.ts';

const ROOTS_MAX = 2;
/** Maximum measures in force; beyond it, the oldest is dropped. */
const MEASURES_MAX = 10_000;

const certificate = bytes(2048);

export const change = variant({
  found: { mesh: meshName, root: certificate, atMs: varint() },
  admit: { id: peerId, publicKey: fixed(32), role, atMs: varint() },
  revoke: { id: peerId, reason: text(200), atMs: varint() },
  /** A second root, endorsed by one that is trusted already. */
  root: { certificate, endorsement: signature },
  retire: { fingerprint: fixed(32) },
  /** The hash of the key that all peers share, so that a neighbour can pass the key on but not forge one. */
  group: { epoch: varint(), keyHash: fixed(32) },
  /** See members/measures.ts. */
  measure: measureFields,
  release: { id: peerId, atMs: varint() },
});
export type Change = Shape<typeof change>;

/** The endorsements that link each later root to the first: short enough for the answer to an applicant. */
export const rootChain = list(record({ certificate, head: fixed(32), endorsement: signature }), 16);
export type RootChain = Shape<typeof rootChain>;

export interface Member {
  readonly id: string;
  /** Position in the order of admission; never changes. */
  readonly index: number;
  readonly publicKey: Uint8Array;
  readonly role: Role;
  readonly admittedMs: number;
  readonly revoked: { reason: string; atMs: number } | null;
}

export class RosterError extends Error {}

/** The state after a log of changes. Immutable. */
export interface RosterState {
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

/** A key that was valid up to this version: its holder was revoked, or admitted with another key. */
export interface Void {
  id: string;
  version: number;
}

/** The bytes that a root signs to endorse its successor. */
export function endorsedText(head: Uint8Array, certificate: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from('eyrie root '), head, sha256(certificate)]);
}

/**
 * A new root must be endorsed by one that is trusted. Where the root key of the mesh is kept offline, an intermediate must
 * also be issued by that root, so that a stolen key of one intermediate cannot make another.
 */
export function checkEndorsed(
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

/** The root that the mesh was founded with, even if it was retired since. */
export function firstRoot(state: Pick<RosterState, 'changes'>): Uint8Array {
  const [beginning] = state.changes;
  const first = beginning === undefined ? null : decodeChange(beginning);
  if (first?.kind !== 'found') throw new RosterError('the list of members has no beginning');
  return first.root;
}

/** A state while changes are applied to it. */
interface Draft extends Omit<RosterState, 'changes'> {
  members: Map<string, Member>;
  revokedKeys: Set<string>;
  voids: Void[];
  rootChain: RootChain;
  /** Number of changes applied. */
  version: number;
  /** The first root. @throws RosterError */
  beginning(): Uint8Array;
}

/** Applies changes to a state. @throws RosterError if one is invalid */
export function advance(before: RosterState | null, changes: readonly Uint8Array[]): RosterState {
  const draft: Draft = {
    mesh: before?.mesh ?? '',
    head: before?.head ?? Buffer.alloc(32),
    members: new Map(before?.members),
    revokedKeys: new Set(before?.revokedKeys),
    roots: before?.roots ?? [],
    group: before?.group ?? null,
    voids: before?.voids.slice() ?? [],
    rootChain: before?.rootChain.slice() ?? [],
    measures: before?.measures ?? new Map(),
    version: before?.changes.length ?? 0,
    beginning: () => firstRoot({ changes: [...(before?.changes.slice(0, 1) ?? []), ...changes] }),
  };
  for (const encoded of changes) {
    const change = decodeChange(encoded);
    draft.version++;
    if ((change.kind === 'found') !== (draft.mesh === ''))
      throw new RosterError('the list of members must begin with one founding change');
    apply(draft, change);
    draft.head = sha256(draft.head, encoded);
  }
  const { version: _version, beginning: _beginning, ...state } = draft;
  return {
    ...state,
    head: ownCopy(state.head),
    changes: [...(before?.changes ?? []), ...changes.map(ownCopy)],
  };
}

function apply(draft: Draft, change: Change): void {
  const { members, revokedKeys, version } = draft;
  switch (change.kind) {
    case 'found':
      draft.mesh = change.mesh;
      draft.roots = [change.root];
      return;
    case 'admit':
      if (isOtherKey(members.get(change.id), change.publicKey)) draft.voids.push({ id: change.id, version });
      admit(members, revokedKeys, change);
      return;
    case 'revoke':
      if (members.has(change.id)) draft.voids.push({ id: change.id, version });
      revoke(members, revokedKeys, change);
      draft.measures = without(draft.measures, change.id);
      return;
    case 'root': {
      const { certificate, endorsement } = change;
      checkEndorsed(draft.roots, draft.beginning(), draft.head, certificate, endorsement);
      draft.rootChain.push({ certificate, head: draft.head, endorsement });
      draft.roots = [...draft.roots, certificate].slice(-ROOTS_MAX);
      return;
    }
    case 'retire':
      draft.roots = draft.roots.filter((root) => !sha256(root).equals(change.fingerprint));
      return;
    case 'group':
      draft.group = { epoch: change.epoch, keyHash: change.keyHash };
      return;
    case 'measure':
      if (members.has(change.id)) draft.measures = withMeasure(draft.measures, change);
      return;
    case 'release':
      draft.measures = without(draft.measures, change.id);
  }
}

export function decodeChange(encoded: Uint8Array): Change {
  return readable(() => decode(change, encoded));
}

/** Rethrows decoding errors as RosterError. */
export function readable<T>(read: () => T): T {
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

/** Adds a measure, and drops those that had expired when it began. */
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
