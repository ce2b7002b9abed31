// A multicast group on every interface of this host that stays on its own network: one hop, no router passes it on.

import { createSocket, type Socket } from 'node:dgram';
import { networkInterfaces } from 'node:os';

/** Of the block for organisations (RFC 2365 §6.2). */
export const FINDING_GROUP = '239.255.43.22';
export const FINDING_PORT = 12346;

export class GroupSocket {
  readonly #socket: Socket;
  readonly #joined = new Set<string>();

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** @throws the error of a port that cannot be had */
  static async open(onDatagram: (data: Buffer, host: string) => void): Promise<GroupSocket> {
    // Shared with the other peers of this host: each gets what comes.
    const socket = createSocket({ type: 'udp4', reuseAddr: true });
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
    group.#join();
    return group;
  }

  transmit(data: Uint8Array): void {
    for (const address of this.#join()) {
      // A network that is down, or went just now, is no reason to say nothing on the others.
      try {
        this.#socket.setMulticastInterface(address);
        this.#socket.send(data, FINDING_PORT, FINDING_GROUP, () => {});
      } catch {}
    }
  }

  close(): void {
    this.#socket.close();
  }

  /** Also on networks that came since. Gives this host's addresses. */
  #join(): string[] {
    const own = Object.values(networkInterfaces())
      .flatMap((each) => each ?? [])
      .filter(({ family }) => family === 'IPv4')
      .map(({ address }) => address);
    for (const address of this.#joined) if (!own.includes(address)) this.#joined.delete(address);
    return own.filter((address) => {
      if (this.#joined.has(address)) return true;
      try {
        this.#socket.addMembership(FINDING_GROUP, address);
        this.#joined.add(address);
        return true;
      } catch {
        return false;
      }
    });
  }
}
