// The inbox: received messages, in order per sender and without duplicates. An append-only log, which also restores the
// sequence numbers after a restart.

import { hex } from '../identity/keys.ts';
import { peerId } from '../identity/names.ts';
import type { Storage } from '../peer/storage.ts';
import {
  bytes,
  decode,
  double,
  encode,
  fixed,
  flag,
  ownCopy,
  type Shape,
  text,
  variant,
  varint,
} from '../wire/schema.ts';

/** Beyond these bounds, the oldest messages of the sender with the most are dropped. */
export const INBOX_MAX = 10_000;
export const INBOX_BYTES_MAX = 64 << 20;
/** Factor by which the bounds may be exceeded before compaction, so that it does not run for each message. */
const SLACK = 1.25;
/**
 * Maximum streams per sender, so that no sender evicts another's. A sender uses one, and a new one with each new
 * folder.
 */
const STREAMS_MAX = 16;
const LOG = 'inbox.log';

const entry = variant({
  message: {
    from: peerId,
    stream: fixed(8),
    sequence: varint(),
    sentMs: varint(),
    receivedMs: varint(),
    topic: text(64),
    isBroadcast: flag,
    body: bytes(192 << 10),
  },
  /** The last sequence number taken of a stream whose messages were dropped. */
  cursor: { from: peerId, stream: fixed(8), sequence: varint() },
  /** Number of messages read, from the start of the log. */
  read: { count: varint() },
  /** Belongs to the preceding message: its times are mesh time, and `receivedMs` is accurate to ± this. */
  clock: { uncertaintyMs: double },
  /** Belongs to the preceding message: the client on whose behalf it was sent. */
  by: { by: peerId },
});
export type Message = Extract<Shape<typeof entry>, { kind: 'message' }> & {
  /** Undefined if mesh time was unknown: then `receivedMs` is from this machine's own clock. */
  uncertaintyMs?: number;
  /** The client on whose behalf it was sent, as the sender claims; undefined if none. */
  by?: string;
};

export class Inbox {
  readonly onMessage: ((message: Message) => void)[] = [];
  readonly #storage: Storage;
  readonly #uncertaintyMs: () => number;
  #messages: Message[] = [];
  #bytes = 0;
  /** Last sequence number by sender and stream. */
  readonly #cursors = new Map<string, Map<string, number>>();
  #readCount = 0;

  /** @param uncertaintyMs of the clock that dates messages; Infinity if that is not mesh time */
  constructor(storage: Storage, uncertaintyMs: () => number = () => Number.POSITIVE_INFINITY) {
    this.#storage = storage;
    this.#uncertaintyMs = uncertaintyMs;
    for (const each of storage.readLog(LOG)) this.#load(decode(entry, each));
  }

  get messages(): readonly Message[] {
    return this.#messages;
  }

  get unread(): readonly Message[] {
    return this.#messages.slice(this.#readCount);
  }

  /** Returns the last sequence number taken of a sender's stream; 0 if none. */
  lastOf(from: string, stream: Uint8Array): number {
    return this.#cursors.get(from)?.get(hex(stream)) ?? 0;
  }

