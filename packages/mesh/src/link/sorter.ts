// One port for two protocols: by the first byte, whether a connection speaks TLS or something else, such as HTTP.

import type { Socket } from 'node:net';

/** A TLS record of a handshake begins with this (RFC 8446 §5.1); no text does. */
const TLS_HANDSHAKE = 22;
const SILENT_MS = 10_000;
/** Connections that have said nothing yet; for one more, the oldest is closed. */
const SILENT_MAX = 256;

export class Sorter {
  readonly #onTls: (raw: Socket) => void;
  readonly #onPlain: (raw: Socket) => void;
  readonly #silent = new Set<Socket>();

  constructor(onTls: (raw: Socket) => void, onPlain: (raw: Socket) => void) {
    this.#onTls = onTls;
    this.#onPlain = onPlain;
  }

  take(raw: Socket): void {
    const [oldest] = this.#silent;
    if (this.#silent.size >= SILENT_MAX) oldest?.destroy();
    this.#silent.add(raw);
    const timer = setTimeout(() => raw.destroy(), SILENT_MS);
    const fail = () => raw.destroy();
    const done = () => {
      clearTimeout(timer);
      this.#silent.delete(raw);
    };
    raw.once('error', fail);
    raw.once('close', done);
    raw.once('readable', () => {
      done();
      const first: Buffer | null = raw.read();
      // It ended without a word.
      if (first === null) return void raw.destroy();
      raw.off('error', fail);
      raw.off('close', done);
      raw.unshift(first);
      if (first[0] === TLS_HANDSHAKE) this.#onTls(raw);
      else this.#onPlain(raw);
    });
  }

  close(): void {
    for (const raw of this.#silent) raw.destroy();
  }
}
