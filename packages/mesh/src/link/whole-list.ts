// The list of members from its beginning, asked of a neighbour: where this peer may hold an old copy of it, or where what others
// send does not follow on what is here (Roster.rival). Otherwise only what is missing is sent.

import type { Clock } from '../runtime.ts';
import { requestKinds } from '../wire/kinds.ts';
import type { Session } from './session.ts';

const NOTHING = Buffer.alloc(0);
const ANSWER_MS = 60_000;
/** Between two doubts: a refusal, which raises one, costs nothing. */
const DOUBT_EVERY_MS = 60_000;

export class WholeList {
  readonly #clock: Clock;
  /** Whom this peer has asked, or will once the link is open; each link once. */
  readonly #asked = new WeakSet<Session>();
  readonly #given = new WeakSet<Session>();
  #isDoubted = false;
  #doubtedMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The next neighbour is asked. */
  doubt(): void {
    const nowMs = this.#clock.elapsedMs();
    if (nowMs - this.#doubtedMs < DOUBT_EVERY_MS) return;
    this.#doubtedMs = nowMs;
    this.#isDoubted = true;
  }

  /**
   * A neighbour sent what does not follow on the list that is here.
   *
   * @returns whether it is asked for the whole; if not, it was asked already, or may not be
   */
  ask(session: Session): boolean {
    if (session.id === '' || this.#asked.has(session)) return false;
    this.#asked.add(session);
    if (session.isOpen) this.#request(session);
    return true;
  }

  opened(session: Session): void {
    if (this.#isDoubted) this.#asked.add(session);
    this.#isDoubted = false;
    if (this.#asked.has(session)) this.#request(session);
  }

  /** Whether this neighbour may have the whole list: on each link once. */
  give(session: Session): boolean {
    const isFirst = !this.#given.has(session);
    this.#given.add(session);
    return isFirst;
  }

  #request(session: Session): void {
    session.request(requestKinds.roster, NOTHING, ANSWER_MS, (error) => {
      // The link was closed, as one of two with the same peer is: another one is asked, with no wait.
      if (error !== null) this.#isDoubted = true;
    });
  }
}
