// Counts what each neighbour sends and asks, by kind, on arrival over authenticated links; messages that a peer
// forwards for others are not counted against it. Also counts rejected connections.

import type { Session } from '../link/session.ts';
import type { Switchboard } from '../link/switchboard.ts';
import type { Routing } from '../messages/routing.ts';
import { requestKinds, routedKinds } from '../wire/kinds.ts';

/** Of one neighbour, since it was taken last. */
export interface Traffic {
  bytesIn: number;
  bytesOut: number;
  queries: number;
  /** What it sent, by kind: `notice 3`, `request 2`, `stream 1`. */
  readonly messages: Record<string, number>;
}

/** Asked by the mesh itself, to keep alive and to let in: no query of anybody. */
const OWN_REQUESTS: ReadonlySet<number> = new Set([requestKinds.enrol, requestKinds.probe]);
const OWN_QUESTIONS: ReadonlySet<number> = new Set([
  routedKinds.enrol,
  routedKinds.enrolFor,
  routedKinds.suspicion,
]);

const names = new Map<string, string[]>();

/** `notice 3`, made once: it is asked for each time that anything comes. */
function nameOf(what: string, kind: number): string {
  let ofKinds = names.get(what);
  if (ofKinds === undefined) {
    ofKinds = [];
    names.set(what, ofKinds);
  }
  ofKinds[kind] ??= `${what} ${kind}`;
  return ofKinds[kind];
}

export class Meter {
  /** A neighbour asked something on its own behalf. */
  readonly onQuery: ((peer: string) => void)[] = [];
  /** Somebody made a connection and did not come as far as to be judged, or was refused. */
  readonly onKnock: ((address: string, reason: string) => void)[] = [];
  /** Somebody asked to join. */
  readonly onJoin: ((address: string, isAdmitted: boolean) => void)[] = [];
  readonly #traffic = new Map<string, Traffic>();
  readonly #sentBytes = new WeakMap<Session, number>();
  readonly #switchboard: Switchboard;

  constructor(switchboard: Switchboard, routing: Routing) {
    this.#switchboard = switchboard;
    switchboard.onTraffic.push((session, what, kind, bytes) => {
      const traffic = this.#of(session.id);
      traffic.bytesIn += bytes;
      const name = nameOf(what, kind);
      traffic.messages[name] = (traffic.messages[name] ?? 0) + 1;
      if (what === 'stream' || (what === 'request' && !OWN_REQUESTS.has(kind))) this.query(session.id);
    });
    routing.onQuestion.push((from, kind) => {
      if (!OWN_QUESTIONS.has(kind)) this.query(from);
    });
    switchboard.onClosed.push((session) => this.#countSent(session));
    switchboard.onKnock.push((address, reason) => {
      for (const listener of this.onKnock) listener(address, reason);
    });
  }

  /** Counts a question of a neighbour that came in another way. */
  query(peer: string): void {
    this.#of(peer).queries++;
    for (const listener of this.onQuery) listener(peer);
  }

  joined(address: string, isAdmitted: boolean): void {
    for (const listener of this.onJoin) listener(address, isAdmitted);
  }

  /** What was counted since the last call, of each neighbour that is linked or did something. */
  take(): Map<string, Traffic> {
    for (const session of this.#switchboard.sessions()) this.#countSent(session);
    const taken = new Map(this.#traffic);
    this.#traffic.clear();
    return taken;
  }

  #countSent(session: Session): void {
    const { sentBytes } = session.link;
    this.#of(session.id).bytesOut += sentBytes - (this.#sentBytes.get(session) ?? 0);
    this.#sentBytes.set(session, sentBytes);
  }

  #of(peer: string): Traffic {
    let traffic = this.#traffic.get(peer);
    if (traffic === undefined) {
      traffic = { bytesIn: 0, bytesOut: 0, queries: 0, messages: {} };
      this.#traffic.set(peer, traffic);
    }
    return traffic;
  }
}
