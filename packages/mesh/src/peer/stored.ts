// What the files of a peer's folder hold. A damaged one is an error that names it, and is never replaced by a new one: a key
// that was made anew is another peer. Certificate and group key are exceptions: others have them, and send them again.

import { readLeaf } from '../identity/certificate.ts';
import { type KeyPair, newKeyPair, privateKeyPem, readPrivateKey } from '../identity/keys.ts';
import type { Roster } from '../members/roster.ts';
import { RosterError } from '../members/roster-state.ts';
import { type Policy, PolicyError, parsePolicy } from '../messages/policy.ts';
import type { Runtime } from '../runtime.ts';
import { SEED_BYTES } from '../sealed/xwing.ts';
import { WireError } from '../wire/schema.ts';
import { damaged, readJson } from './damaged.ts';
import { readSecret } from './key-lock.ts';
import { RosterFile } from './roster-file.ts';
import type { GroupKey } from './standing.ts';
import type { Storage } from './storage.ts';

export interface PeerSettings {
  id: string;
  host: string;
  /** 0 takes any free port, and keeps it from then on. */
  port: number;
  advertise: string[];
  /** Addresses of peers that are dialled while no other is known. */
  bootstrap: string[];
}

interface StoredSettings extends PeerSettings {
  /** The former name of `bootstrap`. */
  entrances: string[];
}

export interface Keys {
  keys: KeyPair;
  sealingSeed: Uint8Array;
}

const KEY_ADVICE = 'put a copy of it back, or join anew under another name';
const REJOIN = 'or remove settings.json too and join anew: the peer keeps its keys';

/** Whether a peer was let in: its settings are written last (keepAdmission). */
export function isComplete(storage: Storage): boolean {
  return storage.read('settings.json') !== null;
}

/** @throws FolderError */
export function readSettings(storage: Storage): PeerSettings {
  const advice = 'put a copy of it back, or remove it and join anew: the peer keeps its keys';
  const stored = (readJson(storage, 'settings.json', advice) ?? {}) as Partial<StoredSettings>;
  const { entrances, bootstrap = entrances, ...others } = stored;
  const { id, host, port, advertise } = others;
  const isSound =
    typeof id === 'string' &&
    typeof host === 'string' &&
    Number.isInteger(port) &&
    [advertise, bootstrap].every(
      (all) => Array.isArray(all) && all.every((each) => typeof each === 'string'),
    );
  if (!isSound) throw damaged('settings.json', advice);
  return { ...others, bootstrap } as PeerSettings;
}

/**
 * The keys of the folder; new ones if no peer was let in with it yet, so that an interrupted join goes on with the same.
 *
 * @throws PassphraseError if they are under another passphrase than this, or EYRIE_PASSPHRASE
 * @throws FolderError if a key is damaged
 */
export function keysOf(storage: Storage, runtime: Runtime, given: string | null = null): Keys {
  const passphrase = given ?? ambientPassphrase();
  const pem = readSecret(storage, 'peer.key', passphrase);
  if (pem === null) {
    if (isComplete(storage)) throw damaged('peer.key', KEY_ADVICE);
    return newKeys(storage, runtime);
  }
  const seed = readSecret(storage, 'sealing.key', passphrase);
  if (seed?.length !== SEED_BYTES)
    throw damaged('sealing.key', 'put a copy of it back: what others sealed for this peer needs it');
  return { keys: keyIn(pem), sealingSeed: seed };
}

function newKeys(storage: Storage, runtime: Runtime): Keys {
  const keys = newKeyPair();
  const sealingSeed = runtime.random.bytes(SEED_BYTES);
  storage.write('sealing.key', sealingSeed);
  // Last: with it, the keys are those of this peer for good.
  storage.write('peer.key', privateKeyPem(keys.privateKey));
  return { keys, sealingSeed };
}

function keyIn(pem: Buffer): KeyPair {
  try {
    return readPrivateKey(pem.toString());
  } catch {
    throw damaged('peer.key', KEY_ADVICE);
  }
}

/** In DER; null if it is missing, damaged or of another key, and a new one is to be asked for (refreshCertificate). */
export function readCertificate(storage: Storage, { publicKey }: KeyPair): Buffer | null {
  const der = derOf(storage.read('peer.crt')?.toString() ?? '');
  const identity = readLeaf(der);
  return identity !== null && Buffer.compare(identity.publicKey, publicKey) === 0 ? der : null;
}

/** @throws FolderError */
export function readRoster(storage: Storage): Roster {
  const advice = `put a copy of it back, ${REJOIN}`;
  try {
    if (storage.read('roster') === null) throw damaged('roster', advice);
    return RosterFile.read(storage);
  } catch (error) {
    if (error instanceof RosterError || error instanceof WireError) throw damaged('roster', advice);
    throw error;
  }
}

/** Null if there is none; a damaged one counts as none, because neighbours send it again. @throws PassphraseError */
export function readGroupKey(storage: Storage, runtime: Runtime, passphrase: string | null): GroupKey | null {
  const data = readSecret(storage, 'group.key', passphrase ?? ambientPassphrase());
  if (data === null) return null;
  try {
    const { epoch, key } = JSON.parse(data.toString());
    return { epoch, key: Buffer.from(key, 'hex') };
  } catch {
    runtime.log('warn', 'group.key is damaged: broadcasts wait until another peer has sent the key');
    return null;
  }
}

/** @throws PolicyError that names the file */
export function readPolicy(storage: Storage): Policy {
  try {
    return parsePolicy(storage.read('policy.toml')?.toString() ?? '');
  } catch (error) {
    if (error instanceof PolicyError) throw new PolicyError(`policy.toml: ${error.message}`);
    throw error;
  }
}

export function ambientPassphrase(): string | null {
  return process.env.EYRIE_PASSPHRASE ?? null;
}

function derOf(pem: string): Buffer {
  return Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64');
}
