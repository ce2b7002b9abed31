// Routes between any two peers along the tree: down to the child whose subtree has the receiver, else up.
// Relays are not trusted: whatever matters is sealed (pairs.ts).

import { peerId } from '../identity/names.ts';
import type { Session } from '../link/session.ts';
import type { Switchboard } from '../link/switchboard.ts';
import type { Directory } from '../members/directory.ts';
import type { Standing } from '../peer/standing.ts';
import { type Cancel, type Runtime, sample } from '../runtime.ts';
import { noticeKinds, routedKinds } from '../wire/kinds.ts';
import { bytes, decode, encode, flag, record, type Shape, varint, WireError } from '../wire/schema.ts';

export const BODY_BYTES_MAX = 192 << 10;
const HOPS_MAX = 64;
const PENDING_MAX = 1024;
/** A link with this many bytes queued takes no more routed messages. */
const CONGESTED_BYTES = 4 << 20;

export const routed = record({
  to: peerId,
  from: peerId,
  hops: varint(HOPS_MAX),
  kind: varint(255),
  /** Correlates an answer with its question; 0 if neither. */
  requestId: varint(),
  isFine: flag,
  body: bytes(BODY_BYTES_MAX),
});
type Routed = Shape<typeof routed>;

export type Answer = (error: string | null, body: Uint8Array) => void;
/** `from` is the sender's claim and not authenticated. */
export type RoutedHandler = (from: string, body: Uint8Array, answer: Answer) => void;
const NOTHING = Buffer.alloc(0);

export class Routing {
  readonly #runtime: Runtime;
  readonly #standing: Standing;
  readonly #directory: Directory;
  readonly #switchboard: Switchboard;
  /** Called when a neighbour asks a question on its own behalf, whichever peer it is for. */
  readonly onRequest: ((from: string, kind: number) => void)[] = [];
  readonly #handlers = new Map<number, RoutedHandler>();
  readonly #pending = new Map<number, { to: string; answer: Answer; cancel: Cancel }>();

  constructor(runtime: Runtime, standing: Standing, directory: Directory, switchboard: Switchboard) {
    this.#runtime = runtime;
    this.#standing = standing;
    this.#directory = directory;
    this.#switchboard = switchboard;
    switchboard.handleNotice(noticeKinds.routed, (session, payload) => {
      session.usedMs = session.receivedMs;
      this.#take(decode(routed, payload), session);
    });
  }

  handle(kind: number, handler: RoutedHandler): void {
    this.#handlers.set(kind, handler);
  }

  /** Sends without waiting; returns false if there is no route. */
  send(to: string, kind: number, body: Uint8Array): boolean {
    return this.#forward(this.#message(to, kind, body), null);
  }

  /** Sends a request; calls back once, with the answer or why there is none. */
  ask(to: string, kind: number, body: Uint8Array, timeoutMs: number, answer: Answer): void {
    if (this.#pending.size >= PENDING_MAX) {
      answer('too many requests at once', NOTHING);
      return;
    }
    // Unguessable: otherwise any peer could answer in the receiver's place.
    const requestId = 1 + Buffer.from(this.#runtime.random.bytes(6)).readUIntBE(0, 6);
    const cancel = this.#runtime.clock.after(timeoutMs, () =>
      this.#answered(requestId, `${to} does not answer`, NOTHING),
    );
    this.#pending.set(requestId, { to, answer, cancel });
    if (!this.#forward({ ...this.#message(to, kind, body), requestId }, null))
      this.#answered(requestId, `no way to ${to}`, NOTHING);
  }

  #message(to: string, kind: number, body: Uint8Array): Routed {
    return { to, from: this.#standing.id, hops: 0, kind, requestId: 0, isFine: true, body };
  }

  #take(message: Routed, session: Session | null): void {
    if (message.requestId !== 0 && message.kind !== routedKinds.answer && session?.id === message.from)
      for (const listener of this.onRequest) listener(message.from, message.kind);
    if (message.to !== this.#standing.id) return void this.#forward(message, session);
    try {
      if (message.kind === routedKinds.answer) this.#takeAnswer(message);
      else this.#handle(message);
    } catch (error) {
      // The neighbour that forwarded the message is not responsible for its content.
      const text = error instanceof WireError ? error.message : String(error);
      this.#runtime.log('warn', 'a message cannot be read', { from: message.from, message: text });
    }
  }

  #takeAnswer({ from, requestId, isFine, body }: Routed): void {
    if (this.#pending.get(requestId)?.to !== from) return;
    this.#answered(requestId, isFine ? null : Buffer.from(body).toString('utf8').slice(0, 300), body);
  }

  #handle({ from, requestId, kind, body }: Routed): void {
    const answer: Answer = (error, answerBody) => {
      if (requestId === 0) return;
      const isFine = error === null;
      const reply = this.#message(
        from,
        routedKinds.answer,
        isFine ? answerBody : Buffer.from(error.slice(0, 100)),
      );
      this.#forward({ ...reply, requestId, isFine }, null);
    };
    this.#handlers.get(kind)?.(from, body, answer);
  }

  #answered(requestId: number, error: string | null, body: Uint8Array): void {
    const pending = this.#pending.get(requestId);
    if (pending === undefined) return;
    this.#pending.delete(requestId);
    pending.cancel();
    pending.answer(error, body);
  }

  #forward(message: Routed, from: Session | null): boolean {
    if (message.hops >= HOPS_MAX) return false;
    const { to } = message;
    if (to === this.#standing.id) {
      // A message to this peer itself is delivered asynchronously, like all others.
      this.#runtime.clock.after(0, () => this.#take(message, null));
      return true;
    }
    const session = this.#nextSession(to, from);
    if (session === null || session.link.waitingBytes > CONGESTED_BYTES) return false;
    session.notify(noticeKinds.routed, encode(routed, { ...message, hops: message.hops + 1 }));
    return true;
  }

  #nextSession(to: string, from: Session | null): Session | null {
    const direct = this.#switchboard.sessionOf(to);
    if (direct !== null) return direct;
    const { tree } = this.#directory;
    const next = tree.nextHop(this.#standing.id, to);
    const session = next === null ? null : this.#switchboard.sessionOf(next);
    if (session !== null && session !== from) return session;
    // The tree is changing, or the neighbour is unreachable: takes a detour. The number of hops is bounded.
    const path = tree.pathTo(to);
    const others = [...this.#switchboard.sessions()].filter((each) => each !== from);
    const above = others.filter((each) => path.includes(each.id));
    return sample(this.#runtime.random, above.length > 0 ? above : others, 1)[0] ?? null;
  }
}
