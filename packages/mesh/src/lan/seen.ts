// Replay protection of LAN messages: names of the messages taken, kept across restarts. A name is derived from sender and id:
// a member that learns the id of another's message can send one of its own with it.

import { hex, sha256 } from '../identity/keys.ts';
import type { Storage } from '../peer/storage.ts';
import type { Clock } from '../runtime.ts';
import { decode, encode, fixed, record, varint } from '../wire/schema.ts';

const LOG = 'lan.log';
/** Beyond this many, the oldest are evicted. */
const SEEN_MAX = 10_000;
const NAME_BYTES = 8;
const entry = record({ id: fixed(NAME_BYTES), atMs: varint() });

export interface Sent {
  readonly id: Uint8Array;
  readonly from: string;
}

export class Seen {
  readonly #clock: Clock;
  readonly #storage: Storage | null;
  readonly #keepMs: number;
  /** Time of reception by name, oldest first. */
  readonly #taken = new Map<string, number>();
  #entries = 0;

  /** @param keepMs retention; older messages are refused for their age */
  constructor(clock: Clock, storage: Storage | null, keepMs: number) {
    this.#clock = clock;
    this.#storage = storage;
    this.#keepMs = keepMs;
    for (const each of storage?.readLog(LOG) ?? []) {
      const { id, atMs } = decode(entry, each);
      this.#taken.set(hex(id), atMs);
      this.#entries++;
    }
  }

  has(message: Sent): boolean {
    return this.#taken.has(hex(nameOf(message)));
  }

  /** Durable when it returns: only then may the message be acted on. */
  add(message: Sent): void {
    const id = nameOf(message);
    const atMs = this.#clock.nowMs();
    this.#taken.set(hex(id), atMs);
    this.#storage?.append(LOG, [encode(entry, { id, atMs })]);
    if (++this.#entries > SEEN_MAX) this.#compact(atMs);
  }

  #compact(nowMs: number): void {
    for (const [name, atMs] of this.#taken)
      if (Math.abs(nowMs - atMs) > this.#keepMs || this.#taken.size > SEEN_MAX / 2) this.#taken.delete(name);
    this.#entries = this.#taken.size;
    const rest = [...this.#taken].map(([name, atMs]) =>
      encode(entry, { id: Buffer.from(name, 'hex'), atMs }),
    );
    this.#storage?.writeLog(LOG, rest);
  }
}

function nameOf({ id, from }: Sent): Buffer {
  return sha256(id, from).subarray(0, NAME_BYTES);
}
