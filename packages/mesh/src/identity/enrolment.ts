// Messages with which a peer applies for admission or renews its certificate, and the answers of the authority. Both
// requests are idempotent: the same key gets the same answer.

import type { Link, Transport } from '../link/link.ts';
import { Session } from '../link/session.ts';
import type { Refusal, SessionHost } from '../link/session-host.ts';
import { TIMED_OUT } from '../link/unreachable.ts';
import { Roster } from '../members/roster.ts';
import { RosterError, rootChain } from '../members/roster-state.ts';
import type { Runtime } from '../runtime.ts';
import { requestKinds } from '../wire/kinds.ts';
import {
  bytes,
  decode,
  encode,
  fixed,
  optional,
  record,
  type Shape,
  text,
  variant,
  WireError,
} from '../wire/schema.ts';
import { isIssuedBy, newRequest, readLeaf } from './certificate.ts';
import type { KeyPair } from './keys.ts';
import { type Invitation, tokenProof } from './token.ts';

export const enrolRequest = record({
  /** PKCS#10, DER. */
  request: bytes(2048),
  token: optional(record({ id: fixed(6), proof: fixed(32) })),
});

export const enrolAnswer = variant({
  /** In the queue until an operator approves it. */
  pending: {},
  denied: { reason: text(300) },
  admitted: {
    certificate: bytes(2048),
    /** The list of members as it began: the rest comes with the first link. */
    beginning: bytes(4096),
    /** From its root to the one that has signed the certificate. */
    roots: rootChain,
  },
});
export type EnrolRequest = Shape<typeof enrolRequest>;
export type EnrolAnswer = Shape<typeof enrolAnswer>;

/** Longer than a busy authority takes. */
const ANSWER_MS = 20_000;

export class EnrolError extends Error {
  /** No peer has answered the application: another address, or another attempt, may succeed. */
  readonly isUnanswered: boolean;

  constructor(message: string, isUnanswered = false) {
    super(message);
    this.isUnanswered = isUnanswered;
  }
}

export function makeEnrolRequest(keys: KeyPair, id: string, invitation: Invitation | null): Buffer {
  const request = newRequest(keys.privateKey, id);
  const secret = invitation?.secret ?? null;
  const token = secret === null ? null : { id: secret.id, proof: tokenProof(secret.key, request) };
  return encode(enrolRequest, { request, token });
}

export interface Admission {
  certificate: Uint8Array;
  roster: Roster;
}

/** A peer that applies for a certificate. */
export interface Applicant {
  readonly mesh: string;
  /** SHA-256 of the first root's certificate. */
  readonly root: Uint8Array;
  readonly id: string;
  readonly keys: KeyPair;
  /** From `makeEnrolRequest`. */
  readonly request: Uint8Array;
}

/** Asks at one address. Null while it waits in the queue. @throws EnrolError with one line if it is denied */
export async function enrolAt(
  runtime: Runtime,
  transport: Transport,
  address: string,
  { mesh, root, id, keys, request }: Applicant,
): Promise<Admission | null> {
  const payload = await ask(runtime, transport, address, mesh, request);
  const answer = decodeAnswer(payload);
  if (answer.kind === 'pending') return null;
  if (answer.kind === 'denied') throw new EnrolError(answer.reason);
  const identity = readLeaf(answer.certificate);
  const isOurs = identity?.id === id && Buffer.compare(identity.publicKey, keys.publicKey) === 0;
  if (!isOurs || identity.mesh !== mesh)
    throw new EnrolError('the certificate received is for another name or key');
  try {
    // Signed by the root whose fingerprint is in the invitation, or by one that it vouches for.
    const roster = Roster.fromBytes(answer.beginning, root);
    if (isIssuedBy(answer.certificate, roster.rootsAfter(answer.roots)))
      return { certificate: answer.certificate, roster };
  } catch (error) {
    if (error instanceof RosterError) throw new EnrolError(error.message);
    throw error;
  }
  throw new EnrolError('the certificate received is not signed by the authority of this mesh');
}

export function decodeAnswer(payload: Uint8Array): EnrolAnswer {
  try {
    return decode(enrolAnswer, payload);
  } catch (error) {
    if (error instanceof WireError)
      throw new EnrolError('the answer cannot be read: is that an eyrie of this version?');
    throw error;
  }
}

function ask(
  runtime: Runtime,
  transport: Transport,
  address: string,
  mesh: string,
  request: Uint8Array,
): Promise<Uint8Array> {
  const failure = (reason: string, refusal: Refusal | null) =>
    new EnrolError(`${address}: ${reason}`, refusal === null);
  return new Promise((resolve, reject) => {
    transport.dial(address, (error, link) => {
      if (link === null) return reject(failure(error?.reason ?? TIMED_OUT, null));
      startStrangerSession(runtime, link, mesh, (session, why, refusal) => {
        if (session === null) return reject(failure(why, refusal));
        session.request(requestKinds.enrol, request, ANSWER_MS, (problem, payload) => {
          session.close('done');
          if (problem === null) resolve(payload);
          else reject(new EnrolError(problem, true));
        });
      });
    });
  });
}

/** A session without a valid certificate of the other side, which can only request to join. */
export function startStrangerSession(
  runtime: Runtime,
  link: Link,
  mesh: string,
  decided: (session: Session | null, why: string, refusal: Refusal | null) => void,
): void {
  let isDecided = false;
  const decide = (session: Session | null, why: string, refusal: Refusal | null) => {
    if (!isDecided) decided(session, why, refusal);
    isDecided = true;
  };
  const host: SessionHost = {
    runtime,
    mesh: () => mesh,
    rosterVersion: () => 0,
    rosterParts: () => [],
    takeRosterPart: () => null,
    judge: () => ({ code: 'stranger', reason: 'this peer is not in the mesh yet' }),
    opened: (session) => decide(session, '', null),
    closed: (_session, reason, _ending, refusal) => decide(null, reason, refusal),
    refused: () => {},
    notice: () => {},
    request: (_session, _kind, _payload, reply) => reply('this peer is not in the mesh yet'),
    stream: (_session, _kind, _payload, stream) => stream.reset('this peer is not in the mesh yet'),
  };
  new Session(link, 'enrol', host);
}
