// End-to-end encryption between two peers: HPKE makes a secret for one sender, one receiver and one epoch; the
// sender's signature authenticates it (HPKE's base mode does not); AES-256-GCM with a counter encrypts messages.

import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import { readLeaf } from '../identity/certificate.ts';
import { hex, isSignedBy, sha256, signWith } from '../identity/keys.ts';
import { peerId } from '../identity/names.ts';
import type { Directory } from '../members/directory.ts';
import type { Standing } from '../peer/standing.ts';
import type { Random, Runtime } from '../runtime.ts';
import { type HpkeContext, setupReceiver, setupSender } from '../sealed/hpke.ts';
import { CIPHERTEXT_BYTES, isPublicKey } from '../sealed/xwing.ts';
import { routedKinds } from '../wire/kinds.ts';
import {
  bytes,
  decode,
  encode,
  fixed,
  optional,
  ownCopy,
  record,
  type Shape,
  varint,
} from '../wire/schema.ts';
import { BODY_BYTES_MAX, type Routing } from './routing.ts';

/** Rekeying: a new epoch begins after this many messages, or after its maximum age. */
const EPOCH_MESSAGES_MAX = 1_000_000;
const EPOCH_MS = 12 * 3_600_000;
const SENDERS_MAX = 4096;
/** Maximum epochs per sender: one in use, and older ones of held messages. Per sender, so that none evicts another's. */
const EPOCHS_OF_ONE_MAX = 8;
const KEYS_MAX = 4096;

export const envelope = record({
  epoch: fixed(8),
  number: varint(2 ** 47),
  /** Sent until the receiver has confirmed the secret. */
  setup: optional(
    record({ certificate: bytes(2048), encapsulated: fixed(CIPHERTEXT_BYTES), signature: fixed(64) }),
  ),
  sealed: bytes(BODY_BYTES_MAX),
});
export type Envelope = Shape<typeof envelope>;

interface Outgoing {
  epoch: Uint8Array;
  context: HpkeContext;
  setup: NonNullable<Envelope['setup']>;
  isConfirmed: boolean;
  next: number;
  bornMs: number;
}

interface Incoming {
  epoch: string;
  context: HpkeContext;
  expiresMs: number;
  publicKey: Uint8Array;
}

export type Opened =
  | { plain: Uint8Array; context: HpkeContext }
  | {
      problem:
        | 'unknown-epoch'
        | 'not-approved'
        | 'revoked'
        | 'quarantined'
        | 'expired'
        | 'tampered'
        | 'bad-signature';
    };

export class Pairs {
  readonly #runtime: Runtime;
  readonly #random: Random;
  readonly #standing: Standing;
  readonly #directory: Directory;
  readonly #routing: Pick<Routing, 'ask' | 'handle'>;
  readonly #outgoing = new Map<string, Outgoing>();
  /** Secrets of other senders, by sender and epoch. */
  readonly #incoming = new Map<string, Map<string, Incoming>>();
  readonly #keys = new Map<string, Uint8Array>();

