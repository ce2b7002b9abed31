// A whole mesh on a virtual clock: real peers, real signatures, no sockets. The same seed gives the same run.

import type { KeyObject } from 'node:crypto';
import { Authority } from '../identity/authority.ts';
import { issueLeaf } from '../identity/certificate.ts';
import { type KeyPair, newKeyPair, publicKeyObject, sha256 } from '../identity/keys.ts';
import { Roster } from '../members/roster.ts';
import type { Change } from '../members/roster-state.ts';
import { Peer } from '../peer/peer.ts';
import { Standing } from '../peer/standing.ts';
import { MemoryStorage } from '../peer/storage.ts';
import type { Clock, Log, Runtime } from '../runtime.ts';
import { privateKeyFrom, type XWingPrivateKey } from '../sealed/xwing.ts';
import { VirtualClock } from './clock.ts';
import { VirtualNetwork } from './network.ts';
import { SeededRandom } from './random.ts';

const MESH = 'virtual';
const LEAF_HOURS = 24 * 365;

interface Person {
  id: string;
  keys: KeyPair;
  sealing: XWingPrivateKey;
  certificate: Uint8Array;
}

/** Keys and certificates, which are expensive to make and shared by all runs; grows on demand. */
interface World {
  beginning: Roster;
  rootKey: KeyObject;
  groupKey: Uint8Array;
  people: Person[];
  rosters: Map<number, Roster>;
}
let world: World | null = null;

function newWorld(): World {
  const clock = new VirtualClock();
  const runtime: Runtime = { clock, random: new SeededRandom(1), log: () => {} };
  const groupKey = Buffer.alloc(32, 7);
  const first = { id: 'peer-0', publicKey: newKeyPair().publicKey };
  const { rootKey, beginning } = Authority.found(runtime, MESH, first, groupKey);
  return { beginning, rootKey, groupKey, people: [], rosters: new Map() };
}

function peopled(count: number): World {
  world ??= newWorld();
  const made = world;
  const nowMs = new VirtualClock().nowMs();
  const root = made.beginning.roots[0]!;
  const issuer = { mesh: MESH, key: made.rootKey, certificate: root, leafHours: LEAF_HOURS };
  while (made.people.length < count) {
    const id = `peer-${made.people.length}`;
    const keys = newKeyPair();
    const sealing = privateKeyFrom(new SeededRandom(made.people.length).bytes(32));
    const certificate = issueLeaf(issuer, id, publicKeyObject(keys.publicKey), nowMs);
    made.people.push({ id, keys, sealing, certificate });
  }
  return made;
}

export interface VirtualMeshOptions {
  peers: number;
  seed: number;
  /** Number of peers in the list of members; default: all. The first holds the authority. */
  admitted?: number;
  latencyMs?: [number, number];
  lossRate?: number;
  log?: Log;
}

export class VirtualMesh {
  readonly clock = new VirtualClock();
  readonly random: SeededRandom;
  readonly network: VirtualNetwork;
  /** By index; null while stopped. */
  readonly peers: (Peer | null)[] = [];
  readonly storages: MemoryStorage[] = [];
  /** Offset of each host's clock from true time. */
  readonly clockErrorMs: number[] = [];
  /** Time that each host was suspended: its clocks went on, its timers did not. */
  readonly sleptMs: number[] = [];
  /** Frequency error of each host's clocks in parts per million; positive: fast. */
  readonly clockDriftPpm: number[] = [];
  /** Bootstrap addresses of new peers. */
  bootstrap: readonly string[] = [hostOf(0), hostOf(1)];
  readonly #world: World;
  readonly #roster: Roster;
  readonly #log: Log;
  readonly #rosters: Roster[] = [];

  private constructor(world: World, { seed, latencyMs, lossRate, log }: VirtualMeshOptions, roster: Roster) {
    this.#world = world;
    this.#roster = roster;
    this.#log = log ?? (() => {});
    this.random = new SeededRandom(seed);
    const options = { clock: this.clock, random: this.random };
    this.network = new VirtualNetwork({
      ...options,
      latencyMs: latencyMs ?? [1, 5],
      lossRate: lossRate ?? 0,
    });
  }

