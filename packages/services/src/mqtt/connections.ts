// Connections of one address to the broker: one that takes all places keeps nobody else out. Of IPv6 it goes by the network, as
// one host has all the addresses of a /64 to call from (RFC 4291 §2.5.1).
import type { Socket } from 'node:net';
import { networkOf } from '@eyrie/mesh';

export const CONNECTIONS_OF_ONE_MAX = 32;

export class Connections {
  readonly #of = new Map<string, number>();

  /** Counts it until it closes; or ends it, where there are as many of its address already. */
  enter(socket: Socket): void {
    const from = networkOf(socket.remoteAddress ?? '');
    const count = (this.#of.get(from) ?? 0) + 1;
    if (count > CONNECTIONS_OF_ONE_MAX) {
      socket.destroy();
      return;
    }
    this.#of.set(from, count);
    socket.once('close', () => {
      const left = this.#of.get(from)! - 1;
      if (left === 0) this.#of.delete(from);
      else this.#of.set(from, left);
    });
  }
}
