// The methods of a running peer's control socket.

import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import { type Authority, MEASURE_MS_MAX } from '../identity/authority.ts';
import { readKeyPem, readLeaf, rootExpiresMs } from '../identity/certificate.ts';
import { keyFingerprint, sha256 } from '../identity/keys.ts';
import { PEER_ID, PEER_ID_RULE, ROLES, type Role } from '../identity/names.ts';
import { formatToken } from '../identity/token.ts';
import { isLoopback } from '../link/address.ts';
import { STEPS, type Step } from '../members/measures.ts';
import type { Message } from '../messages/inbox.ts';
import { fetchResource, listOffers, type Progress } from '../resources/fetch.ts';
import { FILE_TOPICS, type Parcels } from '../resources/parcels.ts';
import { skyeyeMethods } from '../skyeye/methods.ts';
import type { TimeSource } from '../time/sources.ts';
import { ControlError, type Methods, type Parameters } from './control.ts';
import { numberOf, textOf } from './parameters.ts';
import type { Peer } from './peer.ts';
import { keeperOfNextKey } from './root-key.ts';
import type { Storage } from './storage.ts';

export interface MemberView {
  id: string;
  role: Role;
  status: string;
  addresses: readonly string[];
  key: string;
  admittedMs: number;
  revoked: { reason: string; atMs: number } | null;
}

export interface MessageView {
  from: string;
  /** The client on whose behalf `from` sent it; null if it sent its own. */
  by: string | null;
  topic: string;
  sentMs: number;
  receivedMs: number;
  isBroadcast: boolean;
  /** `receivedMs` is mesh time ± this; null if it is from this machine's own clock. */
  uncertaintyMs: number | null;
  text: string;
}

export function controlMethods(
  peer: Peer,
  storage: Storage,
  parcels: Pick<Parcels, 'textOf'>,
  passphrase: string | null,
  stop: () => void,
): Methods {
  return {
    ...lookingMethods(peer),
    measures: () => [...peer.standing.measures.all()].map(([id, measure]) => ({ id, ...measure })),
    time: () => peer.clock.state(),
    timeSources: () => timeSourcesOf(peer),
    send: async (given) => {
      const sending = peer.send(
        textOf(given, 'to'),
        textOf(given, 'text'),
        textOf(given, 'topic', 'message'),
      );
      const waitMs = numberOf(given, 'waitMs', 0, 3_600_000);
      const late = new Promise<null>((resolve) => setTimeout(resolve, waitMs, null).unref());
      const outcome = await Promise.race([sending, late]);
      return (
        outcome ?? {
          isDelivered: false,
          isWaiting: true,
          problem: peer.shutOut ?? peer.mailbox.problemOf(textOf(given, 'to')),
        }
      );
    },
    broadcast: async (given) => {
      const { count, problem } = await peer.broadcast(textOf(given, 'text'));
      if (problem !== null) throw new ControlError(problem);
      return { count, of: Math.max(0, peer.directory.tree.size - 1) };
    },
    inbox: (given) => {
      const messages = (given.all === true ? peer.inbox.messages : peer.inbox.unread).map((message) => ({
        ...viewOf(message),
        ...(FILE_TOPICS.includes(message.topic) && message.by === undefined
          ? { text: parcels.textOf(message) }
          : {}),
      }));
      if (given.keep !== true) peer.inbox.markRead();
      return messages;
    },
    leave: async () => {
      const problem = await peer.departure.leave();
      if (problem !== null) throw new ControlError(problem);
    },
    stop: () => {
      setImmediate(stop);
    },
    ...shareMethods(peer),
    ...downloadMethods(peer),
    ...authorityMethods(peer, storage, passphrase),
  };
}

/** Read-only methods. */
export function lookingMethods(peer: Peer): Methods {
  return {
    status: () => statusOf(peer),
    members: () => membersOf(peer),
    tree: () => treeOf(peer),
    ...skyeyeMethods(peer),
  };
}

