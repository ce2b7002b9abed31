// Writes to a TLS socket. Small frames of one event-loop turn share a TLS record, because each record costs a system
// call, a header and a tag. At most one record of small frames is handed to TLS at once: for a longer write Node keeps
// a buffer of that length for the life of the socket, about 100 MB over a thousand links that once passed on the list
// of members. Only frames of at least a record, which are stream data, go in large writes.

import type { TLSSocket } from 'node:tls';

/** Maximum payload of a TLS record (RFC 8446 §5.1). */
export const RECORD_BYTES_MAX = 16_384;
/** Overhead of TLS 1.3 per record (RFC 8446 §5.2): header, content type and tag. */
const RECORD_HEAD_BYTES = 22;
const BULK_BYTES_MAX = 256 << 10;
/** Low-water mark: waiting senders resume when no more than this is queued. */
const DRAINED_BYTES = 256 << 10;

export class Outflow {
  /** Bytes sent, including the overhead of TLS. */
  sentBytes = 0;
  /** Bytes queued here that have not been handed to the network yet. */
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

  /** Flushes the queue at once, before the link is closed. */
  finish(): void {
    if (this.#queue.length > 0) this.#write(this.#queue.splice(0));
  }

  flush(): void {
    this.#isDue = false;
    if (this.#writingBytes > 0 || this.#queue.length === 0 || !this.#socket.writable) return;
    this.#write(this.#queue.splice(0, this.#portion()));
  }

  /** Returns how many of the queued frames to write now. */
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
