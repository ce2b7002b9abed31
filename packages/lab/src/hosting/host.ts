// A host: many real peers in one thread, over TLS on the host's own address. It executes the director's calls, and measures
// what can only be seen locally.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import {
  type Cancel,
  every,
  FolderStorage,
  formatToken,
  foundMesh,
  joinMesh,
  MemoryStorage,
  type OpenedPeer,
  openPeerIn,
  type Peer,
  type PeerSettings,
  parseToken,
  type Runtime,
  type Session,
  type Storage,
  systemRuntime,
  type Transport,
} from '@eyrie/mesh';
import { namedValues } from '@eyrie/mesh/skyeye';
import { SeededRandom } from '@eyrie/mesh/virtual';
import { fillHosts, hostNumbers, Readings } from '../readings.ts';
import type { Calls } from './calls.ts';
import { machineMs } from './machine.ts';
import { type LinkShape, ShapedTransport } from './shaped.ts';

/** Peers of a host that join at the same time: the authority is a single process, and serves all hosts. */
const JOIN_AT_ONCE = 4;
/** A busy machine may need many attempts; the director decides when to give up. */
const JOIN_TRIES = 30;
const JOIN_PAUSE_MS = 500;
const INVITATION_MS = 3_600_000;

export interface HostOptions {
  name: string;
  /** Address on which its peers listen. */
  address: string;
  /** Delay and loss applied by the links, if the kernel does not. */
  delayMs: number;
  lossRate: number;
  seed: number;
  /** Of the whole mesh; they are named `peer-0`, `peer-1`, … */
  peers: number;
  /** Time between two measurements of a peer; 0: none. */
  intervalMs: number;
  /** Parent of the peers' folders; without it they keep their state in memory. */
  home?: string;
  /** Uses unshaped links; then no peer can fall silent. */
  isUnshaped?: boolean;
}

export type HostCalls = Calls<Host>;

/** A sample of a host, each second. Sums over its running peers, unless stated otherwise. */
export interface HostSample {
  running: number;
  /** Peers that know of all living peers. */
  whole: number;
  /** Peers whose view covers all living peers. */
  seeing: number;
  /** Ages of the views of all peers here. */
  viewAgesMs: number[];
  /** Since the start of the host, with TLS records. */
  linkBytes: number;
  links: number;
  process: ProcessSample;
  /** Peers that a peer here learned to be dead, since the last sample. */
  gone: string[];
  warnings: Record<string, number>;
}

/** Of the process of the host, which may contain others. */
export interface ProcessSample {
  pid: number;
  /** User and system time of all threads since its start. */
  cpuS: number;
  /** Of all threads. */
  rssBytes: number;
  /** Since the start of the host, with TCP/IP headers and acknowledgements, of its whole namespace. */
  wireBytes: number;
}

/** Number of peers that know of a change, of those that ran all the time. */
export interface Awareness {
  of: number;
  know: number;
  /** When the last of them learned of it; 0 if none did. */
  lastMs: number;
}

/** The result of a query. */
export interface QueryResult {
  ms: number;
  hops: number;
  /** Number of peers found or aggregated. */
  matched: number;
  /** Part of the living peers that were examined. */
  complete: number;
  problem: string | null;
}

interface Running {
  opened: OpenedPeer;
  stopMeasuring: Cancel;
  /** Null where links are not shaped. */
  transport: ShapedTransport | null;
  startedMs: number;
}

async function tried(enter: () => Promise<unknown>): Promise<void> {
  for (let left = JOIN_TRIES; ; left--) {
    try {
      await enter();
      return;
    } catch (error) {
      if (left <= 1) throw error;
      await pause(JOIN_PAUSE_MS);
    }
  }
}

export class Host {
  readonly #options: HostOptions;
  readonly #runtime: Runtime;
  readonly #shape: LinkShape;
  readonly #storages = new Map<string, Storage>();
  readonly #running = new Map<string, Running>();
  readonly #silent = new Map<string, Running>();
  /** When a peer here last learned that a peer is alive or not, by `peer-7 true`. */
  readonly #learnedMs = new Map<string, number>();
  readonly #warnings = new Map<string, number>();
  readonly #gone = new Set<string>();
  readonly #sessions = new Set<Session>();
  readonly #random: SeededRandom;
  readonly #readings: Readings;
  #closedLinkBytes = 0;
  #wireBytesAtStart = 0;

