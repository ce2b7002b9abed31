// The honeypot: ports that look like services, and nobody behind them. It never opens a connection to anywhere.
import { randomBytes } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import { BOUNDS, type Bounds, Gate } from './bounds.ts';
import { Cast, type Room } from './cast.ts';
import type { Decoy } from './decoys/decoy.ts';
import { serve, serveByPayload } from './decoys/index.ts';
import type { EventType, Happening, HoneypotEvent } from './event.ts';
import type { Persona } from './persona.ts';
import { Recorder } from './recorder.ts';
import { Visit, VisitOver } from './visit.ts';

/** A port, and the one decoy behind it; null: whatever the first payload is for. */
export interface Door {
  readonly port: number;
  readonly decoy: Decoy | null;
}

export interface HoneypotOptions {
  readonly address: string;
  readonly doors: readonly Door[];
  readonly persona: Persona;
  /** Where sessions and files are kept. */
  readonly folder: string;
  /** The file of events. */
  readonly log: string;
  readonly bounds?: Partial<Bounds>;
  /** Told of every event, besides the file. */
  readonly onEvent?: (event: HoneypotEvent) => void;
}

export interface HoneypotCounts {
  readonly sessions: number;
  readonly visits: number;
  readonly refused: number;
  readonly recorded: number;
  readonly lost: number;
}

/** Connections the kernel keeps for us while we are busy. */
const BACKLOG = 4096;
/** What the events of a visit tell whole; a visit of nothing else needs no record of its own. */
const TOLD_BY_EVENTS: ReadonlySet<EventType> = new Set(['connect', 'fingerprint', 'request', 'disconnect']);
/** Between two looks at how much each visit has taken. */
const SWEEP_MS = 1000;

export class Honeypot {
  readonly #options: HoneypotOptions;
  readonly #bounds: Bounds;
  readonly #gate: Gate;
  readonly #room: Room;
  readonly #recorder: Recorder;
  readonly #servers: Server[] = [];
  readonly #stays = new Map<Socket, Stay>();
  #sweep: NodeJS.Timeout | null = null;
  #visits = 0;

  constructor(options: HoneypotOptions) {
    this.#options = options;
    this.#bounds = { ...BOUNDS, ...options.bounds };
    this.#gate = new Gate(this.#bounds);
    this.#room = { bytes: this.#bounds.recordsBytesMax };
    const { folder, log } = options;
    this.#recorder = new Recorder({ folder, log, diskBytesMax: this.#bounds.diskBytesMax });
  }

  get counts(): HoneypotCounts {
    const { written, lost } = this.#recorder;
    return {
      sessions: this.#gate.sessions,
      visits: this.#visits,
      refused: this.#gate.refused,
      recorded: written,
      lost,
    };
  }

  /** The ports listened on, in the order of the doors. */
  get ports(): number[] {
    return this.#servers.map((server) => (server.address() as { port: number }).port);
  }

  /** @throws the system's error for a port that is taken or not allowed; then none is open. */
  async listen(): Promise<void> {
    await this.#recorder.open();
    try {
      for (const door of this.#options.doors) this.#servers.push(await this.#open(door));
    } catch (error) {
      await this.close();
      throw error;
    }
    this.#sweep = setInterval(() => {
      const now = Date.now();
      for (const stay of this.#stays.values()) stay.check(this.#bounds, now);
    }, SWEEP_MS);
  }

  /** Ends all visits and writes what is left of them. */
  async close(): Promise<void> {
    if (this.#sweep !== null) clearInterval(this.#sweep);
    for (const socket of this.#stays.keys()) socket.destroy();
    await Promise.all(this.#servers.map((server) => new Promise((done) => server.close(done))));
    await new Promise((done) => setImmediate(done)); // The last visits report that they are over.
    await this.#recorder.close();
  }

  #open({ port, decoy }: Door): Promise<Server> {
    // Half-open: who sends a request and says "that is all" still gets the answer.
    const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) =>
      this.#receive(socket, decoy),
    );
    return new Promise((done, refuse) => {
      server.once('error', refuse);
      server.listen({ port, host: this.#options.address, backlog: BACKLOG }, () => {
        server.off('error', refuse);
        server.on('error', () => {}); // Out of descriptors: the next connection may be luckier.
        done(server);
      });
    });
  }

