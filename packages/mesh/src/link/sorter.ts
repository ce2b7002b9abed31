// Tells by the first byte of a connection whether it speaks TLS or something else, such as HTTP, on the same
// port. Until then it costs nothing but a socket, so silent connections are cheap. TLS is handed what has arrived
// in pieces of their own length: reading by itself, it would keep a buffer of 64 KiB for each link.

import type { Socket } from 'node:net';
import { WaitingRoom } from './waiting-room.ts';

/** The first byte of a TLS handshake record (RFC 8446 §5.1); no text begins with it. */
const TLS_HANDSHAKE = 22;
const SILENT_MS = 10_000;

export class Sorter {
  readonly #onTls: (raw: Socket) => void;
  /** Null: then it is left to TLS to fail. */
  readonly #onPlain: ((raw: Socket) => void) | null;
  readonly #onSilent: (address: string) => void;
  readonly #silent = new WaitingRoom();

  /** @param onSilent it was closed before it said anything */
  constructor(
    onTls: (raw: Socket) => void,
    onPlain: ((raw: Socket) => void) | null,
    onSilent: (address: string) => void,
  ) {
    this.#onTls = onTls;
    this.#onPlain = onPlain;
    this.#onSilent = onSilent;
  }

  /** @param address where it comes from, which a closed socket does not say any more */
  take(raw: Socket, address: string): void {
    this.#silent.enter(raw);
    const timer = setTimeout(() => raw.destroy(), SILENT_MS);
    const fail = () => raw.destroy();
    const done = () => {
      clearTimeout(timer);
      this.#silent.leave(raw);
    };
    const over = () => {
      done();
      this.#onSilent(address);
    };
    raw.once('error', fail);
    raw.once('close', over);
    raw.once('readable', () => {
      const first: Buffer | null = raw.read();
      // It was closed without a byte.
      if (first === null) return void raw.destroy();
      done();
      raw.off('error', fail);
      raw.off('close', over);
      raw.unshift(first);
      if (first[0] === TLS_HANDSHAKE || this.#onPlain === null) this.#onTls(raw);
      else this.#onPlain(raw);
    });
  }

  close(): void {
    this.#silent.close();
  }
}
