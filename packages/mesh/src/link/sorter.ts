// What becomes of a connection is decided by its first byte: whether it speaks TLS or something else, such as HTTP, on the same
// port. Before that it costs nothing but a socket, so silent connections are cheap. And TLS takes what has come already
// from here, in pieces as long as that was: reading by itself, it would keep a buffer of 64 KiB for each link.

import type { Socket } from 'node:net';

/** A TLS record of a handshake begins with this (RFC 8446 §5.1); no text does. */
const TLS_HANDSHAKE = 22;
const SILENT_MS = 10_000;
/** Connections that have said nothing yet; for one more, the oldest is closed. */
const SILENT_MAX = 256;

export class Sorter {
  readonly #onTls: (raw: Socket) => void;
  /** Null: then it is left to TLS to fail. */
  readonly #onPlain: ((raw: Socket) => void) | null;
  readonly #onSilent: (address: string) => void;
  readonly #silent = new Set<Socket>();

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
    const [oldest] = this.#silent;
    if (this.#silent.size >= SILENT_MAX) oldest?.destroy();
    this.#silent.add(raw);
    const timer = setTimeout(() => raw.destroy(), SILENT_MS);
    const fail = () => raw.destroy();
    const done = () => {
      clearTimeout(timer);
      this.#silent.delete(raw);
    };
    const over = () => {
      done();
      this.#onSilent(address);
    };
    raw.once('error', fail);
    raw.once('close', over);
    raw.once('readable', () => {
      const first: Buffer | null = raw.read();
      // It ended without a word.
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
    for (const raw of this.#silent) raw.destroy();
  }
}
