// What was said in a visit, as it came: bytes with their time and direction, in one piece of memory that grows.
import type { Account } from './bounds.ts';

export type Direction = 'i' | 'o';

/** Where bytes are shown: in the session that can be played, among the packets, or in both. */
export const PLAYED = 1;
export const SENT = 2;
const OUT = 4;

export interface TapeEntry {
  /** Milliseconds since the beginning. */
  readonly atMs: number;
  readonly direction: Direction;
  readonly isPlayed: boolean;
  readonly isSent: boolean;
  readonly bytes: Buffer;
}

/** Of an entry: milliseconds, length, where it is shown. */
const HEAD_BYTES = 9;
const FIRST_BYTES = 512;
const MS_MAX = 2 ** 32 - 1;

export class Tape {
  readonly #bytesMax: number;
  readonly #beganAt: number;
  readonly #account: Account;
  #memory: Buffer | null = null;
  #end = 0;
  #said = 0;
  /** Lines of NSS key log format: what opens the TLS among the packets. */
  secrets = '';

  /** `bytesMax`: of what was said; what comes after is not recorded. `beganAt`: milliseconds. */
  constructor(bytesMax: number, beganAt: number, account: Account) {
    this.#bytesMax = bytesMax;
    this.#beganAt = beganAt;
    this.#account = account;
  }

  get isEmpty(): boolean {
    return this.#end === 0;
  }

  /** Bytes of memory. */
  get heldBytes(): number {
    return (this.#memory?.length ?? 0) + this.secrets.length;
  }

  add(direction: Direction, bytes: Uint8Array, now: number, shown: number = PLAYED | SENT): void {
    const length = Math.min(bytes.length, this.#bytesMax - this.#said);
    if (length <= 0) return;
    const memory = this.#room(HEAD_BYTES + length);
    // The clock of this host may be set back meanwhile.
    memory.writeUInt32LE(Math.min(Math.max(0, now - this.#beganAt), MS_MAX), this.#end);
    memory.writeUInt32LE(length, this.#end + 4);
    memory[this.#end + 8] = shown | (direction === 'o' ? OUT : 0);
    memory.set(length === bytes.length ? bytes : bytes.subarray(0, length), this.#end + HEAD_BYTES);
    this.#end += HEAD_BYTES + length;
    this.#said += length;
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
    // Memory of its own: a slice of Node's pool would keep all 64 KiB of it for as long as the visit lasts.
    const grown = Buffer.allocUnsafeSlow(length);
    if (held !== null) held.copy(grown, 0, 0, this.#end);
    this.#account.hold(grown.length - (held?.length ?? 0));
    this.#memory = grown;
    return grown;
  }
}