  /** Creates the peers without starting them. */
  static async create(options: VirtualMeshOptions): Promise<VirtualMesh> {
    const world = peopled(options.peers);
    const admitted = options.admitted ?? options.peers;
    const roster = world.rosters.get(admitted) ?? rosterOf(world, admitted);
    world.rosters.set(admitted, roster);
    const mesh = new VirtualMesh(world, options, roster);
    for (let i = 0; i < options.peers; i++) {
      mesh.peers.push(null);
      mesh.storages.push(new MemoryStorage());
      mesh.clockErrorMs.push(0);
      mesh.sleptMs.push(0);
      mesh.clockDriftPpm.push(0);
    }
    return mesh;
  }

  /** Starts all peers, spread over `withinMs`, and runs until each knows all the others. */
  async startAll(withinMs = 500): Promise<void> {
    for (let i = 0; i < this.peers.length; i++) {
      await this.start(i);
      this.clock.run(withinMs / this.peers.length);
    }
    this.clock.runUntil(() => this.isWhole(), 30_000);
  }

  async start(i: number): Promise<Peer> {
    const person = this.#world.people[i]!;
    const address = hostOf(i);
    const runtime: Runtime = { clock: this.#clockOf(i), random: this.random, log: this.#log };
    const storage = this.storages[i]!;
    const { id, keys, sealing, certificate } = person;
    const standing = new Standing(runtime, id, keys, sealing, certificate, this.#rosters[i] ?? this.#roster);
    // Stands for the disk: the list of members survives a restart.
    standing.onRoster.push((roster) => {
      this.#rosters[i] = roster;
    });
    standing.takeGroupKey({ epoch: 1, key: this.#world.groupKey });
    const transport = this.network.transport(address, () => standing.certificate);
    const authority = i === 0 ? this.#authorityOf(runtime, storage, standing.roster) : null;
    const peer = new Peer({
      runtime,
      storage,
      transport,
      standing,
      authority,
      bootstrap: this.bootstrap,
    });
    this.peers[i] = peer;
    await peer.start();
    return peer;
  }

  /** Ends its process without closing links; its disk is kept. */
  crash(i: number): void {
    this.peers[i]?.kill();
    this.network.removeHost(hostOf(i));
    this.peers[i] = null;
  }

  /** Whether every running peer sees exactly the running peers as alive. */
  isWhole(): boolean {
    const running = this.peers.filter((peer) => peer !== null);
    return running.every(
      (peer) =>
        peer.directory.tree.size === running.length &&
        running.every((other) => peer.directory.isAlive(other.id)),
    );
  }

  /** Number of running peers that see `i` as alive. */
  seenAlive(i: number): number {
    const id = `peer-${i}`;
    return this.peers.filter((peer) => peer !== null && peer.id !== id && peer.directory.isAlive(id)).length;
  }

  /** Restores an old backup of its folder, with the list of members of that time. */
  putBack(i: number, roster: Roster): void {
    this.#rosters[i] = roster;
  }

  #authorityOf(runtime: Runtime, storage: MemoryStorage, roster: Roster): Authority {
    storage.write('authority/beginning', this.#world.beginning.toBytes());
    return new Authority({ runtime, storage, rootKey: this.#world.rootKey, roster });
  }

  #clockOf(i: number): Clock {
    const { clock, clockErrorMs, clockDriftPpm, sleptMs } = this;
    const elapsedMs = () => clock.elapsedMs() + sleptMs[i]!;
    const steadyNs = () => BigInt(Math.round(elapsedMs() * (1e6 + clockDriftPpm[i]!)));
    const startNs = BigInt(clock.nowMs() - Math.floor(clock.elapsedMs())) * 1_000_000n;
    return {
      fine: {
        steadyNs,
        wallNs: () => startNs + steadyNs() + BigInt(Math.round(clockErrorMs[i]! * 1e6)),
      },
      nowMs: () => Math.floor(clock.nowMs() + clockErrorMs[i]! + sleptMs[i]!),
      elapsedMs,
      after: (delayMs, action) => clock.after(delayMs, action),
    };
  }
}

export function hostOf(i: number): string {
  return `10.0.${i >> 8}.${i & 255}:5001`;
}

function rosterOf(world: World, count: number): Roster {
  const atMs = new VirtualClock().nowMs();
  const admissions = world.people.slice(0, count).map(
    ({ id, keys }, i): Change => ({
      kind: 'admit',
      id,
      publicKey: keys.publicKey,
      role: i === 0 ? 'authority' : 'peer',
      atMs,
    }),
  );
  const group: Change = { kind: 'group', epoch: 1, keyHash: sha256(world.groupKey) };
  return Roster.sign(world.beginning, [...admissions, group], world.rootKey);
}
