// A host as the benchmark of the mesh needs it: what only the thread in which a peer runs can do and see. Moments are
// `machineMs()`, the same in all threads.

import { randomBytes } from 'node:crypto';
import { requestKinds } from '@eyrie/mesh';
import { Host } from '../src/hosting/host.ts';
import { machineMs } from '../src/hosting/machine.ts';

const BULK_KIND = 99;
const CHUNK_BYTES = 64 << 10;
const ARRIVAL_MS = 10_000;

export interface Told {
  startMs: number;
  /** When all had said that they have it. */
  endMs: number;
  count: number;
}

/** When each peer here had what was sent. */
interface Arrivals {
  ms: number[];
  /** So many are waited for. */
  wanted: number;
  all(): void;
}

export class MeshHost extends Host {
  readonly #listening = new Set<string>();
  readonly #arrivals = new Map<string, Arrivals>();

  async isTreeLinked(): Promise<boolean> {
    return this.peers().every((peer) => {
      const parent = peer.directory.tree.parentOf(peer.id);
      return parent === null || peer.switchboard.sessionOf(parent) !== null;
    });
  }

  /** Levels of the tree above its deepest peer here, and that one. */
  async depth(): Promise<number> {
    return Math.max(...this.peers().map((peer) => peer.directory.tree.pathTo(peer.id).length));
  }

  async collect(): Promise<void> {
    global.gc?.();
  }

  /** There and back over a link that is there, in milliseconds. */
  async probe(id: string): Promise<number> {
    const session = [...this.peer(id)!.switchboard.sessions()][0]!;
    const payload = Buffer.concat([Buffer.of(Buffer.byteLength(session.id)), Buffer.from(session.id)]);
    const startMs = machineMs();
    await new Promise<void>((resolve) =>
      session.request(requestKinds.probe, payload, 1_000, () => resolve()),
    );
    return machineMs() - startMs;
  }

  /** Gives when it was sent, and does not wait for its receipt. */
  async sendNow(from: string, to: string, text: string): Promise<number> {
    const startMs = machineMs();
    void this.peer(from)!.send(to, text);
    return startMs;
  }

  async tellAll(from: string, text: string): Promise<Told> {
    const startMs = machineMs();
    const { count } = await this.peer(from)!.broadcast(text);
    return { startMs, endMs: machineMs(), count };
  }

  /** When peers here got it: waits until `wanted` have, but not for ever. */
  arrivals(text: string, wanted: number): Promise<number[]> {
    return new Promise((resolve) => {
      const come = this.#arrivalsOf(text);
      const timer = setTimeout(() => come.all(), ARRIVAL_MS);
      come.wanted = wanted;
      come.all = () => {
        clearTimeout(timer);
        this.#arrivals.delete(text);
        resolve(come.ms);
      };
      if (come.ms.length >= wanted) come.all();
    });
  }

  #arrivalsOf(text: string): Arrivals {
    const come = this.#arrivals.get(text) ?? { ms: [], wanted: Number.POSITIVE_INFINITY, all: () => {} };
    this.#arrivals.set(text, come);
    return come;
  }

  /** Notes from now on when messages come. */
  async listen(): Promise<void> {
    for (const { id, inbox } of this.peers()) {
      if (this.#listening.has(id)) continue;
      this.#listening.add(id);
      inbox.onMessage.push(({ body }) => {
        const come = this.#arrivalsOf(Buffer.from(body).toString());
        come.ms.push(machineMs());
        if (come.ms.length >= come.wanted) come.all();
      });
    }
  }

  /** Peers with which it has a link. */
  async linkedWith(id: string): Promise<string[]> {
    return [...this.peer(id)!.switchboard.sessions()].map((session) => session.id);
  }

  /** Takes what comes; gives when so much had come. To be called before it is sent. */
  takeBulk(id: string, bytes: number): Promise<number> {
    return new Promise((resolve) => {
      let got = 0;
      this.peer(id)!.switchboard.handleStream(BULK_KIND, (_session, _payload, stream) => {
        stream.listen((data) => {
          got += data.length;
          stream.consumed(data.length);
          if (got === bytes) resolve(machineMs());
        });
      });
    });
  }

  /** Gives when it began. */
  async sendBulk(from: string, to: string, bytes: number): Promise<number> {
    const startMs = machineMs();
    const stream = this.peer(from)!.switchboard.sessionOf(to)!.openStream(BULK_KIND, Buffer.alloc(0));
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

  /** What each clock is ahead of the counter that all threads read, in milliseconds. */
  async clocksAhead(): Promise<number[]> {
    return this.peers().map(({ clock }) => Number(clock.nowNs() - process.hrtime.bigint()) / 1e6);
  }

  /** By the authority, which must be here; gives when. */
  async revoke(authority: string, id: string): Promise<number> {
    const startMs = machineMs();
    this.peer(authority)!.authority!.revoke(id, 'bench');
    return startMs;
  }

  /** Whether all others know that it was revoked, and have no link with it. */
  async isOut(revoked: string): Promise<boolean> {
    return this.peers().every(
      ({ id, switchboard, directory }) =>
        id === revoked ||
        (switchboard.sessionOf(revoked) === null && directory.statusOf(revoked) === 'revoked'),
    );
  }

  /** Whether all know that it is not here, but for the one to which nobody speaks. */
  async isMissed(lost: string, revoked: string): Promise<boolean> {
    return this.peers().every(({ id, directory }) => id === revoked || !directory.isAlive(lost));
  }
}
