// Follows redirects: a peer that refuses a link may name another address instead. The peer there is checked like
// any other; if it is a member, it stands in for the one that sent us there, as long as the link lasts.

import { MOVED } from '../peer/standing.ts';
import type { Clock } from '../runtime.ts';
import { Allowance } from '../watch/allowance.ts';
import { hostOf } from './address.ts';
import type { Session } from './session.ts';
import type { Switchboard } from './switchboard.ts';

/** Different addresses at once; more are not followed. */
const PLACES_MAX = 4;
/** A decoy has one address, or few: a peer that keeps naming new ones wants this peer to connect to hosts of its choice. */
const CALLS = { burst: 4, everyMs: 30_000 };

export class Moved {
  readonly #switchboard: Switchboard;
  /** By address; null while it is dialled. */
  readonly #places = new Map<string, Session | null>();
  /** By who sends elsewhere. */
  readonly #calls: Allowance;

  constructor(clock: Clock, switchboard: Switchboard) {
    this.#switchboard = switchboard;
    this.#calls = new Allowance(clock, CALLS);
    switchboard.onRefused.push((session, code, reason) => {
      // A stranger who has dialled this peer cannot redirect it.
      const isKnown = session.link.isDialler || session.id !== '';
      if (code === MOVED && isKnown)
        this.#follow(reason, switchboard.meantOf(session), hostOf(session.link.shown.address));
    });
    switchboard.onClosed.push((session) => {
      for (const [address, there] of this.#places) {
        if (there !== session) continue;
        this.#places.delete(address);
        // It may be over: those who refused a moment ago are worth another try.
        switchboard.forgetAllFailures();
      }
    });
  }

  /** @param by the host that said so */
  #follow(address: string, insteadOf: string, by: string): void {
    const known = this.#places.get(address);
    if (known != null && insteadOf !== '') this.#switchboard.standIn(insteadOf, known);
    if (known !== undefined || this.#places.size >= PLACES_MAX) return;
    if (!this.#calls.take(insteadOf === '' ? by : insteadOf)) return;
    this.#places.set(address, null);
    this.#switchboard.connectTo(address, (session) => {
      if (session === null || session.id === '') return void this.#places.delete(address);
      this.#places.set(address, session);
      this.#switchboard.keep(session);
      if (insteadOf !== '') this.#switchboard.standIn(insteadOf, session);
    });
  }
}