function authorityMethods(peer: Peer, storage: Storage, passphrase: string | null): Methods {
  const authority = (): Authority => {
    if (peer.authority !== null) return peer.authority;
    if (peer.lostAuthority !== null) throw new ControlError(peer.lostAuthority);
    const where = peer.standing.roster.authority?.id;
    throw new ControlError(
      `this peer does not hold the authority of the mesh: ask ${where ?? 'the one that does'}`,
    );
  };
  const orThrow = (problem: string | null) => {
    if (problem !== null) throw new ControlError(problem);
  };
  return {
    invite: (given) => {
      const name = given.name === undefined ? null : textOf(given, 'name');
      if (name !== null && !PEER_ID.test(name))
        throw new ControlError(`"${name}" cannot be a name: ${PEER_ID_RULE}`);
      const { desk, roster } = authority();
      const root = sha256(roster.beginning);
      const ttlMs = numberOf(given, 'ttlMs', 60_000, 365 * 24 * 3_600_000);
      const secret =
        given.needsApproval === true
          ? null
          : desk.invite(roleOf(given), name, numberOf(given, 'uses', 1, 100_000), ttlMs);
      return {
        token: formatToken({ mesh: roster.mesh, root, addresses: peer.addresses.slice(0, 8), secret }),
      };
    },
    pending: () => authority().desk.waiting,
    approve: async (given) => orThrow(await authority().approve(textOf(given, 'id'), roleOf(given))),
    deny: (given) => orThrow(authority().desk.deny(textOf(given, 'id'))),
    allow: (given) => orThrow(authority().desk.allow(textOf(given, 'who'))),
    revoke: (given) => orThrow(authority().revoke(textOf(given, 'id'), textOf(given, 'reason', ''))),
    measure: (given) => {
      const step = textOf(given, 'step', 'quarantine') as Step;
      if (!STEPS.includes(step)) throw new ControlError(`the step is one of ${STEPS.join(', ')}`);
      const forMs = numberOf(given, 'forMs', 1_000, MEASURE_MS_MAX);
      const decision = { step, forMs, reason: textOf(given, 'reason', ''), to: textOf(given, 'to', '') };
      orThrow(authority().measure(textOf(given, 'id'), { ...decision, by: 'operator' }));
    },
    release: (given) =>
      orThrow(authority().release(textOf(given, 'id'), textOf(given, 'reason', ''), 'operator')),
    rotate: (given) => {
      if (given.now !== true) orThrow(authority().whyNotRotate());
      const offlineKey = given.rootKey === undefined ? null : readKeyPem(textOf(given, 'rootKey'));
      authority().rotate(keeperOfNextKey(storage, passphrase), offlineKey);
    },
    retire: (given) => orThrow(authority().retire(given.now === true)),
  };
}

/** Progress of a download, polled by the client. */
export interface JobView extends Progress {
  isDone: boolean;
  error: string | null;
  path: string;
}

/** Maximum concurrent downloads, and maximum finished ones kept for clients that still poll them. */
const JOBS_MAX = 16;

function shareMethods(peer: Peer): Methods {
  return {
    share: async (given) => {
      const path = textOf(given, 'path');
      const name = textOf(given, 'name', basename(path));
      const to = Array.isArray(given.to) ? given.to.map(String) : [];
      const unknownId = to.find((id) => peer.standing.roster.approved(id) === null);
      if (unknownId !== undefined) throw new ControlError(`there is no peer ${unknownId}`);
      if (given.captures === true)
        return { name, captures: await peer.shares.addCaptures({ name, path, to }) };
      const { sizeBytes } = await peer.shares.add({ name, path, to });
      return { name, sizeBytes };
    },
    unshare: (given) => {
      const name = textOf(given, 'name');
      if (!peer.shares.remove(name)) throw new ControlError(`${name} is not shared`);
    },
    shares: () => peer.shares.all.filter(({ isParcel }) => isParcel !== true),
    sealingKey: (given) =>
      new Promise((resolve, reject) => {
        peer.pairs.keyOf(textOf(given, 'of'), (error, key) =>
          error === null
            ? resolve({ key: Buffer.from(key).toString('base64') })
            : reject(new ControlError(error)),
        );
      }),
    offers: (given) => listOffers(peer, textOf(given, 'from')),
  };
}

/** Downloads run in the background: `get` returns an id, with which `job` polls or cancels. */
function downloadMethods(peer: Peer): Methods {
  const jobs = new Map<string, { view: JobView; abort: AbortController }>();
  return {
    get: (given) => {
      const running = [...jobs].filter(([, { view }]) => !view.isDone);
      if (running.length >= JOBS_MAX) throw new ControlError('too many files at once: wait for one to end');
      const over = [...jobs].filter(([, { view }]) => view.isDone);
      for (const [id] of over.slice(0, Math.max(0, over.length - JOBS_MAX))) jobs.delete(id);
      const [path, from, name] = [textOf(given, 'path'), textOf(given, 'from'), textOf(given, 'name')];
      const view = { doneBytes: 0, totalBytes: 0, resumedBytes: 0, isDone: false, error: null, path };
      const abort = new AbortController();
      const id = randomUUID();
      jobs.set(id, { view, abort });
      const onProgress = (progress: Progress) => Object.assign(view, progress);
      fetchResource(peer, from, name, path, onProgress, abort.signal).then(
        () => Object.assign(view, { isDone: true }),
        (error) => Object.assign(view, { isDone: true, error: (error as Error).message }),
      );
      return { id };
    },
    job: (given) => {
      const id = textOf(given, 'id');
      const job = jobs.get(id);
      if (job === undefined) throw new ControlError('there is no such transfer');
      if (given.cancel === true) job.abort.abort();
      if (job.view.isDone) jobs.delete(id);
      return job.view;
    },
  };
}

