// Messages wait at other peers while their receiver is away, so that sender and receiver need not be online together: sealed for the
// receiver alone, for a day at most. A holder sees sender, receiver, time and size, as any peer on the route does.
//
//   sender ── hold (sealed) ──► holder (disk) ······ receiver comes ── held ──► receiver: opens, inbox, as what came straight
//                                     drops it ◄─── has it, signed ─────────────┘

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

/** Each message is left with so many. */
const HOLDERS_MAX = 2;
const ANSWER_MS = 3_000;
/** Longer than a day nobody needs to hold what certificates of a day have signed. */
const HOLD_MS = 24 * 3_600_000;
const LOOK_MS = 5_000;
/** Handed over at once; the next when these were taken. */
const WINDOW = 32;

/** What a sender leaves, and what a holder hands over. */
export const hold = record({
  to: peerId,
  name: fixed(16),
  expiresMs: varint(),
  sealed: bytes(BODY_BYTES_MAX),
});
const handed = record({ from: peerId, name: fixed(16), sealed: bytes(BODY_BYTES_MAX) });
const has = record({ name: fixed(16), proof });

export interface HoldersOptions {
  /** By the clock that all share. */
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
  /** Something that was held for this peer; false if it cannot be taken yet. */
  onHanded: (from: string, sealed: Uint8Array) => boolean = () => false;
  /** Now and then, for what could not be left yet. */
  onLook: () => void = () => {};
  readonly #options: HoldersOptions;
  /** Whose messages are handed over first. */
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

  /** Some of those who are here: they may know what one does that is away. */
  some(count: number): string[] {
    const { directory, runtime, standing } = this.#options;
    return sample(
      runtime.random,
      directory.tree.ids.filter((id) => id !== standing.id),
      count,
    );
  }

  /** Leaves a message with others that are here; told who has taken it. */
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
    // The same message has the same name, also after a restart: nobody holds it twice.
    const name = sha256('held', standing.id, to, stream, String(sequence)).subarray(0, 16);
    const payload = encode(hold, { to, name, expiresMs, sealed });
    const others = [...switchboard.sessions()].filter(({ id }) => id !== to && id !== '');
    for (const session of sample(runtime.random, others, HOLDERS_MAX))
      session.request(requestKinds.hold, payload, ANSWER_MS, (error) => {
        if (error === null) taken(session.id);
      });
  }

  /** Why a message is not held, or null. */
  #keep(session: Session, payload: Uint8Array): string | null {
    const { runtime, standing, policy, held } = this.#options;
    const message = decode(hold, payload);
    const sender = standing.roster.approved(session.id);
    if (sender === null || !policy().isAllowed(sender, 'hold')) return 'nothing of yours is held here';
    if (standing.roster.approved(message.to) === null) return `there is no peer ${message.to}`;
    const leftMs = message.expiresMs - runtime.clock.nowMs();
    if (leftMs <= 0 || leftMs > 2 * HOLD_MS) return 'that is over, or lasts too long';
    const problem = held.add({ ...message, from: session.id });
    if (problem === null) this.#handOver(message.to);
    return problem;
  }

  /** What is over is dropped; whoever is here and has not said that it has it gets it again. */
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

  /** Of each sender as many: what cannot be taken yet, or is junk, is in the way of its own sender alone. */
  #handOver(to: string): void {
    const { directory, routing, held } = this.#options;
    if (held.size === 0 || !directory.isAlive(to)) return;
    const bySender = [...Map.groupBy(held.for(to), ({ from }) => from).values()];
    const share = Math.max(1, Math.floor(WINDOW / bySender.length));
    // Another begins each time: where the way is full, the last of them would never have their turn.
    const first = bySender.length === 0 ? 0 : this.#turn++ % bySender.length;
    for (const messages of [...bySender.slice(first), ...bySender.slice(0, first)])
      for (const { from, name, sealed } of messages.slice(0, share))
        if (!routing.send(to, routedKinds.held, encode(handed, { from, name, sealed }))) return;
  }
}

/** Of all of it: else whoever hands over something else under its name would have it dropped. */
function takenText(holder: string, { from, name, sealed }: Shape<typeof handed>): Buffer {
  return Buffer.concat([Buffer.from(`has what ${holder} held of ${from} `), name, sha256(sealed)]);
}
