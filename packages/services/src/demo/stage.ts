// Starts a whole mesh in one process, over TLS on loopback: peers with sensors, a response desk, a honeypot.
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  decoyTransport,
  FolderStorage,
  formatToken,
  foundMesh,
  joinMesh,
  openPeerIn,
  type Peer,
  parseToken,
  systemRuntime,
} from '@eyrie/mesh';
import { Honeypot, type HoneypotEvent, MeshGuests, makePersona } from '../honeypot/index.ts';
import { BlockedAddresses, parseResponsePolicy, ResponseDesk, Sensor } from '../response/index.ts';

const MESH = 'demo';
const AT_ONCE = 4;
const SEED_BYTES = 32;

export interface StageOptions {
  readonly peers: number;
  /** Duration of a response measure. */
  readonly forSeconds: number;
  readonly onVisit: (event: HoneypotEvent) => void;
}

export interface Stage {
  /** The first holds the authority; the last runs the honeypot. */
  readonly peers: readonly Peer[];
  readonly desk: ResponseDesk;
  readonly honeypot: Honeypot;
  readonly folder: string;
  close(): Promise<void>;
}

/** On Linux all of 127.0.0.0/8 is loopback, so that each peer gets an address of its own. */
export const hasManyAddresses = process.platform === 'linux';

export function addressOf(i: number): string {
  return hasManyAddresses ? `127.0.9.${i + 1}` : '127.0.0.1';
}

export async function openStage({ peers: count, forSeconds, onVisit }: StageOptions): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'eyrie-demo-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  // Also if the process exits before all is closed.
  process.once('exit', remove);
  const closes: (() => Promise<void> | void)[] = [
    () => {
      process.removeListener('exit', remove);
      remove();
    },
  ];
  const close = async () => {
    for (const each of closes.reverse()) await each();
  };
  try {
    const peers = await openPeers(folder, count, closes);
    const honeypot = await openHoneypot(folder, peers.at(-1)!, onVisit, closes);
    const desk = openDesk(folder, peers[0]!, honeypot.place, forSeconds);
    closes.push(() => desk.stop());
    for (const peer of peers) {
      const sensor = new Sensor(peer);
      sensor.start();
      closes.push(() => sensor.stop());
    }
    return { peers, desk, honeypot: honeypot.honeypot, folder, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function nameOf(i: number): string {
  return `peer-${String(i + 1).padStart(2, '0')}`;
}

async function openPeers(
  folder: string,
  count: number,
  closes: (() => Promise<void> | void)[],
): Promise<Peer[]> {
  const runtime = systemRuntime();
  const settings = (i: number) => {
    return { id: nameOf(i), host: addressOf(i), port: 0, advertise: [], bootstrap: [] };
  };
  const peers: Peer[] = [];
  const open = async (i: number, storage: FolderStorage) => {
    const { peer, close } = openPeerIn(storage, { runtime });
    peers[i] = peer;
    closes.push(close);
    await peer.start();
  };
  const first = new FolderStorage(join(folder, nameOf(0)));
  const roster = foundMesh(first, runtime, MESH, settings(0), null);
  await open(0, first);
  const secret = peers[0]!.authority!.desk.invite('peer', null, count, 3_600_000);
  const root = createHash('sha256').update(roster.beginning).digest();
  const invitation = parseToken(
    formatToken({ mesh: MESH, root, addresses: [...peers[0]!.addresses], secret }),
  );
  let next = 1;
  const joinSome = async () => {
    while (next < count) {
      const i = next++;
      const storage = new FolderStorage(join(folder, nameOf(i)));
      const options = { runtime, storage, invitation, settings: settings(i), waitMs: 0 };
      await joinMesh({ ...options, onWaiting: () => {} });
      await open(i, storage);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, joinSome));
  return peers;
}

async function openHoneypot(
  folder: string,
  peer: Peer,
  onEvent: (event: HoneypotEvent) => void,
  closes: (() => Promise<void> | void)[],
): Promise<{ honeypot: Honeypot; place: string }> {
  const seed = Buffer.from(peer.runtime.random.bytes(SEED_BYTES)).toString('hex');
  const persona = makePersona(seed, Math.floor(Date.now() / 1000));
  const own = join(folder, 'honeypot');
  const options = { address: '127.0.0.1', doors: [], persona, folder: own, log: join(own, 'honeypot.log') };
  const honeypot = new Honeypot({ ...options, onEvent });
  await honeypot.listen();
  closes.push(() => honeypot.close());
  const transport = decoyTransport(peer, { host: '127.0.0.1', port: 0 });
  const guests = new MeshGuests({ peer, transport, host: honeypot.host });
  const [place = ''] = await guests.listen();
  closes.push(async () => {
    guests.stop();
    await transport.close();
  });
  return { honeypot, place };
}

function openDesk(folder: string, peer: Peer, decoy: string, forSeconds: number): ResponseDesk {
  const rule = (name: string) =>
    `[[rule]]\nrule = "${name}"\nmode = "act"\nanswer = "redirect"\nfor = "${forSeconds}s"\n`;
  const policy = parseResponsePolicy(`decoy = "${decoy}"\n${rule('query-flood')}${rule('mesh-scan')}`);
  const blocked = new BlockedAddresses(join(folder, 'blocked.txt'), Date.now());
  const desk = new ResponseDesk({ peer, policy, blocked, audit: () => {} });
  desk.start();
  return desk;
}