  constructor(
    runtime: Runtime,
    standing: Standing,
    directory: Directory,
    routing: Pick<Routing, 'ask' | 'handle'>,
  ) {
    this.#runtime = runtime;
    this.#random = runtime.random;
    this.#standing = standing;
    this.#directory = directory;
    this.#routing = routing;
    // This peer's key, or that of another, which the asker verifies by its hash.
    routing.handle(routedKinds.sealingKey, (_from, body, answer) => {
      const of = body.length === 0 ? standing.id : decode(peerId, body);
      const key = of === standing.id ? standing.sealing.publicKey : this.#knownKeyOf(of);
      if (key === null) answer(`the key of ${of} is not known here`, Buffer.alloc(0));
      else answer(null, key);
    });
    standing.onCertificate.push(() => this.#outgoing.clear());
    // Another may have that name now, with a key of its own.
    standing.onRoster.push((roster, before) => {
      for (const id of roster.voidedSince(before)) this.#outgoing.delete(id);
    });
  }

  #knownKeyOf(id: string): Uint8Array | null {
    const hash = this.#directory.announcementOf(id)?.sealingKeyHash;
    return hash === undefined ? null : (this.#keys.get(hex(hash)) ?? null);
  }

  /**
   * Gets the key that messages to a peer are sealed with, and verifies it by the hash that the peer announced.
   *
   * @param source the peer to ask if the key is unknown: the owner, or any other while the owner is away
   */
  keyOf(to: string, done: (error: string | null, key: Uint8Array) => void, source = to): void {
    const hash = this.#directory.announcementOf(to)?.sealingKeyHash;
    if (hash === undefined) {
      done(`${to} has not been seen yet`, Buffer.alloc(0));
      return;
    }
    const known = this.#knownKeyOf(to);
    if (known !== null) {
      done(null, known);
      return;
    }
    const question = source === to ? Buffer.alloc(0) : encode(peerId, to);
    this.#routing.ask(source, routedKinds.sealingKey, question, 3_000, (error, key) => {
      if (error !== null) return done(error, key);
      if (!sha256(key).equals(hash)) return done(`the key of ${to} is not its own`, key);
      if (!isPublicKey(key)) return done(`the key of ${to} is invalid`, key);
      if (this.#keys.size >= KEYS_MAX) this.#keys.delete(this.#keys.keys().next().value!);
      this.#keys.set(hex(hash), ownCopy(key));
      done(null, key);
    });
  }

  /**
   * Seals with the receiver's key that `keyOf` gave.
   *
   * @param isWhole includes the setup even if the receiver has confirmed the secret, because it may have lost it since
   * @param purpose binds content other than a message to its use, so that no relay can replay it in another context
   */
  seal(
    to: string,
    key: Uint8Array,
    plain: Uint8Array,
    isWhole = false,
    purpose = '',
  ): { envelope: Envelope; context: HpkeContext } {
    const pair = this.#outgoingTo(to, key);
    const number = pair.next++;
    const sealed = pair.context.seal(number, plain, associated(pair.epoch, number, purpose));
    const setup = pair.isConfirmed && !isWhole ? null : pair.setup;
    return { envelope: { epoch: pair.epoch, number, setup, sealed }, context: pair.context };
  }

  /** The receiver has confirmed the secret of this epoch: the setup is not sent again. */
  confirmed(to: string, epoch: Uint8Array): void {
    const pair = this.#outgoing.get(to);
    if (pair !== undefined && hex(pair.epoch) === hex(epoch)) pair.isConfirmed = true;
  }

  /** The receiver has lost the secret (it restarted). Returns false if that epoch is not in use. */
  lost(to: string, epoch: Uint8Array): boolean {
    const pair = this.#outgoing.get(to);
    return pair !== undefined && hex(pair.epoch) === hex(epoch) && this.#outgoing.delete(to);
  }

  /** The next message to that receiver begins a new epoch; receipts of the one in use count no more. */
  endEpoch(to: string): void {
    this.#outgoing.delete(to);
  }

  contextTo(to: string, epoch: Uint8Array): HpkeContext | null {
    const pair = this.#outgoing.get(to);
    return pair !== undefined && hex(pair.epoch) === hex(epoch) ? pair.context : null;
  }

