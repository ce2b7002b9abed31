// One multicast group on every interface of this host, as networks come, go and are renumbered.

import { createSocket, type Socket } from 'node:dgram';
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';

/**
 * A socket for IPv4 that takes hosts by address only. Node looks up even an address at its next tick, when all that was sent
 * in this one would leave by the interface that was set last; without a look-up it leaves at once.
 */
export function createAddressSocket(reuseAddr: boolean): Socket {
  return createSocket({ type: 'udp4', reuseAddr, lookup: (host, _options, done) => done(null, host, 4) });
}

/** Of this host, IPv4. */
export function ownAddresses(): NetworkInterfaceInfo[] {
  return Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .filter(({ family }) => family === 'IPv4');
}

export class Multicast {
  readonly #socket: Socket;
  readonly #group: string;

  /** @param socket one of `createAddressSocket`, bound */
  constructor(socket: Socket, group: string) {
    this.#socket = socket;
    this.#group = group;
  }

  /** Joins on every network, new ones included. Returns this host's addresses on those where it is a member. */
  join(): string[] {
    return ownAddresses()
      .map(({ address }) => address)
      .filter((address) => {
        try {
          this.#socket.addMembership(this.#group, address);
          return true;
        } catch (error) {
          // A socket is a member by interface, whatever the address it joined with: nothing is missing.
          return (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
        }
      });
  }

  /** Sends on every interface; one that is down, or has just gone, does not stop the others. */
  send(data: Uint8Array, port: number, onProblem: (message: string) => void = () => {}): void {
    for (const address of this.join()) {
      const failed = (error: Error | null) => error && onProblem(`${address}: ${error.message}`);
      try {
        this.#socket.setMulticastInterface(address);
        this.#socket.send(data, port, this.#group, failed);
      } catch (error) {
        failed(error as Error);
      }
    }
  }
}
