// A peer's folder: its keys, its certificate, the list of members, its messages. Made by `init` or `join`, opened by each run.

import { readdirSync } from 'node:fs';
import type { Socket } from 'node:net';
import { homedir, userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { Authority } from '../identity/authority.ts';
import { issueLeaf, LEAF_HOURS, pemOf } from '../identity/certificate.ts';
import type { Admission } from '../identity/enrolment.ts';
import { privateKeyPem, publicKeyObject, sha256 } from '../identity/keys.ts';
import type { LinkCredentials, Transport } from '../link/link.ts';
import { TlsTransport } from '../link/tls.ts';
import type { Roster } from '../members/roster.ts';
import { POLICY_EXAMPLE } from '../messages/policy.ts';
import type { Cancel, Runtime } from '../runtime.ts';
import { privateKeyFrom } from '../sealed/xwing.ts';
import { auditTo } from './audit.ts';
import { FolderError } from './damaged.ts';
import { writeSecret } from './key-lock.ts';
import { Peer } from './peer.ts';
import { readRootKey, writeOfflineKey, writeRootKey } from './root-key.ts';
import { RosterFile } from './roster-file.ts';
import { savedPeerAddresses } from './saved-addresses.ts';
import { type GroupKey, Standing } from './standing.ts';
import { FolderStorage, type Storage } from './storage.ts';
import {
  ambientPassphrase,
  isComplete,
  keysOf,
  type PeerSettings,
  readCertificate,
  readGroupKey,
  readPolicy,
  readRoster,
  readSettings,
} from './stored.ts';

/** Changes of the list within this time cost one write. */
const ROSTER_WRITE_MS = 2_000;
/** Before a failed write is tried again. */
const ROSTER_AGAIN_MS = 60_000;

/**
 * The folder of all peers of this user: EYRIE_HOME, else `eyrie` in the XDG data home, unless that is relative (XDG Base Directory
 * 0.8 §3).
 */
export function eyrieHome(environment: NodeJS.ProcessEnv = process.env): string {
  if (environment.EYRIE_HOME) return environment.EYRIE_HOME;
  const base = environment.XDG_DATA_HOME ?? '';
  // An empty HOME counts as unset; os.homedir() takes it as it stands.
  return join(isAbsolute(base) ? base : join(homedir() || userInfo().homedir, '.local/share'), 'eyrie');
}

export function peerFolder(home: string, id: string): string {
  return join(home, 'peers', id);
}

/** The names of the peers whose folders are there. */
export function peersIn(home: string): string[] {
  try {
    const names = readdirSync(join(home, 'peers'), { withFileTypes: true });
    return names
      .filter((each) => each.isDirectory())
      .map((each) => each.name)
      .sort();
  } catch {
    return [];
  }
}

/** Fingerprint of the first root of a peer's mesh, in hexadecimal, since names of meshes may repeat. Null: it is in none yet. */
export function meshFingerprint(folder: string): string | null {
  try {
    return Buffer.from(sha256(RosterFile.read(new FolderStorage(folder)).beginning)).toString('hex');
  } catch {
    return null;
  }
}

/** The name of its mesh; null where a peer was never let in. */
export function meshNameOf(folder: string): string | null {
  try {
    return RosterFile.read(new FolderStorage(folder)).mesh;
  } catch {
    return null;
  }
}

/** Stores an admission; the settings last, because they make the folder complete. */
export function keepAdmission(
  storage: Storage,
  { certificate, roster }: Admission,
  settings: PeerSettings,
): void {
  storage.write('peer.crt', pemOf(certificate));
  RosterFile.create(storage, roster);
  if (storage.read('policy.toml') === null) storage.write('policy.toml', POLICY_EXAMPLE);
  storage.write('settings.json', JSON.stringify(settings, null, 2));
}

/** Founds a mesh in a new folder, whose peer holds the authority. */
export function foundMesh(
  storage: Storage,
  runtime: Runtime,
  mesh: string,
  settings: PeerSettings,
  passphrase: string | null,
  hasIntermediate = false,
): Roster {
  const { keys } = keysOf(storage, runtime);
  const groupKey = runtime.random.bytes(32);
  const first = { id: settings.id, publicKey: keys.publicKey };
  const made = Authority.found(runtime, mesh, first, groupKey, hasIntermediate);
  const { rootKey, offlineKey, beginning, roster } = made;
  const issuer = { mesh, key: rootKey, certificate: roster.roots.at(-1)!, leafHours: LEAF_HOURS };
  const certificate = issueLeaf(issuer, settings.id, publicKeyObject(keys.publicKey), runtime.clock.nowMs());
  writeRootKey(storage, rootKey, passphrase);
  if (offlineKey !== null) writeOfflineKey(storage, offlineKey, passphrase);
  storage.write('authority/beginning', beginning.toBytes());
  keepGroupKey(storage, { epoch: 1, key: groupKey }, ambientPassphrase());
  keepAdmission(storage, { certificate, roster }, settings);
  return roster;
}

export interface OpenOptions {
  runtime: Runtime;
  folder: string;
  /** For an authority whose key is under a passphrase. */
  passphrase?: string | null;
  leafHours?: number;
  /** Overrides the settings, as `port` does. */
  host?: string | undefined;
  port?: number | undefined;
  /** Takes connections that speak no TLS: HTTP, on the same port. */
  onPlain?: (socket: Socket) => void;
  /** Wraps the TLS transport: to add delay or loss, or to count. */
  around?: (transport: Transport) => Transport;
}

export interface OpenedPeer {
  peer: Peer;
  transport: TlsTransport;
  settings: PeerSettings;
  storage: Storage;
  close(): Promise<void>;
}

/** A peer as its folder has it, not started yet. @throws FolderError with one line */
export function openPeer(options: OpenOptions): OpenedPeer {
  const { folder } = options;
  const storage = new FolderStorage(folder);
  if (!isComplete(storage))
    throw new FolderError(`${folder} holds no peer: make one with "eyrie mesh init" or "eyrie mesh join"`);
  const opened = openPeerIn(storage, options);
  if (opened.peer.authority !== null) opened.peer.authority.audit = auditTo(join(folder, 'audit.jsonl'));
  return opened;
}

/** The same, of any storage that `init` or `join` has filled. */
export function openPeerIn(storage: Storage, options: Omit<OpenOptions, 'folder'>): OpenedPeer {
  const { runtime } = options;
  const { settings, standing } = readStanding(storage, runtime, options.passphrase ?? null);
  const transport = new TlsTransport({
    credentials: credentialsOf(standing),
    host: options.host ?? settings.host,
    port: options.port ?? settings.port,
    advertise: settings.advertise.length > 0 ? settings.advertise : undefined,
    onPlain: options.onPlain,
  });
  const authority = openAuthority(storage, standing, options);
  const peer = new Peer({
    runtime,
    storage,
    transport: options.around?.(transport) ?? transport,
    standing,
    authority,
    bootstrap: [...new Set([...settings.bootstrap, ...savedPeerAddresses(storage)])],
  });
  if (peer.lostAuthority !== null) runtime.log('warn', peer.lostAuthority);
  peer.policy = readPolicy(storage);
  const passphrase = options.passphrase ?? ambientPassphrase();
  const file = new RosterFile(storage, standing.roster);
  if (authority !== null) authority.keep = (roster) => file.update(roster);
  const flush = keepUpToDate({ runtime, storage, standing, transport, file, passphrase });
  const close = async () => {
    await peer.leave();
    flush();
    // So that the farewell gets out.
    await new Promise((resolve) => setTimeout(resolve, 50));
    await transport.close();
  };
  return { peer, transport, settings, storage, close };
}

/** Identity and trust of the peer in a folder. @throws FolderError, PassphraseError */
export function readStanding(
  storage: Storage,
  runtime: Runtime,
  passphrase: string | null = null,
): { settings: PeerSettings; standing: Standing } {
  const settings = readSettings(storage);
  const { keys, sealingSeed } = keysOf(storage, runtime, passphrase);
  const roster = readRoster(storage);
  const certificate = readCertificate(storage, keys);
  if (certificate === null)
    throw new FolderError('peer.crt is missing or damaged: start the peer to renew it');
  const standing = new Standing(runtime, settings.id, keys, privateKeyFrom(sealingSeed), certificate, roster);
  const group = readGroupKey(storage, runtime, passphrase);
  if (group !== null) standing.takeGroupKey(group);
  return { settings, standing };
}

interface Kept {
  runtime: Runtime;
  storage: Storage;
  standing: Standing;
  transport: TlsTransport;
  file: RosterFile;
  passphrase: string | null;
}

/**
 * Keeps the folder up to date, and the transport with it. The list of members is written before it is published where the
 * authority is; elsewhere a little later, because any neighbour has it too.
 *
 * @returns a function that writes what is pending
 */
function keepUpToDate({ runtime, storage, standing, transport, file, passphrase }: Kept): () => void {
  let cancel: Cancel | null = null;
  const flush = () => {
    if (cancel === null) return;
    cancel();
    cancel = null;
    file.update(standing.roster);
  };
  const flushLater = (ms: number) => {
    cancel ??= runtime.clock.after(ms, () => {
      try {
        flush();
      } catch (error) {
        // Perhaps the disk is full. Any neighbour has the list too, so the peer goes on.
        runtime.log('warn', 'the list of members could not be written', {
          message: (error as Error).message,
        });
        flushLater(ROSTER_AGAIN_MS);
      }
    });
  };
  standing.onRoster.push(() => flushLater(ROSTER_WRITE_MS));
  standing.onCertificate.push((certificate) => {
    transport.setCredentials(credentialsOf(standing));
    try {
      storage.write('peer.crt', pemOf(certificate));
    } catch (error) {
      // Links go by the new one all the same; the next start asks for another if the old one has ended by then.
      runtime.log('warn', 'the new certificate could not be written', { message: (error as Error).message });
    }
  });
  standing.onGroupKey.push((key) => {
    try {
      keepGroupKey(storage, key, passphrase);
    } catch (error) {
      // The keys were put under a passphrase while the peer ran: after its next start a neighbour sends this key again.
      runtime.log('warn', 'the key of the group is not kept', { message: (error as Error).message });
    }
  });
  return flush;
}

function keepGroupKey(storage: Storage, { epoch, key }: GroupKey, passphrase: string | null): void {
  const text = JSON.stringify({ epoch, key: Buffer.from(key).toString('hex') });
  writeSecret(storage, 'group.key', Buffer.from(text), passphrase);
}

/** Key and certificate for links, and for whatever else speaks TLS as this peer. */
export function credentialsOf(standing: Standing): LinkCredentials {
  return {
    privateKey: privateKeyPem(standing.keys.privateKey),
    certificate: pemOf(standing.certificate),
  };
}

function openAuthority(
  storage: Storage,
  standing: Standing,
  options: Omit<OpenOptions, 'folder'>,
): Authority | null {
  const rootKey = readRootKey(storage, standing.roster, options.passphrase ?? null);
  if (rootKey === null) return null;
  const { runtime, leafHours } = options;
  return new Authority({
    runtime,
    storage,
    rootKey,
    roster: standing.roster,
    ...(leafHours === undefined ? {} : { leafHours }),
  });
}
