// Records the bytes of a visit with time and direction, in one growing buffer.
import type { Account } from './bounds.ts';

export type Direction = 'i' | 'o';

/** Where bytes appear: in the replayable session, among the packets, or both. */
export const PLAYED = 1;
export const SENT = 2;
const OUT = 4;

export interface TapeEntry {
  /** Milliseconds since the start. */
  readonly atMs: number;
  readonly direction: Direction;
  readonly isPlayed: boolean;
  readonly isSent: boolean;
  readonly bytes: Buffer;
}

/** Header of an entry: milliseconds, length, where it appears. */
const HEAD_BYTES = 9;
const FIRST_BYTES = 512;
const MS_MAX = 2 ** 32 - 1;

export class Tape {
  readonly #bytesMax: number;
  readonly #beganAt: number;
  readonly #account: Account;
  #memory: Buffer | null = null;
  #end = 0;
  #recorded = 0;
  /** Lines in NSS key log format, which decrypt the TLS packets. */
  secrets = '';

  /** @param bytesMax recorded bytes; later ones are dropped. `beganAt`: milliseconds since 1970 */
  constructor(bytesMax: number, beganAt: number, account: Account) {
    this.#bytesMax = bytesMax;
    this.#beganAt = beganAt;
    this.#account = account;
  }

  get isEmpty(): boolean {
    return this.#end === 0;
  }

  /** Memory used, in bytes. */
  get heldBytes(): number {
    return (this.#memory?.length ?? 0) + this.secrets.length;
  }

  add(direction: Direction, bytes: Uint8Array, now: number, shown: number = PLAYED | SENT): void {
    const length = Math.min(bytes.length, this.#bytesMax - this.#recorded);
    if (length <= 0) return;
    const memory = this.#room(HEAD_BYTES + length);
    // This host's clock may be set back.
    memory.writeUInt32LE(Math.min(Math.max(0, now - this.#beganAt), MS_MAX), this.#end);
    memory.writeUInt32LE(length, this.#end + 4);
    memory[this.#end + 8] = shown | (direction === 'o' ? OUT : 0);
    memory.set(length === bytes.length ? bytes : bytes.subarray(0, length), this.#end + HEAD_BYTES);
    this.#end += HEAD_BYTES + length;
    this.#recorded += length;
  }

  *entries(): Generator<TapeEntry> {
    const memory = this.#memory;
    if (memory === null) return;
    for (let at = 0; at < this.#end; ) {
      const length = memory.readUInt32LE(at + 4);
      const marks = memory[at + 8]!;
      yield {
        atMs: memory.readUInt32LE(at),
        direction: (marks & OUT) !== 0 ? 'o' : 'i',
        isPlayed: (marks & PLAYED) !== 0,
        isSent: (marks & SENT) !== 0,
        bytes: memory.subarray(at + HEAD_BYTES, at + HEAD_BYTES + length),
      };
      at += HEAD_BYTES + length;
    }
  }

  #room(more: number): Buffer {
    const held = this.#memory;
    if (held !== null && this.#end + more <= held.length) return held;
    const length = Math.max(FIRST_BYTES, 2 * (held?.length ?? 0), this.#end + more);
    // Not pooled: a slice of Node's pool would keep 64 KiB alive for the whole visit.
    const grown = Buffer.allocUnsafeSlow(length);
    if (held !== null) held.copy(grown, 0, 0, this.#end);
    this.#account.hold(grown.length - (held?.length ?? 0));
    this.#memory = grown;
    return grown;
  }
}
