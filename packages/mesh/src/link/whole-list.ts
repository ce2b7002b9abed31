// Requests the whole list of members from a neighbour, where this peer may hold an old copy of it, or where parts that others
// send do not continue the list held here (Roster.rival). Otherwise only missing changes are sent.

import type { Clock } from '../runtime.ts';
import { requestKinds } from '../wire/kinds.ts';
import type { Session } from './session.ts';

const NOTHING = Buffer.alloc(0);
const ANSWER_MS = 60_000;
/** Minimum interval: a refusal, which causes a request, costs the sender nothing. */
const REFETCH_EVERY_MS = 60_000;

export class WholeList {
  readonly #clock: Clock;
  /** Sessions on which the list was requested, or will be once they are open. */
  readonly #requested = new WeakSet<Session>();
  readonly #given = new WeakSet<Session>();
  #isStale = false;
  #staleMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Requests the list from the next neighbour that links. */
  refetch(): void {
    const nowMs = this.#clock.elapsedMs();
    if (nowMs - this.#staleMs < REFETCH_EVERY_MS) return;
    this.#staleMs = nowMs;
    this.#isStale = true;
  }

  /**
   * Requests the list from a neighbour whose part does not continue the list held here.
   *
   * @returns false if it was requested on this session before, or the session is unauthenticated
   */
  request(session: Session): boolean {
    if (session.id === '' || this.#requested.has(session)) return false;
    this.#requested.add(session);
    if (session.isOpen) this.#request(session);
    return true;
  }

  opened(session: Session): void {
    if (this.#isStale) this.#requested.add(session);
    this.#isStale = false;
    if (this.#requested.has(session)) this.#request(session);
  }

  /** Whether to send the whole list to this neighbour: once per session. */
  give(session: Session): boolean {
    const isFirst = !this.#given.has(session);
    this.#given.add(session);
    return isFirst;
  }

  #request(session: Session): void {
    session.request(requestKinds.roster, NOTHING, ANSWER_MS, (error) => {
      // The session was closed, for example as a duplicate: requests it from another neighbour at once.
      if (error !== null) this.#isStale = true;
    });
  }
}
