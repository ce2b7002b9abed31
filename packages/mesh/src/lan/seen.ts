// Replay protection of LAN messages: the ids of messages taken, kept across restarts.

import { hex } from '../identity/keys.ts';
import type { Storage } from '../peer/storage.ts';
import type { Clock } from '../runtime.ts';
import { decode, encode, fixed, record, varint } from '../wire/schema.ts';

const LOG = 'lan.log';
/** Beyond this many, the oldest are evicted. */
const SEEN_MAX = 10_000;
const entry = record({ id: fixed(8), atMs: varint() });

export class Seen {
  readonly #clock: Clock;
  readonly #storage: Storage | null;
  readonly #keepMs: number;
  /** Time of reception by id, oldest first. */
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

  has(id: Uint8Array): boolean {
    return this.#taken.has(hex(id));
  }

  /** Durable when it returns: only then may the message be acted on. */
  add(id: Uint8Array): void {
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
