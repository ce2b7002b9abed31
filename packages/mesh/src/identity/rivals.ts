// Two lists of members that one authority has signed, which part after a common beginning: its folder was put back from an old
// copy, or a snapshot of its machine, and it went on from there. Nothing that either decided may be lost. And nothing may be
// decided twice: anybody who has kept one of them can show it again, years later.

import type { Roster } from '../members/roster.ts';
import { type Change, decodeChange } from '../members/roster-state.ts';
import type { Runtime } from '../runtime.ts';
import { hex } from './keys.ts';

/** Between two merges, about: two copies that run at once would each merge what the other has just signed, without end. */
const MERGE_MS = 10_000;

export interface Merged {
  /** The longer one. */
  base: Roster;
  /** What only the other one has, to be signed on top; keys of the group are not among it. */
  changes: Change[];
  /** Nothing is to be signed: this was done before. */
  isDone: boolean;
}

/** Null if a root was changed in one of them: which of two keys counts then is for people to decide. */
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
        // Else it was let in again since, with another key.
        if (key === undefined || !other.revokedKeys.has(key)) return false;
        return keys.delete(each.id);
      }
      case 'measure':
      case 'release':
        // Of two decisions about one peer the later one counts.
        return keys.has(each.id) && each.atMs > (decidedMs.get(each.id) ?? -1);
      default:
        return false;
    }
  };
  const changes = sinceOther.filter(isMissing);
  // The two may have numbered different keys of the group alike.
  const isLaterKey = (ours.group?.epoch ?? 0) > (theirs.group?.epoch ?? 0);
  return { base, changes, isDone: base === ours && changes.length === 0 && isLaterKey };
}

/** What a merge needs of the authority. */
export interface Signer {
  roster(): Roster;
  /** With a new key of the group. @throws if it cannot be signed, or not be kept on disk */
  sign(changes: readonly Change[], base: Roster, otherEpoch: number): void;
}

/** Merges the lists that others have into that of the authority: the first at once, later ones at a pace. */
export class Rivals {
  readonly #runtime: Runtime;
  readonly #signer: Signer;
  /** Waits for its time; of several the newest. */
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
      log('warn', 'the two lists could not be made one, which is tried again', { message });
    }
  }
}
