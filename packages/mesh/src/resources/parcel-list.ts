// The persistent list of files that other peers send to this one, bounded per sender, so that no sender evicts the
// entries of another.

import { readJsonList } from '../peer/damaged.ts';
import type { Storage } from '../peer/storage.ts';
import type { Cancel, Clock } from '../runtime.ts';

const STATE = 'parcels.json';
/** Maximum entries per sender: evicts its oldest finished one; refuses new ones while all are still to be fetched. */
export const OF_ONE_MAX = 1_000;
/** Maximum entries in all: evicts one of the sender with the most. */
export const PARCELS_MAX = 10_000;

/** Delay over which changes are batched into one write. The inbox restores what a crash loses. */
const SAVE_MS = 500;

export interface Parcel {
  path: string;
  sizeBytes: number;
  tries: number;
  state: 'coming' | 'here' | 'given up';
  problem: string;
}

export class ParcelList {
  readonly #storage: Storage;
  /** By sender, then by share, oldest first. */
  readonly #all = new Map<string, Map<string, Parcel>>();
  #size = 0;
  readonly #clock: Clock;
  #cancelSave: Cancel | null = null;

  constructor(storage: Storage, clock: Clock) {
    this.#storage = storage;
    this.#clock = clock;
    const advice = 'put a copy of it back, or remove it: files that were sent lie where they are';
    for (const [name, known] of readJsonList<[string, Parcel]>(storage, STATE, advice)) {
      // Peer names contain no spaces; file names may.
      const at = name.indexOf(' ');
      this.#set(name.slice(0, at), name.slice(at + 1), known);
    }
  }

  get(from: string, share: string): Parcel | undefined {
    return this.#all.get(from)?.get(share);
  }

  /** Senders with their files. */
  senders(): IterableIterator<[string, ReadonlyMap<string, Parcel>]> {
    return this.#all.entries();
  }

  hasPath(from: string, path: string): boolean {
    return [...(this.#all.get(from)?.values() ?? [])].some((each) => each.path === path);
  }

  /** Adds or updates an entry as its sender's newest, and makes that sender the last. Returns false if there is no room. */
  keep(from: string, share: string, known: Parcel): boolean {
    this.#delete(from, share);
    const own = this.#all.get(from);
    if (own !== undefined && own.size >= OF_ONE_MAX && !this.#forgetOneOf(from)) return false;
    this.#set(from, share, known);
    if (this.#size > PARCELS_MAX) {
      const [most] = [...this.#all].reduce((a, b) => (b[1].size > a[1].size ? b : a));
      if (!this.#forgetOneOf(most)) this.#delete(most, this.#all.get(most)!.keys().next().value!);
    }
    this.#cancelSave ??= this.#clock.after(SAVE_MS, () => this.save());
    return true;
  }

  #forgetOneOf(from: string): boolean {
    for (const [share, { state }] of this.#all.get(from)!) {
      if (state === 'coming') continue;
      this.#delete(from, share);
      return true;
    }
    return false;
  }

  #set(from: string, share: string, known: Parcel): void {
    const own = this.#all.get(from) ?? new Map<string, Parcel>();
    this.#all.delete(from);
    this.#all.set(from, own);
    own.set(share, known);
    this.#size++;
  }

  #delete(from: string, share: string): void {
    const own = this.#all.get(from);
    if (own?.delete(share) !== true) return;
    this.#size--;
    if (own.size === 0) this.#all.delete(from);
  }

  /** Writes pending changes to disk. */
  save(): void {
    if (this.#cancelSave === null) return;
    this.#cancelSave();
    this.#cancelSave = null;
    const all = [...this.#all].flatMap(([from, own]) =>
      [...own].map(([share, known]) => [`${from} ${share}`, known]),
    );
    this.#storage.write(STATE, JSON.stringify(all));
  }
}
