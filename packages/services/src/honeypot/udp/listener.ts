// Listens on UDP ports and serves decoys there. Senders' addresses may be forged, so that the honeypot must be of no use
// against others: no answer is longer than its request, none goes to a service that would answer it, and an address gets a
// few a second.
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { plainHost } from '@eyrie/mesh';
import { type HoneypotEvent, type VisitFacts, visitText } from '../event.ts';
import type { GuestHost } from '../mesh-guests.ts';
import { Refusals } from '../refusals.ts';
import type { UdpDecoy } from './decoy.ts';
import { Quota } from './quota.ts';

/** A UDP port and its decoy. */
export interface UdpDoor {
  readonly port: number;
  readonly decoy: UdpDecoy;
}

/**
 * Services that answer whatever comes, and answers too: echo, active users, daytime, quote of the day, chargen, time, and
 * Kerberos' change of passwords. With a forged source one datagram would go back and forth for ever.
 */
const ANSWERING_PORTS = new Set([7, 11, 13, 17, 19, 37, 464]);
/** Bytes shown of a datagram that is no request. */
const SHOWN_BYTES = 64;

export class UdpListener {
  readonly #address: string;
  readonly #host: GuestHost;
  readonly #sockets: Socket[] = [];
  readonly #refusals = new Refusals();
  readonly #quota = new Quota();
  /** Datagrams served, and those that were not. */
  visits = 0;
  refused = 0;

  constructor(address: string, host: GuestHost) {
    this.#address = address;
    this.#host = host;
  }

  get ports(): number[] {
    return this.#sockets.map((socket) => socket.address().port);
  }

  /** @throws the system's error if the port is taken or not permitted */
  open({ port, decoy }: UdpDoor): Promise<void> {
    const socket = createSocket(isIPv6(this.#address) ? 'udp6' : 'udp4');
    return new Promise((done, refuse) => {
      socket.once('error', (error) => socket.close(() => refuse(error)));
      socket.bind({ port, address: this.#address, exclusive: true }, () => {
        socket.removeAllListeners('error');
        socket.on('error', () => {}); // An answer that cannot be delivered is a normal end.
        const own = socket.address().port;
        socket.on('message', (datagram, from) => this.#receive(socket, decoy, own, datagram, from));
        this.#sockets.push(socket);
        done();
      });
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.#sockets.map((socket) => new Promise<void>((done) => socket.close(done))));
    this.#sockets.length = 0;
    this.reportRefusals(Date.now());
  }

  /** Reports what was not served since the last call. */
  reportRefusals(time: number): void {
    for (const { address, port, visits } of this.#refusals.take()) {
      const facts = this.#factsOf(address, 0, port);
      this.#record({
        type: 'refused',
        visits,
        reason: 'too many a second',
        protocol: 'udp',
        ...facts,
        time,
        meshTime: this.#host.meshNow(),
      });
    }
  }

  #receive(socket: Socket, decoy: UdpDecoy, port: number, datagram: Buffer, from: RemoteInfo): void {
    const now = Date.now();
    const address = plainHost(from.address);
    if (!this.#quota.admit(address, now)) {
      this.refused++;
      this.#refusals.add(address, port);
      return;
    }
    this.visits++;
    const met = decoy.meet(datagram, this.#host.persona, now);
    const facts = this.#factsOf(address, from.port, port);
    const unknown = {
      type: 'payload',
      bytes: datagram.length,
      data: datagram.toString('hex', 0, SHOWN_BYTES),
    } as const;
    const meshTime = this.#host.meshNow();
    for (const happening of met?.happenings ?? [unknown])
      this.#record({ ...happening, ...facts, protocol: decoy.name, time: now, meshTime });
    const answer = met?.answer;
    if (answer !== undefined && answer.length <= datagram.length && mayAnswer(from.port))
      socket.send(answer, from.port, from.address, () => {});
  }

  #factsOf(sourceAddress: string, sourcePort: number, port: number): VisitFacts {
    const session = this.#host.nextName();
    return { session, sourceAddress, sourcePort, address: this.#address, port, transport: 'udp' };
  }

  #record(event: HoneypotEvent): void {
    this.#host.recorder.event(event, visitText(event));
    this.#host.onEvent?.(event);
  }
}

/** @param port of the sender; 0: it has none */
function mayAnswer(port: number): boolean {
  return port !== 0 && !ANSWERING_PORTS.has(port);
}
