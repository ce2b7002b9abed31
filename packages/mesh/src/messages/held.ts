// Store and forward: sealed messages for receivers that are away, on disk, bounded per sender, until the receiver
// acknowledges them or they expire. When the store is full, the newest messages of the sender with the most are evicted
// in favour of a sender with less.

import { sha256 } from '../identity/keys.ts';
import { peerId } from '../identity/names.ts';
import type { Storage } from '../peer/storage.ts';
import { bytes, decode, encode, fixed, type Shape, variant, varint } from '../wire/schema.ts';
import { BODY_BYTES_MAX } from './routing.ts';

/** Limits per sender and in all; a message beyond its sender's limit is refused, and the sender learns of it. */
export const HELD_OF_ONE_MAX = 200;
export const HELD_OF_ONE_BYTES_MAX = 4 << 20;
export const HELD_MAX = 2_000;
export const HELD_BYTES_MAX = 32 << 20;
const LOG = 'held.log';
const DEAD_ENTRIES_MAX = 500;

const entry = variant({
  add: { from: peerId, to: peerId, name: fixed(16), expiresMs: varint(), sealed: bytes(BODY_BYTES_MAX) },
  /** Completion, by the message's key in this store. */
  done: { name: fixed(16) },
});
type Entry = Shape<typeof entry>;
export type HeldMessage = Omit<Extract<Entry, { kind: 'add' }>, 'kind'>;
type Name = Pick<HeldMessage, 'name' | 'from' | 'to'>;

export class Held {
  readonly #storage: Storage;
  /** By a hash of sender, receiver and name, oldest first: senders choose names, and two may choose the same. */
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

  /** Returns the receivers for which messages are held. */
  receivers(): Set<string> {
    return new Set([...this.#all.values()].map(({ to }) => to));
  }

  /** Returns the messages held for a receiver, in order of arrival. */
  for(to: string): HeldMessage[] {
    return [...this.#all.values()].filter((each) => each.to === to);
  }

  /** Stores a message; returns why it is refused, or null. Idempotent. */
  add(message: HeldMessage): string | null {
    if (this.#all.has(nameOf(message))) return null;
    const own = this.#of(message.from);
    const ownBytes = bytesOf(own) + message.sealed.length;
    if (own.length >= HELD_OF_ONE_MAX || ownBytes > HELD_OF_ONE_BYTES_MAX)
      return 'your quota of held messages is used up';
    if (!this.#makeRoom(own.length + 1, ownBytes, message.sealed.length))
      return 'there is no room for held messages';
    this.#append({ kind: 'add', ...message });
    return null;
  }

  /** Evicts the newest messages of senders that hold more than this one would. Returns false if there is none. */
  #makeRoom(ownCount: number, ownBytes: number, bytes: number): boolean {
    while (this.#all.size >= HELD_MAX || this.#bytes + bytes > HELD_BYTES_MAX) {
      const isByCount = this.#all.size >= HELD_MAX;
      const senders = Map.groupBy(this.#all.values(), ({ from }) => from).values();
      const weightOf = (each: readonly HeldMessage[]) => (isByCount ? each.length : bytesOf(each));
      const most = [...senders].reduce((a, b) => (weightOf(b) > weightOf(a) ? b : a));
      if (weightOf(most) <= (isByCount ? ownCount : ownBytes)) return false;
      this.drop(most.at(-1)!);
    }
    return true;
  }

  #of(sender: string): HeldMessage[] {
    return [...this.#all.values()].filter(({ from }) => from === sender);
  }

  /** Drops a message that its receiver has, or that is no longer needed. */
  drop(message: Name): void {
    if (!this.#all.has(nameOf(message))) return;
    this.#append({ kind: 'done', name: Buffer.from(nameOf(message), 'latin1') });
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
    const name = Buffer.from(each.name).toString('latin1');
    this.#bytes -= this.#all.get(name)?.sealed.length ?? 0;
    this.#all.delete(name);
    this.#deadEntries += 2;
  }

  #compact(): void {
    const entries = [...this.#all.values()].map((each) => encode(entry, { kind: 'add', ...each }));
    this.#storage.writeLog(LOG, entries);
    this.#deadEntries = 0;
  }
}

/** Scopes a sender's name for a message to that sender and receiver. */
function nameOf({ name, from, to }: Name): string {
  return sha256('held here', from, '\n', to, '\n', name).toString('latin1', 0, 16);
}

function bytesOf(messages: readonly HeldMessage[]): number {
  return messages.reduce((sum, { sealed }) => sum + sealed.length, 0);
}