  #receive(socket: Socket, decoy: Decoy | null): void {
    const address = plainAddress(socket.remoteAddress ?? '');
    socket.on('error', () => socket.destroy()); // However a visitor goes, it goes.
    this.#visits++;
    if (!this.#gate.enter(address)) return void socket.resetAndDestroy();
    const cast = new Cast(this.#bounds.recordBytesMax, Date.now(), this.#room);
    const stay = new Stay(socket, address, this.#options, this.#bounds, this.#recorder, cast);
    this.#stays.set(socket, stay);
    socket.once('close', () => {
      this.#stays.delete(socket);
      this.#gate.leave(address);
      stay.end();
    });
    const { visit } = stay;
    (decoy === null ? serveByPayload(visit) : serve(decoy, visit)).catch((error) => {
      socket.destroy();
      if (!(error instanceof VisitOver)) stay.happen({ type: 'payload', bytes: 0, reason: String(error) });
    });
  }
}

/** One connection from its first to its last moment: its clock, its record, its events. */
class Stay {
  readonly visit: Visit;
  readonly #socket: Socket;
  readonly #options: HoneypotOptions;
  readonly #recorder: Recorder;
  readonly #beganAt = Date.now();
  readonly #id: string;
  readonly #cast: Cast;
  readonly #facts: Pick<HoneypotEvent, 'session' | 'sourceAddress' | 'sourcePort' | 'address' | 'port'>;
  #protocol = 'tcp';
  #reason: string | undefined;
  #isWorthRecord = false;

  constructor(
    socket: Socket,
    address: string,
    options: HoneypotOptions,
    bounds: Bounds,
    recorder: Recorder,
    cast: Cast,
  ) {
    this.#socket = socket;
    this.#options = options;
    this.#recorder = recorder;
    this.#id = `${new Date(this.#beganAt).toISOString().replace(/[-:]|\..*/g, '')}-${randomBytes(4).toString('hex')}`;
    this.#cast = cast;
    this.#facts = {
      session: this.#id,
      sourceAddress: address,
      sourcePort: socket.remotePort ?? 0,
      address: plainAddress(socket.localAddress ?? ''),
      port: socket.localPort ?? 0,
    };
    socket.setTimeout(bounds.idleMsMax, () => this.#cut('idle'));
    const self = this;
    this.visit = new Visit(socket, options.persona, bounds, {
      set protocol(name: string) {
        self.#protocol = name;
      },
      get protocol() {
        return self.#protocol;
      },
      report: (happening) => this.happen(happening),
      record: (direction, bytes) => this.#cast.add(direction, bytes, Date.now()),
      keep: (content) => recorder.keep(content),
    });
    this.happen({ type: 'connect' });
  }

  happen(happening: Happening): void {
    if (!TOLD_BY_EVENTS.has(happening.type)) this.#isWorthRecord = true;
    const event = { ...happening, ...this.#facts, time: Date.now(), protocol: this.#protocol };
    this.#recorder.event(event);
    this.#options.onEvent?.(event);
  }

  end(): void {
    const seconds = (Date.now() - this.#beganAt) / 1000;
    this.happen({ type: 'disconnect', seconds, bytes: this.#socket.bytesRead, reason: this.#reason });
    const { session, sourceAddress: source, port } = this.#facts;
    if (!this.#cast.isEmpty && this.#isWorthRecord)
      this.#recorder.session(
        session,
        this.#cast.toText({ session, protocol: this.#protocol, source, port, time: this.#beganAt }),
      );
    this.#cast.end();
  }

  /** Ends a visit that has taken too much of our time or room. */
  check(bounds: Bounds, now: number): void {
    if (now - this.#beganAt > bounds.sessionMsMax) this.#cut('time is up');
    else if (this.#socket.bytesRead > bounds.sessionBytesMax) this.#cut('sent too much');
  }

  #cut(reason: string): void {
    this.#reason ??= reason;
    this.#socket.destroy();
  }
}

/** IPv4 in IPv6's clothes is shown as IPv4. */
function plainAddress(address: string): string {
  return address.startsWith('::ffff:') ? address.slice(7) : address;
}
