// Writes to a TLS socket. Small frames of one turn of the event loop go in one record, because each record costs a system
// call, a head and a tag, whatever is in it. No more than a record of them is handed to TLS at once: for longer writes Node keeps a
// buffer as long as the write for as long as the socket lives, which a thousand links that once passed on the list of
// members would pay with a hundred megabytes. Only what is a record long itself, the data of streams, goes in large writes.

import type { TLSSocket } from 'node:tls';

/** The most that a record holds (RFC 8446 §5.1). */
export const RECORD_BYTES_MAX = 16_384;
/** What TLS 1.3 adds to each record (§5.2): its head, the type and the tag. */
const RECORD_HEAD_BYTES = 22;
const BULK_BYTES_MAX = 256 << 10;
/** Low-water mark: senders that wait go on when no more than this is left. */
const DRAINED_BYTES = 256 << 10;

export class Outflow {
  /** With the overhead of TLS. */
  sentBytes = 0;
  /** Handed over to this, and not to the network yet. */
  waitingBytes = 0;
  readonly #socket: TLSSocket;
  readonly #onDrain: () => void;
  readonly #written: () => void;
  #queue: Uint8Array[] = [];
  #isDue = false;
  #writingBytes = 0;
  #isFull = false;

  constructor(socket: TLSSocket, onDrain: () => void) {
    this.#socket = socket;
    this.#onDrain = onDrain;
    this.#written = () => this.#afterWrite();
  }

  send(parts: readonly Uint8Array[]): void {
    for (const part of parts) {
      this.#queue.push(part);
      this.waitingBytes += part.length;
    }
    if (this.waitingBytes > DRAINED_BYTES) this.#isFull = true;
    if (this.#isDue || this.#writingBytes > 0) return;
    this.#isDue = true;
    process.nextTick(flush, this);
  }

  /** Sends the rest at once: nothing comes after it. */
  finish(): void {
    if (this.#queue.length > 0) this.#write(this.#queue.splice(0));
  }

  flush(): void {
    this.#isDue = false;
    if (this.#writingBytes > 0 || this.#queue.length === 0 || !this.#socket.writable) return;
    this.#write(this.#queue.splice(0, this.#portion()));
  }

  /** How many of those that wait go now. */
  #portion(): number {
    let bytes = 0;
    let most = RECORD_BYTES_MAX - 1;
    for (let i = 0; i < this.#queue.length; i++) {
      const { length } = this.#queue[i]!;
      if (length >= RECORD_BYTES_MAX) most = BULK_BYTES_MAX;
      bytes += length;
      if (bytes > most) return Math.max(1, i);
    }
    return this.#queue.length;
  }

  #write(parts: Uint8Array[]): void {
    const socket = this.#socket;
    const bytes = parts.reduce((sum, part) => sum + part.length, 0);
    this.#writingBytes += bytes;
    this.sentBytes += bytes + RECORD_HEAD_BYTES * Math.ceil(bytes / RECORD_BYTES_MAX);
    const last = parts.pop()!;
    if (parts.length === 0) return void socket.write(last, this.#written);
    if (bytes < RECORD_BYTES_MAX)
      return void socket.write(Buffer.concat([...parts, last], bytes), this.#written);
    socket.cork();
    for (const part of parts) socket.write(part);
    socket.write(last, this.#written);
    socket.uncork();
  }

  #afterWrite(): void {
    this.waitingBytes -= this.#writingBytes;
    this.#writingBytes = 0;
    if (this.#socket.destroyed) return;
    this.flush();
    if (!this.#isFull || this.waitingBytes > DRAINED_BYTES) return;
    this.#isFull = false;
    this.#onDrain();
  }
}

function flush(outflow: Outflow): void {
  outflow.flush();
}
