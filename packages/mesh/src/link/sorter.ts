// Tells from the first byte of a connection whether it speaks TLS or something else, such as HTTP, on the same port.
// Until then the connection costs only a socket. TLS receives the data in buffers of its own length: if it read from
// the socket itself, it would keep a 64 KiB buffer for each link.

import type { Socket } from 'node:net';
import { WaitingRoom } from './waiting-room.ts';

/** Content type of a TLS handshake record (RFC 8446 §5.1); no text protocol starts with this byte. */
const TLS_HANDSHAKE = 22;
const SILENT_MS = 10_000;

export class Sorter {
  readonly #onTls: (raw: Socket) => void;
  /** Null passes such connections to TLS, whose handshake fails. */
  readonly #onPlain: ((raw: Socket) => void) | null;
  readonly #onSilent: (address: string) => void;
  readonly #silent = new WaitingRoom();

  /** @param onSilent called when a connection was closed before it sent anything */
  constructor(
    onTls: (raw: Socket) => void,
    onPlain: ((raw: Socket) => void) | null,
    onSilent: (address: string) => void,
  ) {
    this.#onTls = onTls;
    this.#onPlain = onPlain;
    this.#onSilent = onSilent;
  }

  /** @param address the remote address, which a closed socket no longer reports */
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
      // The connection was closed without a byte.
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
