// Heartbeats: keeps links alive, and finds dead ones. The dialling side sends a heartbeat when it has sent nothing for a
// while, and the other side answers: so one timer serves both sides, and the answer acknowledges what was sent. It wakes only
// when something is due, because a thousand peers in one process are a thousand timers.

import type { Cancel, Clock } from '../runtime.ts';
import type { Session } from './session.ts';

export const HEARTBEAT_MS = 1_200;
/** The accepting side sends a heartbeat by itself only if none came that it could have answered. */
const UNASKED_MS = HEARTBEAT_MS + 30;
/** Nothing heard for so long: something is wrong. A heartbeat's interval, and two TCP retransmissions (RFC 6298 §5.5). */
export const SILENCE_MS = 1_800;
/** An idle link that nobody needs is closed after so long. */
const IDLE_MS = 2_000;
/** A timer this late shows that this peer itself was slow: then silence says nothing about the others. */
const LATE_MS = 400;
/** Bytes that have arrived but were not read yet get their turn before a link is called silent. */
const UNREAD_MS = 50;
/** What is due within this time is done at once. */
const SOON_MS = 100;
const LOOK_MS_MAX = 1_000;

/** What it needs to know of the sessions it looks after. */
export interface Pulsed {
  sessions(): Iterable<Session>;
  /** Whether the link is kept though it is idle. */
  isKept(session: Session): boolean;
  /** Nothing was heard for `SILENCE_MS`, though the link is open. Called once, until something is heard again. */
  silent(session: Session): void;
}

export class Pulse {
  readonly #clock: Clock;
  readonly #pulsed: Pulsed;
  readonly #doubted = new WeakSet<Session>();
  readonly #silent = new WeakSet<Session>();
  #dueMs = Number.POSITIVE_INFINITY;
  #cancel: Cancel = () => {};

  constructor(clock: Clock, pulsed: Pulsed) {
    this.#clock = clock;
    this.#pulsed = pulsed;
  }

  /** There is something to look after, or more than before. */
  wake(): void {
    this.#lookIn(HEARTBEAT_MS);
  }

  stop(): void {
    this.#cancel();
    this.#dueMs = Number.NEGATIVE_INFINITY;
  }

  /** A heartbeat has missed. */
  isLate(session: Session): boolean {
    return this.#clock.elapsedMs() - session.heardMs > HEARTBEAT_MS + LATE_MS;
  }

  #lookIn(ms: number): void {
    const dueMs = this.#clock.elapsedMs() + ms;
    if (this.#dueMs <= dueMs) return;
    this.#cancel();
    this.#dueMs = dueMs;
    this.#cancel = this.#clock.after(ms, () => this.#look());
  }

  #look(): void {
    const nowMs = this.#clock.elapsedMs();
    const lateMs = nowMs - this.#dueMs;
    const wallMs = this.#clock.nowMs();
    this.#dueMs = Number.POSITIVE_INFINITY;
    let nextMs = LOOK_MS_MAX;
    for (const session of [...this.#pulsed.sessions()]) {
      if (lateMs > LATE_MS) session.heardMs = Math.min(nowMs, session.heardMs + lateMs);
      if (wallMs >= session.expiresMs) session.close(`the certificate of ${session.id} has expired`);
      if (session.isClosed) continue;
      nextMs = Math.min(nextMs, this.#beat(session, nowMs), this.#listen(session, nowMs));
      nextMs = Math.min(nextMs, this.#closeIdle(session, nowMs));
    }
    this.#lookIn(Math.max(UNREAD_MS, nextMs));
  }

  /** Returns in how many milliseconds the session is due again, as the two below do. */
  #beat(session: Session, nowMs: number): number {
    const everyMs = session.link.isDialler ? HEARTBEAT_MS : UNASKED_MS;
    const waitMs = session.sentMs + everyMs - nowMs;
    if (waitMs > SOON_MS) return waitMs;
    session.heartbeat();
    return everyMs;
  }

  #listen(session: Session, nowMs: number): number {
    const waitMs = session.heardMs + SILENCE_MS - nowMs;
    if (waitMs > 0) {
      this.#doubted.delete(session);
      this.#silent.delete(session);
      return waitMs;
    }
    if (this.#silent.has(session)) return LOOK_MS_MAX;
    if (!this.#doubted.has(session)) {
      this.#doubted.add(session);
      return UNREAD_MS;
    }
    this.#silent.add(session);
    this.#pulsed.silent(session);
    return LOOK_MS_MAX;
  }

  #closeIdle(session: Session, nowMs: number): number {
    const waitMs = session.usedMs + IDLE_MS - nowMs;
    if (waitMs > LOOK_MS_MAX || this.#pulsed.isKept(session)) return LOOK_MS_MAX;
    if (waitMs <= 0) session.close('idle');
    return waitMs;
  }
}
