// What this peer keeps for others: sealed messages whose receiver is away, on disk, bounded for each sender, until the
// receiver has said that it has them, or they expire.

import { peerId } from '../identity/names.ts';
import type { Storage } from '../peer/storage.ts';
import { bytes, decode, encode, fixed, type Shape, variant, varint } from '../wire/schema.ts';
import { BODY_BYTES_MAX } from './routing.ts';

/** Of one sender, and of all; what is more is not taken, and the sender is told. */
export const HELD_OF_ONE_MAX = 200;
export const HELD_OF_ONE_BYTES_MAX = 4 << 20;
export const HELD_MAX = 2_000;
export const HELD_BYTES_MAX = 32 << 20;
const LOG = 'held.log';
const DEAD_ENTRIES_MAX = 500;

const entry = variant({
  add: { from: peerId, to: peerId, name: fixed(16), expiresMs: varint(), sealed: bytes(BODY_BYTES_MAX) },
  done: { name: fixed(16) },
});
type Entry = Shape<typeof entry>;
export type HeldMessage = Omit<Extract<Entry, { kind: 'add' }>, 'kind'>;

export class Held {
  readonly #storage: Storage;
  /** By name, the oldest first. */
  readonly #all = new Map<string, HeldMessage>();
  #bytes = 0;
  #deadEntries = 0;

  constructor(storage: Storage) {
    this.#storage = storage;
    for (const each of storage.readLog(LOG)) this.#load(decode(entry, each));
  }

  get size(): number {
    return this.#all.size;
  }

  /** For whom anything is held. */
  receivers(): Set<string> {
    return new Set([...this.#all.values()].map(({ to }) => to));
  }

  /** In the order they came. */
  for(to: string): HeldMessage[] {
    return [...this.#all.values()].filter((each) => each.to === to);
  }

  /** Why it is not taken, or null. The same again is taken once. */
  add(message: HeldMessage): string | null {
    if (this.#all.has(nameOf(message))) return null;
    const own = [...this.#all.values()].filter(({ from }) => from === message.from);
    const ownBytes = own.reduce((sum, { sealed }) => sum + sealed.length, message.sealed.length);
    if (own.length >= HELD_OF_ONE_MAX || ownBytes > HELD_OF_ONE_BYTES_MAX)
      return 'too much of yours is held here';
    if (this.#all.size >= HELD_MAX || this.#bytes + message.sealed.length > HELD_BYTES_MAX)
      return 'too much is held here';
    this.#append({ kind: 'add', ...message });
    return null;
  }

  /** Its receiver has it, or nobody needs it any more. */
  drop(message: Pick<HeldMessage, 'name'>): void {
    if (!this.#all.has(nameOf(message))) return;
    this.#append({ kind: 'done', name: message.name });
    if (this.#deadEntries > DEAD_ENTRIES_MAX) this.#compact();
  }

  dropIf(isOver: (message: HeldMessage) => boolean): void {
    for (const each of [...this.#all.values()]) if (isOver(each)) this.drop(each);
  }

  #append(each: Entry): void {
    this.#storage.append(LOG, [encode(entry, each)]);
    this.#load(each);
  }

  #load(each: Entry): void {
    if (each.kind === 'add') {
      const { kind: _kind, ...message } = each;
      this.#all.set(nameOf(message), message);
      this.#bytes += message.sealed.length;
      return;
    }
    this.#bytes -= this.#all.get(nameOf(each))?.sealed.length ?? 0;
    this.#all.delete(nameOf(each));
    this.#deadEntries += 2;
  }

  #compact(): void {
    const entries = [...this.#all.values()].map((each) => encode(entry, { kind: 'add', ...each }));
    this.#storage.writeLog(LOG, entries);
    this.#deadEntries = 0;
  }
}

function nameOf({ name }: Pick<HeldMessage, 'name'>): string {
  return Buffer.from(name).toString('latin1');
}