function statusOf(peer: Peer) {
  const { roster } = peer.standing;
  const links = [...peer.switchboard.sessions()].map((session) => session.id).sort();
  return {
    id: peer.id,
    mesh: roster.mesh,
    addresses: peer.addresses,
    links,
    alive: peer.directory.tree.size,
    members: [...roster.members.values()].filter((member) => member.revoked === null).length,
    isAuthority: peer.authority !== null,
    certificateExpiresMs: readLeaf(peer.standing.certificate)?.expiresMs ?? 0,
    authorityExpiresMs: rootExpiresMs(roster.roots.at(-1)!),
    failures: failuresOf(peer),
    unread: peer.inbox.unread.length,
    problem: peer.problem,
    pid: process.pid,
  };
}

/** Failed dials to a peer that should have a link and has none. */
export interface FailureView {
  /** '' if no peer is known at that address. */
  peer: string;
  address: string;
  reason: string;
  count: number;
  agoMs: number;
}

const FAILURES_SHOWN = 16;
const FAILURES_MS = 600_000;

function failuresOf(peer: Peer): FailureView[] {
  const owners = new Map<string, string>();
  for (const { id, status, addresses } of peer.directory.entries())
    if (status !== 'left') for (const each of addresses) owners.set(each, id);
  const nowMs = peer.runtime.clock.elapsedMs();
  const isOnLoopback = peer.addresses.every(isLoopback);
  const isMissed = ({ peer: id, address, agoMs }: FailureView) => {
    if (id === peer.id || agoMs > FAILURES_MS || peer.switchboard.sessionOf(id) !== null) return false;
    if (peer.directory.isAlive(id) && !peer.switchboard.isNeeded(id)) return false;
    // A refused connection to loopback is no evidence about a peer on another machine.
    return isOnLoopback || !isLoopback(address);
  };
  return peer.switchboard.failures
    .all()
    .map(({ atMs, ...each }) => ({ peer: owners.get(each.address) ?? '', ...each, agoMs: nowMs - atMs }))
    .filter(isMissed)
    .slice(0, FAILURES_SHOWN);
}

function membersOf(peer: Peer): MemberView[] {
  return [...peer.directory.entries()].map(({ id, status, addresses }) => {
    const member = peer.standing.roster.members.get(id)!;
    const { role, publicKey, admittedMs, revoked } = member;
    return { id, role, status, addresses, key: keyFingerprint(publicKey), admittedMs, revoked };
  });
}

/** The time servers that the mesh clock follows; usually another peer leads it. */
export interface TimeSourcesView {
  /** The peer that queries them; null while no peer leads. */
  askedBy: string | null;
  sources: TimeSource[];
  /** Why the servers are unknown; null if they are known. */
  problem: string | null;
}

async function timeSourcesOf(peer: Peer): Promise<TimeSourcesView> {
  const { isRoot, root } = peer.clock.state();
  if (isRoot || root === null || root === peer.id)
    return { askedBy: isRoot ? peer.id : null, sources: peer.timeSources.own(), problem: null };
  try {
    return { askedBy: root, sources: await peer.timeSources.of(root), problem: null };
  } catch (error) {
    return { askedBy: root, sources: [], problem: (error as Error).message };
  }
}

interface Branch {
  id: string;
  children: Branch[];
}

function treeOf(peer: Peer): Branch | null {
  const { tree } = peer.directory;
  const branch = (id: string): Branch => ({ id, children: tree.childrenOf(id).map(branch) });
  return tree.root === null ? null : branch(tree.root);
}

function viewOf({
  from,
  topic,
  sentMs,
  receivedMs,
  isBroadcast,
  uncertaintyMs = null,
  by = null,
  body,
}: Omit<Message, 'uncertaintyMs' | 'by'> & {
  uncertaintyMs?: number | null;
  by?: string | null;
}): MessageView {
  const text = Buffer.from(body).toString('utf8');
  return { from, by, topic, sentMs, receivedMs, isBroadcast, uncertaintyMs, text };
}

function roleOf(given: Parameters): Role {
  const role = (given.role ?? 'peer') as Role;
  if (role === 'authority' || !ROLES.includes(role))
    throw new ControlError('the role is peer, coordinator or honeypot');
  return role;
}
