// Holders keep messages while their receiver is away, so that sender and receiver need not be online together. Messages
// are sealed for the receiver and held for a day at most. A holder sees sender, receiver, time and size, like any peer
// on the route.
//
//   sender ── hold (sealed) ──► holder (disk) ······ receiver joins ── held ──► receiver: opens, inbox, as if sent directly
//                                     drops it ◄─── signed receipt ─────────────┘

import { readLeaf } from '../identity/certificate.ts';
import { sha256 } from '../identity/keys.ts';
import { peerId } from '../identity/names.ts';
import type { Session } from '../link/session.ts';
import type { Switchboard } from '../link/switchboard.ts';
import type { Directory } from '../members/directory.ts';
import type { Standing } from '../peer/standing.ts';
import { type Cancel, every, type Runtime, sample } from '../runtime.ts';
import { requestKinds, routedKinds } from '../wire/kinds.ts';
import { bytes, decode, encode, fixed, record, type Shape, varint } from '../wire/schema.ts';
import { type Asker, proof } from './asker.ts';
import type { Held } from './held.ts';
import type { Policy } from './policy.ts';
import { BODY_BYTES_MAX, type Routing } from './routing.ts';

/** Number of holders for each message. */
const HOLDERS_MAX = 2;
const ANSWER_MS = 3_000;
/** Maximum time a message is held: the certificates that signed it are valid for a day. */
const HOLD_MS = 24 * 3_600_000;
const LOOK_MS = 5_000;
/** Messages handed over at once; the next follow when these are acknowledged. */
const WINDOW = 32;

/** The message from sender to holder, and from holder to receiver. */
export const hold = record({
  to: peerId,
  name: fixed(16),
  expiresMs: varint(),
  sealed: bytes(BODY_BYTES_MAX),
});
const handed = record({ from: peerId, name: fixed(16), sealed: bytes(BODY_BYTES_MAX) });
const has = record({ name: fixed(16), proof });

export interface HoldersOptions {
  /** Its clock shows mesh time. */
  runtime: Runtime;
  standing: Standing;
  directory: Directory;
  switchboard: Switchboard;
  routing: Routing;
  asker: Asker;
  held: Held;
  policy: () => Policy;
}

export class Holders {
  /** Takes a message that was held for this peer; returns false if it cannot be taken yet. */
  onHanded: (from: string, sealed: Uint8Array) => boolean = () => false;
  /** Called periodically, to retry messages that could not be left with a holder. */
  onLook: () => void = () => {};
  readonly #options: HoldersOptions;
  /** Round-robin position: the sender whose messages are handed over first. */
  #turn = 0;
  #cancel: Cancel = () => {};

  constructor(options: HoldersOptions) {
    this.#options = options;
    const { switchboard, routing, directory, asker, held } = options;
    switchboard.handleRequest(requestKinds.hold, (session, payload, reply) =>
      reply(this.#keep(session, payload)),
    );
    routing.handle(routedKinds.held, (holder, payload) => {
      const given = decode(handed, payload);
      const { from, name, sealed } = given;
      if (!this.onHanded(from, sealed)) return;
      const content = takenText(holder, given);
      routing.send(holder, routedKinds.heldTaken, encode(has, { name, proof: asker.prove(content) }));
    });
    routing.handle(routedKinds.heldTaken, (from, payload) => {
      const { name, proof } = decode(has, payload);
      const named = held.for(from).filter((each) => Buffer.compare(each.name, name) === 0);
      for (const message of named) {
        const content = takenText(options.standing.id, message);
        if (asker.objectionTo(from, content, proof) === null) return held.drop(message);
      }
    });
    directory.onChange.push((id, status) => {
      if (status === 'alive') this.#handOver(id);
    });
  }

  start(): void {
    this.#cancel = every(this.#options.runtime, LOOK_MS, () => this.#look());
  }

  stop(): void {
    this.#cancel();
  }

  /** Returns up to `count` online peers, which may know the key of a peer that is away. */
  some(count: number): string[] {
    const { directory, runtime, standing } = this.#options;
    return sample(
      runtime.random,
      directory.tree.ids.filter((id) => id !== standing.id),
      count,
    );
  }

  /** Leaves a message with other online peers; the callback names those that took it. */
  leave(
    to: string,
    stream: Uint8Array,
    sequence: number,
    sealed: Uint8Array,
    taken: (holder: string) => void,
  ) {
    const { runtime, switchboard, standing } = this.#options;
    const expiresMs = Math.floor(
      Math.min(runtime.clock.nowMs() + HOLD_MS, readLeaf(standing.certificate)?.expiresMs ?? 0),
    );
    // The name is the same after a restart, so no holder keeps a message twice.
    const name = sha256('held', standing.id, to, stream, String(sequence)).subarray(0, 16);
    const payload = encode(hold, { to, name, expiresMs, sealed });
    const others = [...switchboard.sessions()].filter(({ id }) => id !== to && id !== '');
    for (const session of sample(runtime.random, others, HOLDERS_MAX))
      session.request(requestKinds.hold, payload, ANSWER_MS, (error) => {
        if (error === null) taken(session.id);
      });
  }

  /** Stores a message for its receiver; returns why it is refused, or null. */
  #keep(session: Session, payload: Uint8Array): string | null {
    const { runtime, standing, policy, held } = this.#options;
    const message = decode(hold, payload);
    const sender = standing.roster.approved(session.id);
    if (sender === null || !policy().isAllowed(sender, 'hold'))
      return 'the policy does not allow holding messages of yours';
    if (standing.roster.approved(message.to) === null) return `there is no peer ${message.to}`;
    const leftMs = message.expiresMs - runtime.clock.nowMs();
    if (leftMs <= 0 || leftMs > 2 * HOLD_MS) return 'it has expired, or is to be held too long';
    const problem = held.add({ ...message, from: session.id });
    if (problem === null) this.#handOver(message.to);
    return problem;
  }

  /** Drops expired messages, and hands over again what online receivers have not acknowledged. */
  #look(): void {
    const { runtime, standing, directory, held } = this.#options;
    this.onLook();
    if (held.size === 0) return;
    const nowMs = runtime.clock.nowMs();
    const { roster } = standing;
    held.dropIf(
      ({ from, to, expiresMs }) =>
        nowMs > expiresMs || roster.approved(from) === null || roster.approved(to) === null,
    );
    for (const to of held.receivers()) if (directory.isAlive(to)) this.#handOver(to);
  }

  /** Hands over equally many messages of each sender, so that undeliverable messages delay only their own sender. */
  #handOver(to: string): void {
    const { directory, routing, held } = this.#options;
    if (held.size === 0 || !directory.isAlive(to)) return;
    const bySender = [...Map.groupBy(held.for(to), ({ from }) => from).values()];
    const share = Math.max(1, Math.floor(WINDOW / bySender.length));
    // Rotates the first sender: on a congested route the last ones would otherwise starve.
    const first = bySender.length === 0 ? 0 : this.#turn++ % bySender.length;
    for (const messages of [...bySender.slice(first), ...bySender.slice(0, first)])
      for (const { from, name, sealed } of messages.slice(0, share))
        if (!routing.send(to, routedKinds.held, encode(handed, { from, name, sealed }))) return;
  }
}

/** Covers the whole message: otherwise a holder could hand over other content under its name and have it dropped. */
function takenText(holder: string, { from, name, sealed }: Shape<typeof handed>): Buffer {
  return Buffer.concat([Buffer.from(`has what ${holder} held of ${from} `), name, sha256(sealed)]);
}
