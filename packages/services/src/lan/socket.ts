// UDP to all hosts of the LAN: directed broadcast or multicast on every interface.
import type { Socket } from 'node:dgram';
import { createAddressSocket, Multicast, ownAddresses } from '@eyrie/mesh/lan';

/** Interval for joining the group on new interfaces. */
const JOIN_MS = 10_000;
/** In the organization-local scope (RFC 2365 §6.2). */
const MULTICAST_GROUP = '239.255.43.21';

export interface LanSocketOptions {
  port: number;
  /** A node binds to the port; a master binds to any port and only receives answers. */
  isListening: boolean;
  multicast: boolean;
  onDatagram: (data: Buffer, from: string) => void;
  onProblem: (message: string) => void;
}

export class LanSocket {
  readonly #socket: Socket;
  readonly #options: LanSocketOptions;
  readonly #multicast: Multicast;
  #rejoin: NodeJS.Timeout | undefined;

  private constructor(socket: Socket, options: LanSocketOptions) {
    this.#socket = socket;
    this.#multicast = new Multicast(socket, MULTICAST_GROUP);
    this.#options = options;
  }

  /** @throws the system's error if the port is taken or not permitted */
  static async open(options: LanSocketOptions): Promise<LanSocket> {
    const socket = createAddressSocket(options.isListening);
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(options.isListening ? options.port : 0, () => {
        socket.off('error', reject);
        resolve();
      });
    });
    socket.setBroadcast(true);
    socket.on('error', (error) => options.onProblem(error.message));
    socket.on('message', (data, from) => options.onDatagram(data, `${from.address}:${from.port}`));
    const lan = new LanSocket(socket, options);
    if (options.multicast) lan.#join();
    return lan;
  }

  /** Sends to one address `host:port`, or to all. */
  transmit(data: Uint8Array, to: string | null): void {
    if (to !== null) {
      const [host, port] = to.split(':');
      this.#send(data, Number(port), host!);
      return;
    }
    const { multicast, port, onProblem } = this.#options;
    if (multicast) this.#multicast.send(data, port, onProblem);
    else for (const own of ownAddresses()) this.#send(data, port, directedBroadcast(own));
  }

  close(): Promise<void> {
    clearInterval(this.#rejoin);
    return new Promise((resolve) => this.#socket.close(() => resolve()));
  }

  #join(): void {
    this.#multicast.join();
    if (this.#options.isListening) this.#rejoin = setInterval(() => this.#multicast.join(), JOIN_MS).unref();
  }

  #send(data: Uint8Array, port: number, host: string): void {
    // Source port 0 means no reply (RFC 768), and sending to it would throw.
    if (port === 0) return;
    // An interface that is down must not stop the others.
    this.#socket.send(
      data,
      port,
      host,
      (error) => error && this.#options.onProblem(`${host}: ${error.message}`),
    );
  }
}

/** The broadcast address of the interface's network. */
export function directedBroadcast({ address, netmask }: { address: string; netmask: string }): string {
  const [host, mask] = [address, netmask].map((each) => each.split('.').map(Number));
  return host!.map((byte, i) => byte | (~mask![i]! & 255)).join('.');
}