  /** Opens a message sealed by `from`, which must be an approved peer. */
  open(from: string, received: Envelope, purpose = ''): Opened {
    const member = this.#standing.roster.members.get(from);
    if (member === undefined) return { problem: 'not-approved' };
    if (member.revoked !== null) return { problem: 'revoked' };
    if (this.#standing.measures.isCutOff(from)) return { problem: 'quarantined' };
    const name = hex(received.epoch);
    let pair = this.#incoming.get(from)?.get(name);
    if (pair === undefined || Buffer.compare(pair.publicKey, member.publicKey) !== 0) {
      if (received.setup === null) return { problem: 'unknown-epoch' };
      const made = this.#accept(from, member.publicKey, received.epoch, received.setup);
      if (typeof made === 'string') return { problem: made };
      pair = made;
      this.#remember(from, name, pair);
    }
    if (this.#runtime.clock.nowMs() >= pair.expiresMs) return { problem: 'expired' };
    const plain = pair.context.open(
      received.number,
      received.sealed,
      associated(received.epoch, received.number, purpose),
    );
    return plain === null ? { problem: 'tampered' } : { plain, context: pair.context };
  }

  /** Number of secrets of other senders. */
  get remembered(): number {
    return [...this.#incoming.values()].reduce((sum, { size }) => sum + size, 0);
  }

  #remember(from: string, epoch: string, pair: Incoming): void {
    const own = this.#incoming.get(from) ?? new Map<string, Incoming>();
    own.delete(epoch);
    own.set(epoch, pair);
    if (own.size > EPOCHS_OF_ONE_MAX) own.delete(own.keys().next().value!);
    this.#incoming.delete(from);
    this.#incoming.set(from, own);
    if (this.#incoming.size > SENDERS_MAX) this.#incoming.delete(this.#incoming.keys().next().value!);
  }

  #accept(
    from: string,
    publicKey: Uint8Array,
    epoch: Uint8Array,
    setup: NonNullable<Envelope['setup']>,
  ): Incoming | 'not-approved' | 'expired' | 'bad-signature' {
    const identity = readLeaf(setup.certificate);
    const verdict = this.#standing.judge(setup.certificate);
    const isOwn = this.#standing.isOwn(setup.certificate);
    if (identity === null || identity.id !== from) return 'bad-signature';
    if ('code' in verdict && !isOwn) return verdict.code === 'expired' ? 'expired' : 'not-approved';
    const { encapsulated, signature } = setup;
    const info = this.#info(from, this.#standing.id, epoch);
    const receiver = sha256(this.#standing.sealing.publicKey);
    if (!isSignedBy(publicKey, signature, 'eyrie seal', info, receiver, encapsulated)) return 'bad-signature';
    const context = setupReceiver(this.#standing.sealing, encapsulated, info);
    return { epoch: hex(epoch), context, expiresMs: identity.expiresMs, publicKey };
  }

  #outgoingTo(to: string, key: Uint8Array): Outgoing {
    const nowMs = this.#runtime.clock.elapsedMs();
    const known = this.#outgoing.get(to);
    if (known !== undefined && known.next < EPOCH_MESSAGES_MAX && nowMs - known.bornMs < EPOCH_MS)
      return known;
    const epoch = this.#random.bytes(8);
    const info = this.#info(this.#standing.id, to, epoch);
    const { encapsulated, context } = setupSender(key, info);
    const signature = signWith(this.#standing.keys.privateKey, 'eyrie seal', info, sha256(key), encapsulated);
    const setup = { certificate: this.#standing.certificate, encapsulated: ownCopy(encapsulated), signature };
    const pair = { epoch, context, setup, isConfirmed: false, next: 0, bornMs: nowMs };
    if (this.#outgoing.size >= SENDERS_MAX) this.#outgoing.delete(this.#outgoing.keys().next().value!);
    this.#outgoing.set(to, pair);
    return pair;
  }

  #info(from: string, to: string, epoch: Uint8Array): Buffer {
    return Buffer.from(`eyrie message 1\n${this.#standing.roster.mesh}\n${from}\n${to}\n${hex(epoch)}`);
  }
}

function associated(epoch: Uint8Array, number: number, purpose: string): Buffer {
  const data = Buffer.alloc(14);
  data.set(epoch);
  data.writeUIntBE(number, 8, 6);
  return purpose === '' ? data : Buffer.concat([data, Buffer.from(purpose)]);
}

/** The authentication code of a receipt, which only the two ends can make. */
export function receiptOf(context: HpkeContext, ...parts: (Uint8Array | string)[]): Buffer {
  const mac = createHmac('sha256', createSecretKey(context.export('eyrie receipt', 32)));
  for (const part of parts) mac.update(part);
  return mac.digest();
}

export function isReceipt(
  receipt: Uint8Array,
  context: HpkeContext,
  ...parts: (Uint8Array | string)[]
): boolean {
  return receipt.length === 32 && timingSafeEqual(receipt, receiptOf(context, ...parts));
}
