// Two lists of members that one authority has signed, which part after a common beginning: its folder was put back from an old
// copy, or a snapshot of its machine, and it went on from there. Nothing that either decided may be lost.

import type { Roster } from '../members/roster.ts';
import { type Change, decodeChange } from '../members/roster-state.ts';
import { hex } from './keys.ts';

export interface Merged {
  /** The longer one. */
  base: Roster;
  /** What only the other one has, to be signed on top; keys of the group are not among it. */
  changes: Change[];
}

/** Null if a root was changed in one of them: which of two keys counts then is for people to decide. */
export function mergeRivals(ours: Roster, theirs: Roster): Merged | null {
  const shared = ours.sharedWith(theirs);
  const [base, other] = theirs.version >= ours.version ? [theirs, ours] : [ours, theirs];
  const since = (roster: Roster) => roster.changes.slice(shared).map((each) => decodeChange(each));
  if ([...since(base), ...since(other)].some(({ kind }) => kind === 'root' || kind === 'retire')) return null;
  const keys = new Map<string, string>();
  for (const { id, publicKey, revoked } of base.members.values())
    if (revoked === null) keys.set(id, hex(publicKey));
  const revokedKeys = new Set(base.revokedKeys);
  const changes = since(other).filter((each) => {
    if (each.kind === 'group' || each.kind === 'found' || each.kind === 'root' || each.kind === 'retire')
      return false;
    if (each.kind !== 'admit') {
      const key = keys.get(each.id);
      if (each.kind === 'revoke' && key !== undefined) {
        keys.delete(each.id);
        revokedKeys.add(key);
      }
      return key !== undefined;
    }
    const key = hex(each.publicKey);
    if (keys.has(each.id) || revokedKeys.has(key) || [...keys.values()].includes(key)) return false;
    keys.set(each.id, key);
    return true;
  });
  return { base, changes };
}
