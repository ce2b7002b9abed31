// A socket with a tap, for protocol libraries that read and write the socket themselves.
import { Duplex } from 'node:stream';
import type { Direction } from './tape.ts';

export class Tapped extends Duplex {
  readonly #socket: Duplex;
  readonly #record: (direction: Direction, bytes: Uint8Array) => void;

  /** @param first bytes read and recorded already */
  constructor(socket: Duplex, first: Buffer, record: (direction: Direction, bytes: Uint8Array) => void) {
    super({ allowHalfOpen: false });
    this.#socket = socket;
    this.#record = record;
    if (first.length > 0) this.push(first);
    socket.on('data', (bytes: Buffer) => {
      record('i', bytes);
      if (!this.push(bytes)) socket.pause();
    });
    socket.once('end', () => this.push(null));
    socket.once('close', () => this.destroy());
    socket.pause();
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(bytes: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    if (!this.#socket.writable) {
      done();
      return;
    }
    this.#record('o', bytes);
    this.#socket.write(bytes, () => done());
  }

  override _final(done: () => void): void {
    this.#socket.end(() => done());
  }

  override _destroy(_error: Error | null, done: () => void): void {
    this.#socket.destroy();
    done();
  }
}
