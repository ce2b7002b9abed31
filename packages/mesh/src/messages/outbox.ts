// The outbox: messages by receiver, on disk until the receiver acknowledges them.

import { peerId } from '../identity/names.ts';
import type { Storage } from '../peer/storage.ts';
import type { Random } from '../runtime.ts';
import { bytes, decode, encode, fixed, type Shape, text, variant, varint } from '../wire/schema.ts';

/** Limits per receiver; further messages are refused, and the sender learns of it. */
const WAITING_MAX = 1_000;
export const WAITING_BYTES_MAX = 16 << 20;
/** Time after which an undelivered message is given up. */
export const KEEP_MS = 7 * 24 * 3_600_000;
const MESSAGE_BYTES_MAX = 128 << 10;
const LOG = 'outbox.log';
const DEAD_ENTRIES_MAX = 2_000;

const entry = variant({
  stream: { to: peerId, stream: fixed(8) },
  add: { to: peerId, sequence: varint(), sentMs: varint(), topic: text(64), body: bytes(192 << 10) },
  done: { to: peerId, sequence: varint() },
  /** Of a message that was added before: another peer gave it to this one to send. */
  by: { to: peerId, sequence: varint(), by: peerId },
});
type Entry = Shape<typeof entry>;
export type Waiting = Omit<Extract<Entry, { kind: 'add' }>, 'kind' | 'to'> & {
  /** The peer that handed it to this one to send; '': it is this peer's own. */
  by: string;
};

export interface Queue {
  /** Names the sequence of numbers: as long as this peer keeps its folder. */
  stream: Uint8Array;
  next: number;
  /** The first number that this process gives: lower ones are of earlier runs. */
  ownFrom: number;
  waiting: Waiting[];
  waitingBytes: number;
}

export class Outbox {
  readonly #storage: Storage;
  readonly #random: Random;
  #queues = new Map<string, Queue>();
  #deadEntries = 0;

  constructor(storage: Storage, random: Random) {
    this.#storage = storage;
    this.#random = random;
    for (const each of storage.readLog(LOG)) this.#load(decode(entry, each));
    for (const queue of this.#queues.values()) queue.ownFrom = queue.next;
  }

  queueOf(to: string): Queue | null {
    return this.#queues.get(to) ?? null;
  }

  *receivers(): Generator<string> {
    for (const [to, queue] of this.#queues) if (queue.waiting.length > 0) yield to;
  }

  /** Stores a message; returns its sequence number, or why it is refused. */
  add(to: string, topic: string, body: Uint8Array, nowMs: number, by = ''): number | string {
    if (body.length > MESSAGE_BYTES_MAX)
      return `a message has ${MESSAGE_BYTES_MAX >> 10} KiB at most: share larger things`;
    const queue = this.#queues.get(to);
    if (
      queue !== undefined &&
      (queue.waiting.length >= WAITING_MAX || queue.waitingBytes + body.length > WAITING_BYTES_MAX)
    )
      return `${queue.waiting.length} messages wait for ${to} already`;
    const entries: Entry[] = [];
    if (queue === undefined) entries.push({ kind: 'stream', to, stream: this.#random.bytes(8) });
    const sequence = queue?.next ?? 1;
    entries.push({ kind: 'add', to, sequence, sentMs: nowMs, topic, body });
    if (by !== '') entries.push({ kind: 'by', to, sequence, by });
    this.#storage.append(
      LOG,
      entries.map((each) => encode(entry, each)),
    );
    for (const each of entries) this.#load(each);
    return sequence;
  }

  /**
   * Numbers the waiting messages anew from 1, in a new stream: the two sides do not agree on the numbers of the old one.
   * Written as a whole, since half of it would lose messages.
   *
   * @throws the storage's error; nothing has changed then
   */
  renumber(to: string): void {
    const queue = this.#queues.get(to);
    if (queue === undefined) return;
    const waiting = queue.waiting.map((each, i) => ({ ...each, sequence: i + 1 }));
    const stream = this.#random.bytes(8);
    this.#queues.set(to, { ...queue, stream, next: waiting.length + 1, ownFrom: 1, waiting });
    try {
      this.#compact();
    } catch (error) {
      this.#queues.set(to, queue);
      throw error;
    }
  }

  /** Removes all messages up to that number: they were acknowledged or given up. */
  done(to: string, sequence: number): void {
    const queue = this.#queues.get(to);
    if (queue === undefined || queue.waiting.length === 0 || sequence < queue.waiting[0]!.sequence) return;
    const each: Entry = { kind: 'done', to, sequence };
    this.#storage.append(LOG, [encode(entry, each)]);
    this.#load(each);
    if (this.#deadEntries > DEAD_ENTRIES_MAX) this.#compact();
  }

  #load(each: Entry): void {
    if (each.kind === 'stream') {
      this.#queues.set(each.to, { stream: each.stream, next: 1, ownFrom: 1, waiting: [], waitingBytes: 0 });
      return;
    }
    const queue = this.#queues.get(each.to);
    if (queue === undefined) return;
    if (each.kind === 'add') {
      const { sequence, sentMs, topic, body } = each;
      queue.waiting.push({ sequence, sentMs, topic, body, by: '' });
      queue.waitingBytes += body.length;
      queue.next = sequence + 1;
      return;
    }
    if (each.kind === 'by') {
      const given = queue.waiting.findLast(({ sequence }) => sequence === each.sequence);
      if (given !== undefined) given.by = each.by;
      return;
    }
    queue.next = Math.max(queue.next, each.sequence + 1);
    while (queue.waiting.length > 0 && queue.waiting[0]!.sequence <= each.sequence) {
      queue.waitingBytes -= queue.waiting.shift()!.body.length;
      this.#deadEntries += 2;
    }
  }

  #compact(): void {
    const entries: Entry[] = [];
    for (const [to, queue] of this.#queues) {
      entries.push(
        { kind: 'stream', to, stream: queue.stream },
        { kind: 'done', to, sequence: queue.next - 1 - queue.waiting.length },
      );
      for (const { by, ...each } of queue.waiting) {
        entries.push({ kind: 'add', to, ...each });
        if (by !== '') entries.push({ kind: 'by', to, sequence: each.sequence, by });
      }
    }
    this.#storage.writeLog(
      LOG,
      entries.map((each) => encode(entry, each)),
    );
    this.#deadEntries = 0;
  }
}
