// A network on a virtual clock: hosts with addresses, links with latency, loss that delays as TCP's repetition does,
// partitions, and hosts that stop without a word.

import type { Dialled, Link, LinkEvents, Shown, Transport } from '../link/link.ts';
import { DialError, TIMED_OUT } from '../link/unreachable.ts';
import type { Clock, Random } from '../runtime.ts';

export interface NetworkOptions {
  clock: Clock;
  random: Random;
  /** One way, from the least to the most. */
  latencyMs?: [number, number];
  /** Of segments lost, 0 to 1. Each loss costs a repetition. */
  lossRate?: number;
}

/** A lost segment is repeated after so long, and each time after twice as long (RFC 6298 §5.5). */
const REPEAT_MS = 200;
/** Without a way for so long, a link breaks. */
const BREAK_MS = 15_000;
const DIAL_MS = 3_000;

export class VirtualNetwork {
  readonly clock: Clock;
  readonly random: Random;
  latencyMs: [number, number];
  lossRate: number;
  /** Bytes that left each host. */
  readonly sentBytes = new Map<string, number>();
  #hosts = new Map<string, VirtualTransport>();
  #pipes = new Set<Pipe>();
  /** The part of the network a host is in: those of different parts cannot reach each other. */
  #parts = new Map<string, number>();
  /** Hosts that are cut off or have lost power: nothing leaves or reaches them. */
  #silent = new Set<string>();

  constructor(options: NetworkOptions) {
    this.clock = options.clock;
    this.random = options.random;
    this.latencyMs = options.latencyMs ?? [1, 5];
    this.lossRate = options.lossRate ?? 0;
  }

  transport(address: string, certificate: () => Uint8Array | null): VirtualTransport {
    return new VirtualTransport(this, address, certificate);
  }

  /** Cuts the network in parts; hosts not named are in part 0. */
  partition(parts: string[][]): void {
    this.#parts = new Map(parts.flatMap((hosts, i) => hosts.map((host) => [host, i + 1] as const)));
    this.#wake();
  }

  heal(): void {
    this.#parts.clear();
    this.#silent.clear();
    this.#wake();
  }

  /** The host says nothing any more, and nothing reaches it: power lost, cable pulled, laptop closed. */
  silence(host: string): void {
    this.#silent.add(host);
  }

