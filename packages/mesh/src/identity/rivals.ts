// Merges two lists of members that one authority signed and that diverge after a common prefix: its folder was restored
// from a backup or a snapshot, and it went on from there. No decision of either may be lost, and none may be applied
// twice, because any peer that kept one of the lists can present it again years later.

import type { Roster } from '../members/roster.ts';
import { type Change, decodeChange } from '../members/roster-state.ts';
import type { Runtime } from '../runtime.ts';
import { hex } from './keys.ts';

/** Mean interval between merges. Two copies that run at once keep merging each other's list; this limits the rate. */
const MERGE_MS = 10_000;

export interface Merged {
  /** The longer one. */
  base: Roster;
  /** Changes that only the other list has, to be signed on top of `base`; group keys are left out. */
  changes: Change[];
  /** Already merged: nothing to sign. */
  isDone: boolean;
}

/** Merges two diverged lists. Null if either changed a root: only an operator can decide which key counts. */
export function mergeRivals(ours: Roster, theirs: Roster): Merged | null {
  const shared = ours.sharedWith(theirs);
  const [base, other] = theirs.version >= ours.version ? [theirs, ours] : [ours, theirs];
  const changesOf = (roster: Roster) => roster.changes.slice(shared).map((each) => decodeChange(each));
  const [sinceBase, sinceOther] = [changesOf(base), changesOf(other)];
  if ([...sinceBase, ...sinceOther].some(({ kind }) => kind === 'root' || kind === 'retire')) return null;
  const keys = new Map<string, string>();
  for (const { id, publicKey, revoked } of base.members.values())
    if (revoked === null) keys.set(id, hex(publicKey));
  const inUse = new Set(keys.values());
  const decidedMs = new Map<string, number>();
  for (const each of sinceBase)
    if ('id' in each) decidedMs.set(each.id, Math.max(each.atMs, decidedMs.get(each.id) ?? 0));
  const isMissing = (each: Change): boolean => {
    switch (each.kind) {
      case 'admit': {
        const key = hex(each.publicKey);
        if (keys.has(each.id) || inUse.has(key) || base.revokedKeys.has(key)) return false;
        keys.set(each.id, key);
        inUse.add(key);
        return true;
      }
      case 'revoke': {
        const key = keys.get(each.id);
        // Otherwise the member was admitted again since, with another key.
        if (key === undefined || !other.revokedKeys.has(key)) return false;
        return keys.delete(each.id);
      }
      case 'measure':
      case 'release':
        // Of two decisions about one peer, the later one wins.
        return keys.has(each.id) && each.atMs > (decidedMs.get(each.id) ?? -1);
      default:
        return false;
    }
  };
  const changes = sinceOther.filter(isMissing);
  // Both lists may have assigned one epoch to different group keys.
  const isLaterKey = (ours.group?.epoch ?? 0) > (theirs.group?.epoch ?? 0);
  return { base, changes, isDone: base === ours && changes.length === 0 && isLaterKey };
}

/** The part of the authority that a merge needs. */
export interface Signer {
  roster(): Roster;
  /** Signs the changes, and a new group key. @throws if signing or writing to disk fails */
  sign(changes: readonly Change[], base: Roster, otherEpoch: number): void;
}

/** Merges rival lists into the authority's: the first immediately, later ones rate-limited. */
export class Rivals {
  readonly #runtime: Runtime;
  readonly #signer: Signer;
  /** The rival to merge next; a newer one replaces it. */
  #next: Roster | null = null;
  #isWaiting = false;

  constructor(runtime: Runtime, signer: Signer) {
    this.#runtime = runtime;
    this.#signer = signer;
  }

  merge(theirs: Roster): void {
    if (mergeRivals(this.#signer.roster(), theirs)?.isDone) return;
    this.#next = theirs;
    if (!this.#isWaiting) this.#merge();
  }

  #merge(): void {
    const { clock, random, log } = this.#runtime;
    const theirs = this.#next;
    if (theirs === null) return;
    this.#next = null;
    this.#isWaiting = true;
    clock.after(MERGE_MS * (0.5 + random.fraction()), () => {
      this.#isWaiting = false;
      this.#merge();
    });
    const ours = this.#signer.roster();
    const merged = mergeRivals(ours, theirs);
    const fields = { here: ours.version, there: theirs.version };
    try {
      if (merged === null)
        log('warn', 'two copies of the authority were in use, and one has changed the root', fields);
      else if (!merged.isDone) {
        log('warn', 'two copies of the authority were in use: what both decided holds', fields);
        this.#signer.sign(merged.changes, merged.base, theirs.group?.epoch ?? 0);
      }
    } catch (error) {
      const { message } = error as Error;
      this.#next ??= theirs;
      log('warn', 'merging the two lists of members failed, will retry', { message });
    }
  }
}
