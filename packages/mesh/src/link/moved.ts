// Follows redirects: a peer that refuses a link may name another address. The peer at that address is verified like any
// other; if it is a member, it stands in for the redirecting peer for as long as the link lasts.

import { MOVED } from '../peer/standing.ts';
import type { Clock } from '../runtime.ts';
import { Allowance } from '../watch/allowance.ts';
import { hostOf } from './address.ts';
import type { Session } from './session.ts';
import type { Switchboard } from './switchboard.ts';

/** Maximum distinct addresses followed at once; further redirects are ignored. */
const PLACES_MAX = 4;
/** A decoy has few addresses: a peer that keeps naming new ones may be aiming this peer at hosts of its choice. */
const CALLS = { burst: 4, everyMs: 30_000 };

export class Moved {
  readonly #switchboard: Switchboard;
  /** By address; null while it is being dialled. */
  readonly #places = new Map<string, Session | null>();
  /** Rate limit by redirecting host. */
  readonly #calls: Allowance;

  constructor(clock: Clock, switchboard: Switchboard) {
    this.#switchboard = switchboard;
    this.#calls = new Allowance(clock, CALLS);
    switchboard.onRefused.push((session, code, reason) => {
      // An unauthenticated peer that dialled this one cannot redirect it.
      const isKnown = session.link.isDialler || session.id !== '';
      if (code === MOVED && isKnown)
        this.#follow(reason, switchboard.meantOf(session), hostOf(session.link.shown.address));
    });
    switchboard.onClosed.push((session) => {
      for (const [address, there] of this.#places) {
        if (there !== session) continue;
        this.#places.delete(address);
        // The redirect may have ended: the peers that refused are worth another attempt.
        switchboard.forgetAllFailures();
      }
    });
  }

  /** @param by the host that sent the redirect */
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
