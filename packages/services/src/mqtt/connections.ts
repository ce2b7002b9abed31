// Limits connections per address, so that one client cannot take all of the broker's. IPv6 counts by /64, since a host
// can use every address of its network (RFC 4291 §2.5.1).
import type { Socket } from 'node:net';
import { networkOf } from '@eyrie/mesh';

export const CONNECTIONS_OF_ONE_MAX = 32;

export class Connections {
  readonly #of = new Map<string, number>();

  /** Counts the socket until it closes, or closes it if its address is at the limit. */
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
