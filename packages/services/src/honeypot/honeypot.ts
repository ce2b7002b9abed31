// The honeypot: listens on ports and serves decoys there. It never opens a connection.
import { randomInt } from 'node:crypto';
import { type AddressInfo, createServer, isIP, type Server, type Socket } from 'node:net';
import { plainHost } from '@eyrie/mesh';
import { type MeshNow, noMesh } from '../mesh-time/index.ts';
import { BOUNDS, type Bounds, Budget, Gate } from './bounds.ts';
import type { Decoy } from './decoys/decoy.ts';
import { serve, serveByPayload } from './decoys/index.ts';
import type { HoneypotEvent } from './event.ts';
import type { GuestHost } from './mesh-guests.ts';
import type { Persona } from './persona.ts';
import { Recorder } from './recorder.ts';
import { Refusals } from './refusals.ts';
import { Stay, type StayHost } from './stay.ts';
import { type UdpDoor, UdpListener } from './udp/listener.ts';
import { VisitOver } from './visit.ts';

/** A port and its decoy; null: chosen by the first payload. */
export interface Door {
  readonly port: number;
  readonly decoy: Decoy | null;
}

export interface HoneypotOptions {
  readonly address: string;
  readonly doors: readonly Door[];
  readonly udpDoors?: readonly UdpDoor[];
  readonly persona: Persona;
  /** Folder of recorded sessions and files. */
  readonly folder: string;
  /** Path of the event log. */
  readonly log: string;
  readonly bounds?: Partial<Bounds>;
  /** Mesh time for events and records, where known. */
  readonly meshNow?: MeshNow;
  /** Called with every event, besides the log. */
  readonly onEvent?: (event: HoneypotEvent) => void;
}

export interface HoneypotCounts {
  readonly sessions: number;
  readonly visits: number;
  readonly refused: number;
  readonly recorded: number;
  readonly lost: number;
}

/** Connections queued by the kernel. */
const BACKLOG = 4096;
/** Interval for checking the limits of visits; shorter if the idle limit is. */
const SWEEP_MS = 1000;

export class Honeypot {
  readonly #options: HoneypotOptions;
  readonly #bounds: Bounds;
  readonly #gate: Gate;
  readonly #budget: Budget;
  readonly #recorder: Recorder;
  readonly #host: StayHost;
  readonly #servers: Server[] = [];
  readonly #stays = new Map<Socket, Stay>();
  readonly #refusals = new Refusals();
  readonly #udp: UdpListener;
  #sweep: NodeJS.Timeout | null = null;
  #visits = 0;
  #names = randomInt(2 ** 32);
  /** Second of the last session name. */
  #second = 0;
  #secondText = '';

