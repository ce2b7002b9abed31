// The host of the mesh benchmark: measurements that only a peer's own thread can make. Times are `machineMs()`, the
// same in all threads.

import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { Session as Inspector } from 'node:inspector/promises';
import { writeHeapSnapshot } from 'node:v8';
import { requestKinds } from '@eyrie/mesh';
import { Host } from '../src/hosting/host.ts';
import { machineMs } from '../src/hosting/machine.ts';

const BULK_KIND = 99;
const CHUNK_BYTES = 64 << 10;
const ARRIVAL_MS = 10_000;
const BULK_MS = 60_000;
const PROBE_MS = 1_000;

export interface Sent {
  startMs: number;
  /** When all peers had acknowledged it. */
  endMs: number;
  count: number;
}

/** When each peer here had received the message. */
interface Arrivals {
  ms: number[];
  /** Number of receptions to wait for. */
  wanted: number;
  all(): void;
}

export class MeshHost extends Host {
  readonly #listening = new Set<string>();
  readonly #arrivals = new Map<string, Arrivals>();
  readonly #inspector = new Inspector();

  async isTreeLinked(): Promise<boolean> {
    return this.peers().every((peer) => {
      const parent = peer.directory.tree.parentOf(peer.id);
      return parent === null || peer.switchboard.sessionOf(parent) !== null;
    });
  }

  /** Depth of the deepest peer here, and that peer. */
  async depth(): Promise<number> {
    return Math.max(...this.peers().map((peer) => peer.directory.tree.pathTo(peer.id).length));
  }

  async collect(): Promise<void> {
    global.gc?.();
  }

  /** Writes what is on this thread's heap to a file for Chrome's viewer. */
  async writeHeap(path: string): Promise<void> {
    writeHeapSnapshot(path);
  }

  /** Begins a CPU profile of this thread. */
  async profile(): Promise<void> {
    this.#inspector.connect();
    await this.#inspector.post('Profiler.enable');
    await this.#inspector.post('Profiler.start');
  }

  /** Ends the profile, and writes it to a file for Chrome's or VS Code's viewer. */
  async endProfile(path: string): Promise<void> {
    const { profile } = await this.#inspector.post('Profiler.stop');
    this.#inspector.disconnect();
    writeFileSync(path, JSON.stringify(profile));
  }

  /** Round trip over an existing link, in milliseconds; null if the peer has none, or no answer comes. */
  async probe(id: string): Promise<number | null> {
    // On a busy machine a peer may have lost its links.
    const [session] = this.peer(id)!.switchboard.sessions();
    if (session === undefined) return null;
    const payload = Buffer.concat([Buffer.of(Buffer.byteLength(session.id)), Buffer.from(session.id)]);
    const startMs = machineMs();
    const error = await new Promise<string | null>((resolve) =>
      session.request(requestKinds.probe, payload, PROBE_MS, resolve),
    );
    return error === null ? machineMs() - startMs : null;
  }

  /** Returns the time of sending, without waiting for the receipt. */
  async sendNow(from: string, to: string, text: string): Promise<number> {
    const startMs = machineMs();
    void this.peer(from)!.send(to, text);
    return startMs;
  }

  async broadcastNow(from: string, text: string): Promise<Sent> {
    const startMs = machineMs();
    const { count } = await this.peer(from)!.broadcast(text);
    return { startMs, endMs: machineMs(), count };
  }

  /** When peers here received it: waits for `wanted` of them, up to a limit. */
  arrivals(text: string, wanted: number): Promise<number[]> {
    return new Promise((resolve) => {
      const arrivals = this.#arrivalsOf(text);
      const timer = setTimeout(() => arrivals.all(), ARRIVAL_MS);
      arrivals.wanted = wanted;
      arrivals.all = () => {
        clearTimeout(timer);
        this.#arrivals.delete(text);
        resolve(arrivals.ms);
      };
      if (arrivals.ms.length >= wanted) arrivals.all();
    });
  }

  #arrivalsOf(text: string): Arrivals {
    const arrivals = this.#arrivals.get(text) ?? { ms: [], wanted: Number.POSITIVE_INFINITY, all: () => {} };
    this.#arrivals.set(text, arrivals);
    return arrivals;
  }

  /** Records the arrival of messages from now on. */
  async listen(): Promise<void> {
    for (const { id, inbox } of this.peers()) {
      if (this.#listening.has(id)) continue;
      this.#listening.add(id);
      inbox.onMessage.push(({ body }) => {
        const arrivals = this.#arrivalsOf(Buffer.from(body).toString());
        arrivals.ms.push(machineMs());
        if (arrivals.ms.length >= arrivals.wanted) arrivals.all();
      });
    }
  }

  /** Peers with which a peer has a link. */
  async linkedWith(id: string): Promise<string[]> {
    return [...this.peer(id)!.switchboard.sessions()].map((session) => session.id);
  }

  /**
   * Receives data; returns when the given amount had arrived, or null if the link was lost before or it took too long. To be
   * called before sending.
   */
  takeBulk(from: string, to: string, bytes: number): Promise<number | null> {
    const { switchboard } = this.peer(to)!;
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(null), BULK_MS);
      const finish = (ms: number | null) => {
        clearTimeout(timer);
        resolve(ms);
      };
      switchboard.onClosed.push(({ id }) => {
        if (id === from) finish(null);
      });
      let received = 0;
      switchboard.handleStream(BULK_KIND, (_session, _payload, stream) => {
        stream.listen((data) => {
          received += data.length;
          stream.consumed(data.length);
          if (received >= bytes) finish(machineMs());
        });
      });
    });
  }

  /** Returns the time of the start; null if there is no link. */
  async sendBulk(from: string, to: string, bytes: number): Promise<number | null> {
    const startMs = machineMs();
    const session = this.peer(from)!.switchboard.sessionOf(to);
    if (session === null) return null;
    const stream = session.openStream(BULK_KIND, Buffer.alloc(0));
    const chunk = randomBytes(CHUNK_BYTES);
    let sent = 0;
    const pump = () => {
      while (sent < bytes && stream.writableBytes >= chunk.length) {
        stream.write(chunk);
        sent += chunk.length;
      }
    };
    stream.onWritable = pump;
    pump();
    return startMs;
  }

  /** Offset of each clock from the machine's counter, in milliseconds. */
  async clocksAhead(): Promise<number[]> {
    return this.peers().map(({ clock }) => Number(clock.nowNs() - process.hrtime.bigint()) / 1e6);
  }

  /** By the authority, which must be on this host; returns the time. */
  async revoke(authority: string, id: string): Promise<number> {
    const startMs = machineMs();
    this.peer(authority)!.authority!.revoke(id, 'bench');
    return startMs;
  }

  /** Whether all others know of the revocation, and have no link with the peer. */
  async isOut(revoked: string): Promise<boolean> {
    return this.peers().every(
      ({ id, switchboard, directory }) =>
        id === revoked ||
        (switchboard.sessionOf(revoked) === null && directory.statusOf(revoked) === 'revoked'),
    );
  }

  /** Whether all know that it is dead, except for the isolated peer. */
  async isMissed(lost: string, revoked: string): Promise<boolean> {
    return this.peers().every(({ id, directory }) => id === revoked || !directory.isAlive(lost));
  }
}