  constructor(options: HostOptions) {
    this.#options = options;
    this.#runtime = systemRuntime((level, message) => {
      if (level === 'warn') this.#warnings.set(message, (this.#warnings.get(message) ?? 0) + 1);
    });
    const random = new SeededRandom(options.seed);
    this.#random = random;
    const { delayMs, lossRate } = options;
    const hosts = new Float64Array(hostNumbers(options.peers));
    fillHosts(random, hosts);
    this.#readings = new Readings(hosts);
    this.#shape = { delayMs, lossRate, fraction: () => random.fraction() };
    this.#wireBytesAtStart = wireBytes();
  }

  /** Founds the mesh; returns an invitation for all others. */
  async found(mesh: string, id: string, invited: number): Promise<string> {
    const storage = this.#storageOf(id);
    const roster = foundMesh(storage, this.#runtime, mesh, this.#settingsOf(id), null);
    const peer = await this.#open(id);
    const secret = peer.authority!.desk.invite('peer', null, Math.max(1, invited), INVITATION_MS);
    const root = createHash('sha256').update(roster.beginning).digest();
    return formatToken({ mesh, root, addresses: peer.addresses.slice(), secret });
  }

  async join(token: string, ids: string[]): Promise<void> {
    const invitation = parseToken(token);
    const waiting = ids.slice();
    const joinSome = async () => {
      for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
        const storage = this.#storageOf(id);
        const settings = this.#settingsOf(id);
        const runtime = this.#runtime;
        const enter = () =>
          joinMesh({ runtime, storage, invitation, settings, waitMs: 0, onWaiting: () => {} });
        await tried(enter);
        await this.#open(id);
      }
    };
    await Promise.all(Array.from({ length: JOIN_AT_ONCE }, joinSome));
  }

  /** As if its process ended: the kernel closes its links. Returns the time. */
  async crash(id: string): Promise<number> {
    const { opened } = this.#take(id);
    const atMs = machineMs();
    opened.peer.kill();
    return atMs;
  }

  /** As after a power failure: it sends nothing, and closes nothing. Returns the time. */
  async silence(id: string): Promise<number> {
    const gone = this.#take(id);
    const atMs = machineMs();
    gone.transport?.silence();
    this.#silent.set(id, gone);
    return atMs;
  }

  /** It leaves the mesh. Returns the time. */
  async leave(id: string): Promise<number> {
    const { opened } = this.#take(id);
    const atMs = machineMs();
    await opened.close();
    return atMs;
  }

  /** Starts again with the state on disk. Returns the time. */
  async revive(id: string): Promise<number> {
    this.#silent.get(id)?.opened.peer.kill();
    this.#silent.delete(id);
    const atMs = machineMs();
    await this.#open(id);
    return atMs;
  }

  /** Whether the peers that have run since before `sinceMs` know that `id` is alive, or that it is not. */
  async awarenessOf(id: string, isAlive: boolean, sinceMs: number): Promise<Awareness> {
    const witnesses = [...this.#running.values()].filter(
      ({ opened, startedMs }) => startedMs < sinceMs && opened.peer.id !== id,
    );
    const know = witnesses.filter(({ opened }) => opened.peer.directory.isAlive(id) === isAlive).length;
    return { of: witnesses.length, know, lastMs: this.#learnedMs.get(`${id} ${isAlive}`) ?? 0 };
  }

  /** Sends a sealed message; returns the time until its receipt, or null if it was not delivered. */
  async message(from: string, to: string): Promise<number | null> {
    const peer = this.peer(from);
    if (peer === undefined) return null;
    const startMs = machineMs();
    const { isDelivered } = await peer.send(to, 'emulated');
    return isDelivered ? machineMs() - startMs : null;
  }

  /** Broadcasts; returns the number of acknowledgements, and the time until the last. */
  async broadcast(from: string): Promise<{ count: number; ms: number } | null> {
    const peer = this.peer(from);
    if (peer === undefined) return null;
    const startMs = machineMs();
    const { count, problem } = await peer.broadcast('emulated');
    return problem === null ? { count, ms: machineMs() - startMs } : null;
  }

  /** Asks a capacity query; null if the peer does not run. */
  async query(from: string, text: string): Promise<QueryResult | null> {
    const peer = this.peer(from);
    if (peer === undefined) return null;
    const startMs = machineMs();
    const { hops, matched, complete, problem } = await peer.skyeye.query(text);
    return { ms: machineMs() - startMs, hops, matched, complete, problem };
  }

  async sample(total: number): Promise<HostSample> {
    const peers = this.peers();
    const views = peers.flatMap((peer) => peer.skyeye.view() ?? []);
    let openLinkBytes = 0;
    for (const session of this.#sessions) openLinkBytes += session.link.sentBytes;
    const gone = [...this.#gone];
    this.#gone.clear();
    return {
      running: peers.length,
      whole: peers.filter((peer) => peer.directory.tree.size === total).length,
      seeing: views.filter((view) => view.peers === total && view.alive === total).length,
      viewAgesMs: views.map((view) => view.ageMs),
      linkBytes: this.#closedLinkBytes + openLinkBytes,
      links: this.#sessions.size,
      process: processSample(this.#wireBytesAtStart),
      gone,
      warnings: Object.fromEntries(this.#warnings),
    };
  }

  /** The running peers of this host. */
  protected peers(): Peer[] {
    return [...this.#running.values()].map(({ opened }) => opened.peer);
  }

  protected peer(id: string): Peer | undefined {
    return this.#running.get(id)?.opened.peer;
  }

  async #open(id: string): Promise<Peer> {
    try {
      return await this.#openAt(id, undefined);
    } catch (error) {
      // Another socket took its port while it was away.
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
      return this.#openAt(id, 0);
    }
  }

  async #openAt(id: string, port: number | undefined): Promise<Peer> {
    let transport: ShapedTransport | null = null;
    const shape = (inner: Transport) => {
      transport = new ShapedTransport(inner, this.#shape);
      return transport;
    };
    const { isUnshaped = false, intervalMs } = this.#options;
    const around = isUnshaped ? {} : { around: shape };
    const storage = this.#storageOf(id);
    const opened = openPeerIn(storage, { runtime: this.#runtime, port, ...around });
    const { peer, settings } = opened;
    peer.directory.onChange.push((other, status, before) => {
      // A silent peer still runs, and takes all others for dead.
      if (this.#running.get(id)?.opened !== opened) return;
      if ((status === 'alive') === (before === 'alive')) return;
      this.#learnedMs.set(`${other} ${status === 'alive'}`, machineMs());
      if (status === 'dead') this.#gone.add(other);
    });
    peer.switchboard.onOpen.push((session) => this.#sessions.add(session));
    peer.switchboard.onClosed.push((session) => {
      if (this.#sessions.delete(session)) this.#closedLinkBytes += session.link.sentBytes;
    });
    await peer.start();
    const measure = () => {
      peer.skyeye.report(namedValues(this.#readings.measure(Number(id.split('-')[1]), this.#random)));
    };
    if (intervalMs > 0) measure();
    const stopMeasuring = intervalMs > 0 ? every(this.#runtime, intervalMs, measure) : () => {};
    const taken = Number(peer.addresses[0]!.split(':').at(-1));
    if (settings.port !== taken) storage.write('settings.json', JSON.stringify({ ...settings, port: taken }));
    this.#running.set(id, { opened, stopMeasuring, transport, startedMs: machineMs() });
    return peer;
  }

  #take(id: string): Running {
    const running = this.#running.get(id);
    if (running === undefined) throw new Error(`${id} does not run here`);
    this.#running.delete(id);
    running.stopMeasuring();
    return running;
  }

  #storageOf(id: string): Storage {
    const { home } = this.#options;
    const make = () => (home === undefined ? new MemoryStorage() : new FolderStorage(join(home, id)));
    const storage = this.#storages.get(id) ?? make();
    this.#storages.set(id, storage);
    return storage;
  }

  #settingsOf(id: string): PeerSettings {
    return { id, host: this.#options.address, port: 0, advertise: [], bootstrap: [] };
  }
}

function processSample(wireBytesAtStart: number): ProcessSample {
  const { user, system } = process.cpuUsage();
  return {
    pid: process.pid,
    cpuS: (user + system) / 1e6,
    rssBytes: process.memoryUsage.rss(),
    wireBytes: wireBytes() - wireBytesAtStart,
  };
}

/** Bytes sent by all interfaces of this namespace, or of the machine if there is none. */
function wireBytes(): number {
  try {
    const lines = readFileSync('/proc/net/dev', 'utf8').split('\n').slice(2);
    return lines.reduce((sum, line) => sum + Number(line.trim().split(/[:\s]+/)[9] ?? 0), 0);
  } catch {
    return 0;
  }
}