  canReach(a: string, b: string): boolean {
    if (this.#silent.has(a) || this.#silent.has(b)) return false;
    return (this.#parts.get(a) ?? 0) === (this.#parts.get(b) ?? 0);
  }

  /** The time one segment takes, with what loss adds. */
  travelMs(): number {
    const [least, most] = this.latencyMs;
    let ms = least + this.random.fraction() * (most - least);
    for (let wait = REPEAT_MS; wait < BREAK_MS && this.random.fraction() < this.lossRate; wait *= 2)
      ms += wait;
    return ms;
  }

  addHost(address: string, transport: VirtualTransport): void {
    this.#hosts.set(address, transport);
  }

  removeHost(address: string): void {
    this.#hosts.delete(address);
    for (const pipe of this.#pipes) if (pipe.touches(address)) pipe.break('the peer closed the connection');
  }

  connect(from: VirtualTransport, to: string, done: Dialled): void {
    const startMs = this.clock.elapsedMs();
    const attempt = () => {
      if (this.clock.elapsedMs() - startMs >= DIAL_MS) return done(new DialError(to, TIMED_OUT), null);
      if (!this.canReach(from.address, to)) return this.clock.after(500, attempt);
      const host = this.#hosts.get(to);
      if (host?.accept === undefined || host.accept === null)
        return done(new DialError(to, 'connection refused'), null);
      const pipe = new Pipe(this, from, host);
      this.#pipes.add(pipe);
      pipe.onGone = () => this.#pipes.delete(pipe);
      host.accept(pipe.ends[1]!);
      done(null, pipe.ends[0]!);
    };
    // TCP's and TLS's handshakes: two round trips.
    this.clock.after(4 * this.travelMs(), attempt);
  }

  #wake(): void {
    for (const pipe of this.#pipes) pipe.pump();
  }
}

export class VirtualTransport implements Transport {
  readonly address: string;
  readonly certificate: () => Uint8Array | null;
  accept: ((link: Link) => void) | null = null;
  readonly #network: VirtualNetwork;

  constructor(network: VirtualNetwork, address: string, certificate: () => Uint8Array | null) {
    this.#network = network;
    this.address = address;
    this.certificate = certificate;
  }

  dial(address: string, done: Dialled): void {
    this.#network.connect(this, address, done);
  }

  listen(onLink: (link: Link) => void): Promise<string[]> {
    this.accept = onLink;
    this.#network.addHost(this.address, this);
    return Promise.resolve([this.address]);
  }

  setCredentials(): void {}

  close(): Promise<void> {
    this.accept = null;
    this.#network.removeHost(this.address);
    return Promise.resolve();
  }
}

class Pipe {
  readonly ends: PipeEnd[];
  onGone: () => void = () => {};
  readonly network: VirtualNetwork;
  #isGone = false;

  constructor(network: VirtualNetwork, dialler: VirtualTransport, host: VirtualTransport) {
    this.network = network;
    this.ends = [new PipeEnd(this, 0, dialler, host), new PipeEnd(this, 1, host, dialler)];
  }

  touches(address: string): boolean {
    return this.ends.some((end) => end.own.address === address);
  }

  pump(): void {
    for (const end of this.ends) end.pump();
  }

  break(reason: string): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.onGone();
    for (const end of this.ends) this.network.clock.after(0, () => end.gone(reason));
  }
}

class PipeEnd implements Link {
  readonly shown: Shown;
  readonly isDialler: boolean;
  readonly own: VirtualTransport;
  sentBytes = 0;
  waitingBytes = 0;
  readonly #pipe: Pipe;
  readonly #side: number;
  readonly #other: VirtualTransport;
  #events: LinkEvents | null = null;
  #early: Uint8Array[] = [];
  /** Sent and not yet arrived, in order; null is the end. */
  #onTheWay: { bytes: Uint8Array | null; arrivesMs: number }[] = [];
  #lastArrivalMs = 0;
  #isPumping = false;
  #isOver = false;
  #stuckSinceMs: number | null = null;

  constructor(pipe: Pipe, side: number, own: VirtualTransport, other: VirtualTransport) {
    this.#pipe = pipe;
    this.#side = side;
    this.own = own;
    this.#other = other;
    this.isDialler = side === 0;
    this.shown = { certificate: other.certificate(), address: other.address };
  }

  start(events: LinkEvents): void {
    this.#events = events;
    for (const bytes of this.#early.splice(0)) events.onBytes(bytes);
  }

  send(...parts: Uint8Array[]): void {
    if (this.#isOver) return;
    const bytes = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
    const { sentBytes } = this.#pipe.network;
    sentBytes.set(this.own.address, (sentBytes.get(this.own.address) ?? 0) + bytes.length);
    this.sentBytes += bytes.length;
    this.waitingBytes += bytes.length;
    this.#queue(bytes);
  }

  close(): void {
    if (this.#isOver) return;
    this.#queue(null);
    this.#isOver = true;
  }

  destroy(reason: string): void {
    this.#pipe.break(reason);
  }

  gone(reason: string): void {
    const events = this.#events;
    this.#events = null;
    this.#isOver = true;
    events?.onClose(reason);
  }

  #queue(bytes: Uint8Array | null): void {
    const { network } = this.#pipe;
    const arrivesMs = Math.max(this.#lastArrivalMs, network.clock.elapsedMs() + network.travelMs());
    this.#lastArrivalMs = arrivesMs;
    this.#onTheWay.push({ bytes, arrivesMs });
    this.pump();
  }

  /** Delivers what has arrived, and comes back for the rest. */
  pump(): void {
    if (this.#isPumping || this.#onTheWay.length === 0) return;
    const { network } = this.#pipe;
    this.#isPumping = true;
    network.clock.after(Math.max(0, this.#onTheWay[0]!.arrivesMs - network.clock.elapsedMs()), () => {
      this.#isPumping = false;
      this.#deliver();
    });
  }

  #deliver(): void {
    const { network } = this.#pipe;
    const nowMs = network.clock.elapsedMs();
    if (!network.canReach(this.own.address, this.#other.address)) {
      this.#stuckSinceMs ??= nowMs;
      if (nowMs - this.#stuckSinceMs >= BREAK_MS) {
        this.#pipe.break(TIMED_OUT);
        return;
      }
      // TCP tries again; so the queue's head waits.
      this.#onTheWay[0]!.arrivesMs = nowMs + REPEAT_MS;
      this.pump();
      return;
    }
    this.#stuckSinceMs = null;
    const receiver = this.#pipe.ends[1 - this.#side]!;
    while (this.#onTheWay.length > 0 && this.#onTheWay[0]!.arrivesMs <= nowMs) {
      const { bytes } = this.#onTheWay.shift()!;
      if (bytes === null) {
        this.#pipe.break('the other side closed the link');
        return;
      }
      this.waitingBytes -= bytes.length;
      receiver.#receive(bytes);
    }
    if (this.waitingBytes === 0) this.#events?.onDrain();
    this.pump();
  }

  #receive(bytes: Uint8Array): void {
    if (this.#events !== null) this.#events.onBytes(bytes);
    else if (!this.#isOver) this.#early.push(bytes);
  }
}