  constructor(options: HoneypotOptions) {
    this.#options = options;
    this.#bounds = { ...BOUNDS, ...options.bounds };
    this.#gate = new Gate(this.#bounds);
    this.#budget = new Budget(this.#bounds.memoryBytesMax, () => this.#makeRoom());
    const { folder, log, persona, meshNow = noMesh, onEvent } = options;
    const { diskBytesMax, queueBytesMax } = this.#bounds;
    this.#recorder = new Recorder({ folder, log, diskBytesMax, queueBytesMax });
    this.#host = {
      ...{ persona, bounds: this.#bounds, budget: this.#budget },
      ...{ recorder: this.#recorder, meshNow, onEvent },
    };
    this.#udp = new UdpListener(options.address, this.host);
  }

  get counts(): HoneypotCounts {
    const { written, lost } = this.#recorder;
    return {
      sessions: this.#gate.sessions,
      visits: this.#visits + this.#udp.visits,
      refused: this.#gate.refused + this.#udp.refused,
      recorded: written,
      lost,
    };
  }

  /** Access for visitors by other transports: the same identity, memory budget, names and records. */
  get host(): GuestHost {
    return { ...this.#host, nextName: () => this.#nextName() };
  }

  /** The open ports, in the order of the doors. */
  get ports(): number[] {
    return this.#servers.map((server) => (server.address() as { port: number }).port);
  }

  /** The open UDP ports, in the order of their doors. */
  get udpPorts(): number[] {
    return this.#udp.ports;
  }

  /** Opens all ports. @throws the system's error if one is taken or not permitted; then none is open */
  async listen(): Promise<void> {
    await this.#recorder.open();
    try {
      for (const door of this.#options.doors) this.#servers.push(await this.#open(door));
      for (const door of this.#options.udpDoors ?? []) await this.#udp.open(door);
    } catch (error) {
      await this.close();
      throw error;
    }
    // One timer for all visits: individual ones would be reset with every byte.
    this.#sweep = setInterval(
      () => {
        const now = Date.now();
        for (const stay of this.#stays.values()) stay.check(now);
        this.#reportRefusals(now);
        this.#udp.reportRefusals(now);
      },
      Math.min(SWEEP_MS, this.#bounds.idleMsMax),
    );
  }

  /** Ends all visits and writes their remaining records. */
  async close(): Promise<void> {
    if (this.#sweep !== null) clearInterval(this.#sweep);
    for (const socket of this.#stays.keys()) socket.destroy();
    await Promise.all(this.#servers.map((server) => new Promise((done) => server.close(done))));
    await new Promise((done) => setImmediate(done)); // Lets the last visits report their end.
    this.#reportRefusals(Date.now());
    await this.#udp.close();
    await this.#recorder.close();
  }

  #open({ port, decoy }: Door): Promise<Server> {
    // A client that half-closes after its request still gets the answer.
    const server = createServer({ allowHalfOpen: true }, (socket) => this.#receive(socket, decoy, own));
    let own = port;
    return new Promise((done, refuse) => {
      server.once('error', refuse);
      server.listen({ port, host: this.#options.address, backlog: BACKLOG }, () => {
        own = (server.address() as AddressInfo).port;
        server.off('error', refuse);
        server.on('error', () => {}); // Out of descriptors: keep listening.
        done(server);
      });
    });
  }

  #receive(socket: Socket, decoy: Decoy | null, port: number): void {
    const address = plainHost(socket.remoteAddress ?? '');
    socket.on('error', () => socket.destroy()); // A reset is a normal end.
    this.#visits++;
    if (!this.#gate.enter(address)) {
      this.#refusals.add(address, port);
      return void socket.resetAndDestroy();
    }
    const { address: own } = this.#options;
    // Only asked if the listener is on the wildcard address, because it costs a system call per visit.
    const local = isIP(own) !== 0 && !isAny(own) ? own : plainHost(socket.localAddress ?? '');
    const stay = new Stay(socket, this.#nextName(), address, local, port, this.#host);
    this.#stays.set(socket, stay);
    socket.once('close', () => {
      this.#stays.delete(socket);
      this.#gate.leave(address);
      stay.end();
    });
    const { visit } = stay;
    (decoy === null ? serveByPayload(visit) : serve(decoy, visit)).catch((error) => {
      socket.destroy();
      if (!(error instanceof VisitOver)) stay.report({ type: 'payload', bytes: 0, reason: String(error) });
    });
  }

  #reportRefusals(time: number): void {
    const { meshNow, onEvent, recorder } = this.#host;
    for (const { address: sourceAddress, port, visits } of this.#refusals.take()) {
      const facts = {
        session: this.#nextName(),
        sourceAddress,
        sourcePort: 0,
        address: this.#options.address,
      };
      const what = { type: 'refused', visits, reason: 'no room', protocol: 'tcp' } as const;
      const event = { ...what, ...facts, port, time, meshTime: meshNow() };
      recorder.event(event);
      onEvent?.(event);
    }
  }

  /** A unique session name from the start time: `20261121T143511-7d884abd`. */
  #nextName(): string {
    this.#names = (this.#names + 1) % 2 ** 32;
    const second = Math.floor(Date.now() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#secondText = new Date(second * 1000).toISOString().slice(0, 19).replace(/[-:]/g, '');
    }
    return `${this.#secondText}-${this.#names.toString(16).padStart(8, '0')}`;
  }

  /** Called over the memory budget: ends the visit that holds the most; of equals, the oldest. */
  #makeRoom(): void {
    while (this.#budget.isOver) {
      let worst: Stay | null = null;
      for (const stay of this.#stays.values())
        if (stay.account.bytes > (worst?.account.bytes ?? 0)) worst = stay;
      if (worst === null) return;
      worst.cut('no memory left');
    }
  }
}

function isAny(address: string): boolean {
  return address === '0.0.0.0' || address === '::';
}
