// One multicast group on every interface of this host, while interfaces appear, disappear and change addresses.

import { createSocket, type Socket } from 'node:dgram';
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';

/**
 * Creates an IPv4 socket that takes hosts by address only. Node resolves even a literal address, at the next tick; by
 * then all datagrams of this tick would leave by the interface set last. Without a look-up they leave immediately.
 */
export function createAddressSocket(reuseAddr: boolean): Socket {
  return createSocket({ type: 'udp4', reuseAddr, lookup: (host, _options, done) => done(null, host, 4) });
}

/** The external IPv4 addresses of this host. */
export function ownAddresses(): NetworkInterfaceInfo[] {
  return Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .filter(({ family }) => family === 'IPv4');
}

export class Multicast {
  readonly #socket: Socket;
  readonly #group: string;

  /** @param socket a bound socket from `createAddressSocket` */
  constructor(socket: Socket, group: string) {
    this.#socket = socket;
    this.#group = group;
  }

  /** Joins the group on every interface, new ones included. Returns the addresses of those where it is a member. */
  join(): string[] {
    return ownAddresses()
      .map(({ address }) => address)
      .filter((address) => {
        try {
          this.#socket.addMembership(this.#group, address);
          return true;
        } catch (error) {
          // Membership is per interface, not per address: the socket is a member already.
          return (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
        }
      });
  }

  /** Sends on every interface, also if some are down or have just disappeared. */
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
