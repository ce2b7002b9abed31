// Messages that a visitor of the decoy sends. Messages to the member that owns the decoy are opened and acknowledged as
// usual. Messages to others are sealed with keys that the decoy lacks: they are accepted as if forwarded, and the
// sender keeps waiting, as for any slow receiver. Its outbox keeps them until a receipt arrives, so nothing is lost.
import type { Session } from '../link/session.ts';
import type { Switchboard } from '../link/switchboard.ts';
import type { Directory } from '../members/directory.ts';
import { hold } from '../messages/holders.ts';
import { envelope, Pairs } from '../messages/pairs.ts';
import { content, delivered, problemWith, receiptFor } from '../messages/receipt.ts';
import { routed } from '../messages/routing.ts';
import type { Peer } from '../peer/peer.ts';
import type { Standing } from '../peer/standing.ts';
import { noticeKinds, requestKinds, routedKinds } from '../wire/kinds.ts';
import { decode, encode, type Shape } from '../wire/schema.ts';

type Routed = Shape<typeof routed>;
type Report = (session: Session, kind: 'asked' | 'said', text: string) => void;

const NOTHING = Buffer.alloc(0);
const TEXT_MAX = 2_000;
/** Maximum concurrent key requests, so that visitors cannot exhaust the member's own limit. */
const PENDING_KEYS_MAX = 8;
const routedNames = new Map<number, string>(Object.entries(routedKinds).map(([name, kind]) => [kind, name]));
/** A routing without routes: the decoy sends and answers no requests. */
const nowhere = { handle() {}, ask() {} };

export class DecoyPost {
  readonly #peer: Peer;
  readonly #standing: Standing;
  readonly #pairs: Pairs;
  readonly #report: Report;
  readonly #later: (action: () => void) => void;
  #pendingKeys = 0;

  constructor(
    peer: Peer,
    standing: Standing,
    directory: Directory,
    switchboard: Switchboard,
    report: Report,
    later: (action: () => void) => void,
  ) {
    this.#peer = peer;
    this.#standing = standing;
    // The decoy's own: for the member's, the visitor is cut off.
    this.#pairs = new Pairs(peer.runtime, standing, directory, nowhere);
    this.#report = report;
    this.#later = later;
    switchboard.handleNotice(noticeKinds.routed, (session, payload) =>
      this.#take(session, decode(routed, payload)),
    );
    switchboard.handleRequest(requestKinds.hold, (session, payload, reply) => {
      const { to, sealed } = decode(hold, payload);
      report(session, 'said', `to ${to}, to be held until it comes: ${sealed.length} bytes, sealed`);
      later(() => reply(null));
    });
  }

  #take(session: Session, message: Routed): void {
    const { to, requestId, kind } = message;
    if (kind === routedKinds.sealed) {
      this.#takeSealed(session, message);
      return;
    }
    this.#report(session, requestId === 0 ? 'said' : 'asked', `${routedNames.get(kind) ?? kind} to ${to}`);
    if (requestId === 0) return;
    if (kind === routedKinds.suspicion) this.#answer(session, message, null, NOTHING);
    else if (kind === routedKinds.sealingKey && message.body.length === 0)
      this.#keyOf(to, (error, key) => this.#answer(session, message, error, key));
    else this.#answer(session, message, `${to} does not answer`, NOTHING);
  }

  /** Answers a key request through the member: keys are public, and other peers do not learn of the visitor. */
  #keyOf(to: string, done: (error: string | null, key: Uint8Array) => void): void {
    if (to === this.#standing.id) return void done(null, this.#standing.sealing.publicKey);
    const silent = `${to} does not answer`;
    if (this.#pendingKeys >= PENDING_KEYS_MAX) return void done(silent, NOTHING);
    this.#pendingKeys++;
    this.#peer.pairs.keyOf(to, (error, key) => {
      this.#pendingKeys--;
      done(error === null ? null : silent, key);
    });
  }

  #takeSealed(session: Session, { to, from, body }: Routed): void {
    if (to !== this.#standing.id || from !== session.id) {
      this.#report(session, 'said', `to ${to}: ${body.length} bytes, sealed`);
      return;
    }
    const received = decode(envelope, body);
    const { epoch } = received;
    const opened = this.#pairs.open(from, received);
    if ('problem' in opened) {
      this.#report(session, 'said', `to ${to}: a message that cannot be opened (${opened.problem})`);
      this.#deliver(session, encode(delivered, problemWith(epoch, opened.problem)));
      return;
    }
    const { inbox } = this.#peer;
    const { stream, sequence, topic, body: text } = decode(content, opened.plain);
    if (sequence === inbox.lastOf(from, stream) + 1) {
      // Counts in the member's inbox: once released, the visitor continues with the next number.
      inbox.skip(from, stream, sequence);
      const shown = Buffer.from(text).toString('utf8').slice(0, TEXT_MAX);
      this.#report(session, 'said', `to ${to}, on ${topic}: ${shown}`);
    }
    const upTo = inbox.lastOf(from, stream);
    if (upTo === 0) return;
    this.#deliver(
      session,
      encode(delivered, receiptFor(epoch, opened.context, { stream, upTo, refused: [] })),
    );
  }

  #deliver(session: Session, body: Uint8Array): void {
    const head = { to: session.id, from: this.#standing.id, hops: 1, kind: routedKinds.delivered };
    this.#send(session, { ...head, requestId: 0, isFine: true, body });
  }

  #answer(session: Session, request: Routed, error: string | null, body: Uint8Array): void {
    const { from, to, requestId } = request;
    const head = { to: from, from: to, hops: 2, kind: routedKinds.answer, requestId };
    this.#send(session, {
      ...head,
      isFine: error === null,
      body: error === null ? body : Buffer.from(error),
    });
  }

  #send(session: Session, message: Routed): void {
    this.#later(() => session.notify(noticeKinds.routed, encode(routed, message)));
  }
}
