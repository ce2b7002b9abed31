// Joining a mesh: creates the keys, applies at the addresses of the invitation, and waits for approval if it is
// required.

import { issueLeaf, LEAF_HOURS, pemOf, readLeaf } from '../identity/certificate.ts';
import { EnrolError, enrolAt, makeEnrolRequest } from '../identity/enrolment.ts';
import { type KeyPair, keyFingerprint, publicKeyObject, sha256 } from '../identity/keys.ts';
import type { Invitation } from '../identity/token.ts';
import { TlsTransport } from '../link/tls.ts';

import { jittered, type Runtime, sample } from '../runtime.ts';
import { FolderError } from './damaged.ts';
import { keepAdmission, type OpenOptions } from './folder.ts';
import { readRootKey } from './root-key.ts';
import { savedPeerAddresses } from './saved-addresses.ts';
import { FolderStorage, type Storage } from './storage.ts';
import {
  isComplete,
  keysOf,
  type PeerSettings,
  readCertificate,
  readRoster,
  readSettings,
} from './stored.ts';

const ASK_AGAIN_MS = 2_000;
const TRIES = 3;
const TRY_AGAIN_MS = 200;
/** A start waits no longer: one with an expired certificate goes on asking while it runs (renewal.ts). */
const REFRESH_MS = 15_000;
/** Addresses tried at a start; others at the next. */
const REFRESH_ADDRESSES_MAX = 6;

export interface JoinOptions {
  runtime: Runtime;
  storage: Storage;
  invitation: Invitation;
  settings: PeerSettings;
  /** How long to wait for approval; 0 does not wait. */
  waitMs: number;
  /** Called once if it has to wait, with the fingerprint to be compared before approving. */
  onWaiting: (fingerprint: string) => void;
  signal?: AbortSignal;
}

/** True once it is admitted, false if it still waits. Safe to repeat. @throws EnrolError with one line */
export async function joinMesh(options: JoinOptions): Promise<boolean> {
  const { runtime, storage, invitation, settings } = options;
  const { keys } = keysOf(storage, runtime);
  const request = makeEnrolRequest(keys, settings.id, invitation);
  const transport = strangerTransport();
  const endMs = runtime.clock.elapsedMs() + options.waitMs;
  let isReported = false;
  try {
    for (;;) {
      const admission = await askInTurn(options, keys, transport, request);
      if (admission !== null) {
        const bootstrap = [...new Set([...invitation.addresses, ...settings.bootstrap])];
        keepAdmission(storage, admission, { ...settings, bootstrap });
        return true;
      }
      if (!isReported) options.onWaiting(keyFingerprint(keys.publicKey));
      isReported = true;
      if (runtime.clock.elapsedMs() + ASK_AGAIN_MS > endMs || options.signal?.aborted) return false;
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
    }
  } finally {
    await transport.close();
  }
}

/**
 * A peer whose certificate expired while it was away, or is damaged, gets a new one before it starts: the authority knows
 * its key, and decides. If no peer can be reached, it starts with the expired one, and tries again later.
 *
 * @throws FolderError without a certificate to start with
 */
export async function refreshCertificate({ runtime, folder, passphrase = null }: OpenOptions): Promise<void> {
  const storage = new FolderStorage(folder);
  if (!isComplete(storage)) return;
  const { keys } = keysOf(storage, runtime, passphrase);
  const certificate = readCertificate(storage, keys);
  const expiresMs = certificate === null ? 0 : readLeaf(certificate)!.expiresMs;
  if (runtime.clock.nowMs() < expiresMs) return;
  const settings = readSettings(storage);
  const roster = readRoster(storage);
  const rootKey = readRootKey(storage, roster, passphrase);
  if (rootKey !== null) {
    const issuer = {
      mesh: roster.mesh,
      key: rootKey,
      certificate: roster.roots.at(-1)!,
      leafHours: LEAF_HOURS,
    };
    const leaf = issueLeaf(issuer, settings.id, publicKeyObject(keys.publicKey), runtime.clock.nowMs());
    storage.write('peer.crt', pemOf(leaf));
    return;
  }
  const request = makeEnrolRequest(keys, settings.id, null);
  const transport = strangerTransport();
  const { mesh, beginning } = roster;
  const invitation = {
    mesh,
    root: sha256(beginning),
    addresses: sample(
      runtime.random,
      [...new Set([...settings.bootstrap, ...savedPeerAddresses(storage)])],
      REFRESH_ADDRESSES_MAX,
    ),
    secret: null,
  };
  try {
    const asking = { runtime, invitation, settings, withinMs: REFRESH_MS };
    const admission = await askInTurn(asking, keys, transport, request);
    if (admission !== null) storage.write('peer.crt', pemOf(admission.certificate));
  } catch (error) {
    if (!(error instanceof EnrolError)) throw error;
    if (certificate === null)
      throw new FolderError(`peer.crt is missing or damaged, and there is no new one: ${error.message}`);
    runtime.log('warn', 'the certificate has expired and could not be renewed', { message: error.message });
  } finally {
    await transport.close();
  }
}

function strangerTransport(): TlsTransport {
  return new TlsTransport({ credentials: null, host: '127.0.0.1', port: 0 });
}

interface Asking extends Pick<JoinOptions, 'runtime' | 'invitation' | 'settings'> {
  /** No further address is tried after this long. */
  withinMs?: number;
}

/** The first address that answers decides. */
async function askInTurn(
  { runtime, invitation, settings, withinMs = Number.POSITIVE_INFINITY }: Asking,
  keys: KeyPair,
  transport: TlsTransport,
  request: Uint8Array,
) {
  const { mesh, root, addresses } = invitation;
  const applicant = { mesh, root, id: settings.id, keys, request };
  const endMs = runtime.clock.elapsedMs() + withinMs;
  let last = new EnrolError('the invitation has no address');
  // A busy peer may not answer in time, so each is asked more than once.
  for (let round = 0; round < TRIES; round++) {
    for (const address of addresses) {
      try {
        return await enrolAt(runtime, transport, address, applicant);
      } catch (error) {
        if (!(error instanceof EnrolError)) throw error;
        last = error;
        if (!error.isUnanswered || runtime.clock.elapsedMs() >= endMs) throw error;
      }
    }
    const waitMs = jittered(runtime.random, TRY_AGAIN_MS * 2 ** round);
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
  throw last;
}
