// The multicast group for discovery, link-local: TTL 1, never forwarded by routers.

import type { Socket } from 'node:dgram';
import { createAddressSocket, Multicast } from './multicast.ts';

/** From the Organization-Local Scope (RFC 2365 §6.2). */
const FINDING_GROUP = '239.255.43.22';
export const FINDING_PORT = 12346;

export class GroupSocket {
  readonly #socket: Socket;
  readonly #multicast: Multicast;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#multicast = new Multicast(socket, FINDING_GROUP);
  }

  /** @throws the system's error if the port cannot be bound */
  static async open(onDatagram: (data: Buffer, host: string) => void): Promise<GroupSocket> {
    // SO_REUSEADDR: all peers of this host share the port, and each receives every datagram.
    const socket = createAddressSocket(true);
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(FINDING_PORT, () => {
        socket.off('error', reject);
        resolve();
      });
    });
    socket.on('error', () => {});
    socket.on('message', (data, from) => onDatagram(data, from.address));
    socket.setMulticastTTL(1);
    socket.unref();
    const group = new GroupSocket(socket);
    group.join();
    return group;
  }

  /** Joins the group on new interfaces; to be called when the networks of this host change. */
  join(): void {
    this.#multicast.join();
  }

  transmit(data: Uint8Array): void {
    this.#multicast.send(data, FINDING_PORT);
  }

  close(): void {
    this.#socket.close();
  }
}