  /** Whether that message is still in the inbox. */
  has(from: string, stream: Uint8Array, sequence: number): boolean {
    return this.#messages.some(
      (each) => each.sequence === sequence && each.from === from && Buffer.compare(each.stream, stream) === 0,
    );
  }

  /** Adds a message; it is on disk when this returns, so the sender may be sent a receipt. */
  add(message: Omit<Message, 'kind'>): void {
    const uncertaintyMs = this.#uncertaintyMs();
    const isDated = Number.isFinite(uncertaintyMs);
    const { stream, body } = message;
    const kept = { ...message, stream: ownCopy(stream), body: ownCopy(body) };
    const whole: Message = { kind: 'message', ...kept, ...(isDated ? { uncertaintyMs } : {}) };
    this.#storage.append(LOG, entriesOf(whole));
    this.#load(whole);
    if (this.#messages.length > INBOX_MAX * SLACK || this.#bytes > INBOX_BYTES_MAX * SLACK) this.#compact();
    for (const listener of this.onMessage) listener(whole);
  }

  /** Advances the sequence past a message that is not taken, so that the next can be. */
  skip(from: string, stream: Uint8Array, sequence: number): void {
    const cursor = { kind: 'cursor', from, stream, sequence } as const;
    this.#storage.append(LOG, [encode(entry, cursor)]);
    this.#load(cursor);
  }

  markRead(): void {
    if (this.#readCount === this.#messages.length) return;
    this.#readCount = this.#messages.length;
    this.#storage.append(LOG, [encode(entry, { kind: 'read', count: this.#readCount })]);
  }

  #load(each: Shape<typeof entry>): void {
    if (each.kind === 'clock') {
      const last = this.#messages.at(-1);
      if (last !== undefined) last.uncertaintyMs = each.uncertaintyMs;
      return;
    }
    if (each.kind === 'by') {
      const last = this.#messages.at(-1);
      if (last !== undefined) last.by = each.by;
      return;
    }
    if (each.kind === 'read') {
      this.#readCount = Math.min(each.count, this.#messages.length);
      return;
    }
    const { from, stream, sequence } = each;
    const streams = this.#cursors.get(from) ?? new Map<string, number>();
    const name = hex(stream);
    const last = Math.max(streams.get(name) ?? 0, sequence);
    streams.delete(name);
    streams.set(name, last);
    if (streams.size > STREAMS_MAX) streams.delete(streams.keys().next().value!);
    this.#cursors.set(from, streams);
    if (each.kind !== 'message') return;
    this.#messages.push(each);
    this.#bytes += each.body.length;
  }

  #compact(): void {
    const readBefore = this.#readCount;
    const all = this.#messages;
    const kept = fairShare(all);
    this.#messages = all.filter((each) => kept.has(each));
    this.#bytes = this.#messages.reduce((sum, { body }) => sum + body.length, 0);
    this.#readCount = all.slice(0, readBefore).filter((each) => kept.has(each)).length;
    this.#storage.writeLog(LOG, [
      ...[...this.#cursors].flatMap(([from, streams]) =>
        [...streams].map(([name, sequence]) =>
          encode(entry, { kind: 'cursor', from, stream: Buffer.from(name, 'hex'), sequence }),
        ),
      ),
      ...this.#messages.flatMap(entriesOf),
      encode(entry, { kind: 'read', count: this.#readCount }),
    ]);
  }
}

/**
 * Selects the newest messages of each sender within the total bounds: a sender below an equal share keeps all, so that
 * no sender evicts the messages of others.
 */
function fairShare(all: readonly Message[]): Set<Message> {
  const senders = [...Map.groupBy(all, ({ from }) => from).values()].map((each) => each.toReversed());
  const count = level(
    senders.map((each) => each.length),
    INBOX_MAX,
  );
  const few = senders.map((each) => each.slice(0, count));
  const bytes = level(
    few.map((each) => each.reduce((sum, { body }) => sum + body.length, 0)),
    INBOX_BYTES_MAX,
  );
  const kept = new Set<Message>();
  for (const each of few) {
    let left = bytes;
    for (const message of each) {
      left -= message.body.length;
      if (left < 0) break;
      kept.add(message);
    }
  }
  fill(kept, all);
  return kept;
}

/** Fills room left over by long messages, or by more senders than the bound allows one each, with the newest. */
function fill(kept: Set<Message>, all: readonly Message[]): void {
  let bytes = 0;
  for (const { body } of kept) bytes += body.length;
  for (const message of all.toReversed()) {
    if (kept.size >= INBOX_MAX || bytes + message.body.length > INBOX_BYTES_MAX) return;
    if (kept.has(message)) continue;
    kept.add(message);
    bytes += message.body.length;
  }
}

/** Max-min fair share: the cap for each, so that all together stay within `max`; unused shares go to the others. */
function level(wanted: readonly number[], max: number): number {
  let left = max;
  for (const [i, each] of wanted.toSorted((a, b) => a - b).entries()) {
    const share = Math.floor(left / (wanted.length - i));
    if (each > share) return share;
    left -= each;
  }
  return Number.POSITIVE_INFINITY;
}

function entriesOf(message: Message): Buffer[] {
  const { uncertaintyMs, by } = message;
  const entries = [encode(entry, message)];
  if (uncertaintyMs !== undefined) entries.push(encode(entry, { kind: 'clock', uncertaintyMs }));
  if (by !== undefined) entries.push(encode(entry, { kind: 'by', by }));
  return entries;
}
