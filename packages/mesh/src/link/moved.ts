// Goes where it is sent: a peer that refuses a link may name another address instead. Whoever is there is judged as
// everybody else; if it is a peer of the mesh, it stands in for the one that sent us there, as long as it keeps the link.

import { MOVED } from '../peer/standing.ts';
import type { Clock } from '../runtime.ts';
import { Allowance } from '../watch/allowance.ts';
import { hostOf } from './address.ts';
import type { Session } from './session.ts';
import type { Switchboard } from './switchboard.ts';

/** Different addresses at once; more are not followed. */
const PLACES_MAX = 4;
/** A decoy is one place, or few: whoever names ever others has this peer knock where it likes. */
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
      // Not where a stranger who has called wants it to go.
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
