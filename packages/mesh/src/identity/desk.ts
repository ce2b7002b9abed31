// Decides on applications: by invitation, by a list of names and keys approved beforehand, or by a queue that somebody has to
// approve. Invitations and the queue are on disk before anything is answered.

import { damaged, readJson } from '../peer/damaged.ts';
import type { Storage } from '../peer/storage.ts';
import type { Runtime } from '../runtime.ts';
import { decode, encode, record, text } from '../wire/schema.ts';
import { hex, keyFingerprint } from './keys.ts';
import { PEER_ID, PEER_ID_RULE, type Role } from './names.ts';
import type { Source } from './source.ts';
import { isTokenProof } from './token.ts';

const FILE = 'authority/desk.json';
const TOKENS_MAX = 10_000;
const WAITING_MAX = 1_000;
/** From one address, and by way of one peer: so that no single applicant can fill the queue. */
const WAITING_OF_ONE_MAX = 50;
const WAITING_OVER_ONE_MAX = 250;
/** The invitation by which each member was admitted. */
const ADMITTED_LOG = 'authority/admitted.log';
const WAITING_MS = 7 * 24 * 3_600_000;
/** Wrong tries in a minute: from one address, by way of one peer, and in all. */
const FAILURES_MAX = 10;
const FAILURES_OVER_MAX = 50;
const FAILURES_ALL_MAX = 200;
const MINUTE_MS = 60_000;
/** Of a key: the whole, or as many digits as people are shown. What looks like that is no name here. */
const FINGERPRINT = /^[0-9a-f]{16,64}$/;
/** Of a key that is not known here: 128 bits, so that another key with the same beginning cannot be made. */
const UNKNOWN_DIGITS_MIN = 32;

export interface Token {
  id: string;
  key: string;
  role: Role;
  /** The only name it admits, or null. */
  name: string | null;
  usesLeft: number;
  expiresMs: number;
}

export interface Waiting {
  id: string;
  publicKey: string;
  fingerprint: string;
  sinceMs: number;
  /** The address of the applicant, and the peers that forwarded the request. */
  source: string;
  over?: readonly string[];
}

export interface Desk {
  tokens: Token[];
  waiting: Waiting[];
  /** Names and fingerprints of keys. */
  allowed: string[];
  /** Fingerprints. */
  denied: string[];
}

export interface Applicant {
  id: string;
  publicKey: Uint8Array;
  token: { id: Uint8Array; proof: Uint8Array } | null;
  request: Uint8Array;
  source: Source;
}

const admitted = record({ id: text(63), token: text(12) });

export type DeskVerdict =
  | { kind: 'admitted'; role: Role }
  | { kind: 'pending' }
  | { kind: 'denied'; reason: string };

export class EnrolmentDesk {
  readonly #runtime: Runtime;
  readonly #storage: Storage;
  #desk: Desk;
  #failures = new Map<string, number>();
  #failuresAll = 0;
  #failuresSinceMs = 0;

  constructor(runtime: Runtime, storage: Storage) {
    this.#runtime = runtime;
    this.#storage = storage;
    this.#desk = readDesk(storage);
  }

  get waiting(): readonly Waiting[] {
    return this.#desk.waiting;
  }

  /** The secret of a new invitation. */
  invite(role: Role, name: string | null, uses: number, ttlMs: number): { id: Uint8Array; key: Uint8Array } {
    const { clock, random } = this.#runtime;
    const id = random.bytes(6);
    const key = random.bytes(16);
    const nowMs = clock.nowMs();
    // Expired invitations are kept for a day more, so that the reply to one can say that it has expired.
    const tokens = this.#desk.tokens
      .filter((each) => each.expiresMs > nowMs - 24 * 60 * MINUTE_MS)
      .slice(-TOKENS_MAX + 1);
    const token = { id: hex(id), key: hex(key), role, name, usesLeft: uses, expiresMs: nowMs + ttlMs };
    this.#save({ tokens: [...tokens, token] });
    return { id, key };
  }

