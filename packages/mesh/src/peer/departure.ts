// A member leaves for good: it has the authority revoke its own key, so that its name is free again, and its folder of
// no use to anyone who finds it later.
//
//   member ─ leave (signed) ── over others ──► authority ─► signed list of members ─► all close their links with it
//
// Those links would have carried the answer: being refused as revoked is an answer, too.

import type { Authority } from '../identity/authority.ts';
import type { Switchboard } from '../link/switchboard.ts';
import { type Asker, proof } from '../messages/asker.ts';
import type { Routing } from '../messages/routing.ts';
import type { Cancel, Runtime } from '../runtime.ts';
import { routedKinds } from '../wire/kinds.ts';
import { decode, encode } from '../wire/schema.ts';
import type { Standing } from './standing.ts';

/** A peer that was started in order to leave has no link yet. */
const ANSWER_MS = 5_000;
const AGAIN_MS = 500;
const GIVE_UP_MS = 10_000;
const CONTENT = Buffer.from('leaves for good');
const NOTHING = Buffer.alloc(0);
const HOLDS = 'it holds the authority, without which nobody can be admitted or revoked';

export interface DepartureOptions {
  runtime: Runtime;
  standing: Standing;
  switchboard: Switchboard;
  routing: Routing;
  asker: Asker;
  /** Only of the peer that holds it. */
  authority: Authority | null;
}

export class Departure {
  readonly #options: DepartureOptions;
  /** Others refused this peer as revoked, and it has no link with any other. */
  #isRevoked = false;
  #whenRevoked: () => void = () => {};

  constructor(options: DepartureOptions) {
    this.#options = options;
    const { switchboard, routing } = options;
    routing.handle(routedKinds.leave, (from, payload, answer) =>
      answer(this.#handleLeave(from, payload), NOTHING),
    );
    switchboard.onOpen.push(() => {
      this.#isRevoked = false;
    });
    switchboard.onRefused.push((_session, code) => {
      // Those that still have a link disagree: the refusal may be a lie.
      const isLinked = switchboard.sessions()[Symbol.iterator]().next().done === false;
      if (code !== 'revoked' || isLinked) return;
      this.#isRevoked = true;
      this.#whenRevoked();
    });
  }

  /** Resolves to null once this peer is no member any more, else, after 10 s, to why it still is one. */
  leave(): Promise<string | null> {
    const { runtime, standing } = this.#options;
    if (standing.roster.authority?.id === standing.id) return Promise.resolve(HOLDS);
    if (this.#isRevoked) return Promise.resolve(null);
    const { clock } = runtime;
    const untilMs = clock.elapsedMs() + GIVE_UP_MS;
    return new Promise((resolve) => {
      let cancel: Cancel = () => {};
      let isOver = false;
      const end = (problem: string | null) => {
        isOver = true;
        cancel();
        this.#whenRevoked = () => {};
        resolve(problem);
      };
      const ask = () =>
        this.#ask((problem) => {
          if (isOver) return;
          if (problem === null || clock.elapsedMs() >= untilMs) end(problem);
          else cancel = clock.after(AGAIN_MS, ask);
        });
      this.#whenRevoked = () => end(null);
      ask();
    });
  }

  #ask(done: (problem: string | null) => void): void {
    const { standing, routing, asker } = this.#options;
    const to = standing.roster.authority?.id;
    // The list of members comes with the first link.
    if (to === undefined) return void done('the authority of this mesh is not known yet');
    routing.ask(to, routedKinds.leave, encode(proof, asker.prove(CONTENT)), ANSWER_MS, (error) =>
      done(error === null ? null : `the authority, ${to}, has not agreed: ${error}`),
    );
  }

  /** At the authority. Returns why the member stays one, or null. The name on a routed message is a claim: its signature proves it. */
  #handleLeave(from: string, payload: Uint8Array): string | null {
    const { authority, asker, runtime } = this.#options;
    if (authority === null) return 'the authority of this mesh is elsewhere';
    const objection = asker.objectionTo(from, CONTENT, decode(proof, payload));
    if (objection !== null) return objection;
    try {
      return authority.revokeLeaving(from);
    } catch (error) {
      const { message } = error as Error;
      runtime.log('warn', 'a departure could not be written', { peer: from, message });
      return 'it cannot write its list of members: see its log';
    }
  }
}
