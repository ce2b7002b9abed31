// Heartbeats: keep links alive and detect dead ones. The dialling side sends a heartbeat when it has sent nothing for a
// while, and the other side answers, so one timer serves both sides and the answer acknowledges what was sent. The
// timer fires only when something is due, because a thousand peers in one process mean a thousand timers.

import type { Cancel, Clock } from '../runtime.ts';
import type { Session } from './session.ts';

export const HEARTBEAT_MS = 1_200;
/** The accepting side sends an unsolicited heartbeat only if it received none that it could have answered. */
const UNPROMPTED_MS = HEARTBEAT_MS + 30;
/** Silence that indicates a failure: one heartbeat interval and two TCP retransmissions (RFC 6298 §5.5). */
const SILENCE_MS = 1_800;
/** Idle time after which a link that is not needed is closed. */
const IDLE_MS = 2_000;
/** A timer this late shows that this process was stalled: silence is then no evidence about other peers. */
const LATE_MS = 400;
/** Grace period in which bytes that have arrived are read before a link counts as silent. */
const UNREAD_MS = 50;
/** Work due within this time is done in the same pass. */
const SOON_MS = 100;
const LOOK_MS_MAX = HEARTBEAT_MS;

/** What the pulse needs to know of the sessions it watches. */
export interface Pulsed {
  sessions(): Iterable<Session>;
  /** Whether the link is kept though it is idle. */
  isKept(session: Session): boolean;
  /** Called once per silence: nothing was received for `SILENCE_MS`, though the link is open. */
  silent(session: Session): void;
}

export class Pulse {
  readonly #clock: Clock;
  readonly #pulsed: Pulsed;
  readonly #late = new WeakSet<Session>();
  readonly #silent = new WeakSet<Session>();
  #dueMs = Number.POSITIVE_INFINITY;
  #cancel: Cancel = () => {};

  constructor(clock: Clock, pulsed: Pulsed) {
    this.#clock = clock;
    this.#pulsed = pulsed;
  }

  /** Schedules a check: a session was added. */
  wake(): void {
    this.#lookIn(HEARTBEAT_MS);
  }

  stop(): void {
    this.#cancel();
    this.#dueMs = Number.NEGATIVE_INFINITY;
  }

  /** Whether a heartbeat of this session is overdue. */
  isLate(session: Session): boolean {
    return this.#clock.elapsedMs() - session.receivedMs > HEARTBEAT_MS + LATE_MS;
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
      if (lateMs > LATE_MS) session.receivedMs = Math.min(nowMs, session.receivedMs + lateMs);
      if (wallMs >= session.expiresMs) session.close(`the certificate of ${session.id} has expired`);
      if (session.isClosed) continue;
      nextMs = Math.min(nextMs, this.#beat(session, nowMs), this.#listen(session, nowMs));
      nextMs = Math.min(nextMs, this.#closeIdle(session, nowMs));
    }
    this.#lookIn(Math.max(UNREAD_MS, nextMs));
  }

  /**
   * Sends a heartbeat if one is due. Returns in how many milliseconds the session is due again, like the two methods
   * below.
   */
  #beat(session: Session, nowMs: number): number {
    const everyMs = session.link.isDialler ? HEARTBEAT_MS : UNPROMPTED_MS;
    const waitMs = session.sentMs + everyMs - nowMs;
    if (waitMs > SOON_MS) return waitMs;
    session.heartbeat();
    return everyMs;
  }

  #listen(session: Session, nowMs: number): number {
    const waitMs = session.receivedMs + SILENCE_MS - nowMs;
    if (waitMs > 0) {
      this.#late.delete(session);
      this.#silent.delete(session);
      return waitMs;
    }
    if (this.#silent.has(session)) return LOOK_MS_MAX;
    if (!this.#late.has(session)) {
      this.#late.add(session);
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