  /**
   * A name, or the beginning of a key's fingerprint: of one that waits or was denied, 16 digits will do, because the whole is
   * known here; of any other, 128 bits. Who was denied is so no longer.
   *
   * @returns what is wrong, or null
   */
  allow(nameOrFingerprint: string): string | null {
    const isFingerprint = FINGERPRINT.test(nameOrFingerprint);
    if (!isFingerprint && !PEER_ID.test(nameOrFingerprint))
      return `"${nameOrFingerprint}" is neither a name (${PEER_ID_RULE}) nor the fingerprint of a key (16 hexadecimal digits or more)`;
    const { allowed, waiting, denied } = this.#desk;
    if (!isFingerprint) {
      this.#save({ allowed: [...new Set([...allowed, nameOrFingerprint])] });
      return null;
    }
    const known = [...denied, ...waiting.map(({ fingerprint }) => fingerprint)];
    const meant = [...new Set(known)].filter((each) => each.startsWith(nameOrFingerprint));
    if (meant.length > 1) return `${meant.length} keys begin with ${nameOrFingerprint}: say more digits`;
    if (meant.length === 0 && nameOrFingerprint.length < UNKNOWN_DIGITS_MIN)
      return `no key that begins with ${nameOrFingerprint} has asked yet: say ${UNKNOWN_DIGITS_MIN} digits or more, as "eyrie mesh join" prints them`;
    const [key = nameOrFingerprint] = meant;
    this.#save({
      allowed: [...new Set([...allowed, key])],
      denied: denied.filter((each) => !each.startsWith(key)),
    });
    return null;
  }

  /**
   * A revoked peer must not come back by itself: approvals for its name are void, and so is the invitation it came with,
   * which would let it in under another name.
   *
   * @returns whether that invitation was still open for others too
   */
  forget(id: string): boolean {
    const { tokens, waiting, allowed } = this.#desk;
    const used = this.#storage.readLog(ADMITTED_LOG).map((each) => decode(admitted, each));
    const its = new Set(used.filter((each) => each.id === id).map((each) => each.token));
    const isOpen = (each: Token) => each.usesLeft > 0 && each.expiresMs > this.#runtime.clock.nowMs();
    this.#save({
      tokens: tokens.filter((each) => each.name !== id && !its.has(each.id)),
      waiting: waiting.filter((each) => each.id !== id),
      allowed: allowed.filter((each) => each !== id),
    });
    return tokens.some((each) => its.has(each.id) && isOpen(each));
  }

  /** Approvals of a name whose holder has left are void: it takes a new one to come back. */
  voidApprovals(id: string): void {
    const { waiting, allowed } = this.#desk;
    const isOther = (each: string) => each !== id;
    if (allowed.every(isOther) && waiting.every((each) => isOther(each.id))) return;
    this.#save({ waiting: waiting.filter((each) => isOther(each.id)), allowed: allowed.filter(isOther) });
  }

  deny(id: string): string | null {
    const waiting = this.#desk.waiting.find((each) => each.id === id);
    if (waiting === undefined) return `no application of ${id} is pending`;
    this.#save({
      waiting: this.#desk.waiting.filter((each) => each !== waiting),
      denied: [...this.#desk.denied, waiting.fingerprint].slice(-WAITING_MAX),
    });
    return null;
  }

  /** Takes one out of the queue. */
  take(id: string): Waiting | null {
    const waiting = this.#desk.waiting.find((each) => each.id === id) ?? null;
    if (waiting !== null) this.#save({ waiting: this.#desk.waiting.filter((each) => each !== waiting) });
    return waiting;
  }

  judge({ id, publicKey, token, request, source }: Applicant): DeskVerdict {
    const fingerprint = keyFingerprint(publicKey);
    if (this.#desk.denied.includes(fingerprint))
      return { kind: 'denied', reason: `${id} was denied, until "mesh allow ${fingerprint.slice(0, 16)}"` };
    const invited = token === null ? null : this.#judgeToken(id, token, request);
    if (invited?.kind === 'admitted') return invited;
    const isAllowed = this.#desk.allowed.some((each) =>
      FINGERPRINT.test(each) ? fingerprint.startsWith(each) : each === id,
    );
    // Also with an invitation that is used up: it may have brought no more than the address.
    if (isAllowed) return { kind: 'admitted', role: 'peer' };
    return invited ?? this.#wait(id, publicKey, fingerprint, source);
  }

  #judgeToken(id: string, shown: { id: Uint8Array; proof: Uint8Array }, request: Uint8Array): DeskVerdict {
    const token = this.#desk.tokens.find((each) => each.id === hex(shown.id));
    if (token === undefined || !isTokenProof(shown.proof, Buffer.from(token.key, 'hex'), request))
      return { kind: 'denied', reason: 'this invitation is not known here' };
    if (this.#runtime.clock.nowMs() >= token.expiresMs)
      return { kind: 'denied', reason: 'this invitation has expired: ask for a new one' };
    if (token.usesLeft < 1)
      return { kind: 'denied', reason: 'this invitation was used already: ask for a new one' };
    if (token.name !== null && token.name !== id)
      return {
        kind: 'denied',
        reason: `this invitation is for ${token.name}: join with --name ${token.name}`,
      };
    this.#save({
      tokens: this.#desk.tokens.map((each) =>
        each === token ? { ...each, usesLeft: each.usesLeft - 1 } : each,
      ),
    });
    this.#storage.append(ADMITTED_LOG, [encode(admitted, { id, token: token.id })]);
    return { kind: 'admitted', role: token.role };
  }

  #wait(id: string, publicKey: Uint8Array, fingerprint: string, { address, over }: Source): DeskVerdict {
    const nowMs = this.#runtime.clock.nowMs();
    if (this.#desk.waiting.some((each) => each.fingerprint === fingerprint && each.id === id))
      return { kind: 'pending' };
    const waiting = this.#desk.waiting.filter((each) => nowMs - each.sinceMs < WAITING_MS);
    if (waiting.some((each) => each.id === id))
      return { kind: 'denied', reason: `another key waits under the name ${id}` };
    const ofSource = waiting.filter((each) => each.source === address).length;
    const isFullOver = over.some(
      (peer) => waiting.filter((each) => each.over?.includes(peer)).length >= WAITING_OVER_ONE_MAX,
    );
    if (waiting.length >= WAITING_MAX || ofSource >= WAITING_OF_ONE_MAX || isFullOver)
      return { kind: 'denied', reason: 'too many wait already' };
    const one = { id, publicKey: hex(publicKey), fingerprint, sinceMs: nowMs, source: address, over };
    this.#save({ waiting: [...waiting, one] });
    this.#runtime.log('info', 'a peer waits for approval', { peer: id, key: fingerprint.slice(0, 16) });
    return { kind: 'pending' };
  }

  /** False after too many wrong tries. */
  mayTry({ address, over }: Source): boolean {
    const nowMs = this.#runtime.clock.elapsedMs();
    if (nowMs - this.#failuresSinceMs > MINUTE_MS) {
      this.#failures.clear();
      this.#failuresAll = 0;
      this.#failuresSinceMs = nowMs;
    }
    const of = (name: string) => this.#failures.get(name) ?? 0;
    return (
      this.#failuresAll < FAILURES_ALL_MAX &&
      of(address) < FAILURES_MAX &&
      over.every((peer) => of(`over ${peer}`) < FAILURES_OVER_MAX)
    );
  }

  failed({ address, over }: Source): void {
    this.#failuresAll++;
    for (const name of [address, ...over.map((peer) => `over ${peer}`)])
      this.#failures.set(name, (this.#failures.get(name) ?? 0) + 1);
  }

  #save(changes: Partial<Desk>): void {
    this.#desk = { ...this.#desk, ...changes };
    this.#storage.write(FILE, JSON.stringify(this.#desk, null, 2));
  }
}

/** @throws FolderError */
function readDesk(storage: Storage): Desk {
  const advice = 'put a copy of it back, or remove it: invitations are void then, and who waits asks again';
  const known = readJson(storage, FILE, advice);
  if (known === null) return { tokens: [], waiting: [], allowed: [], denied: [] };
  const { tokens, waiting, allowed, denied } = known as Partial<Desk>;
  if (![tokens, waiting, allowed, denied].every(Array.isArray)) throw damaged(FILE, advice);
  return known as Desk;
}
