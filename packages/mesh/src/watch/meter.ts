// Counts what each neighbour sends and asks, by kind, on arrival over authenticated links; messages that a peer
// forwards for others are not counted against it. Also counts rejected connections.

import type { Session } from '../link/session.ts';
import type { Switchboard } from '../link/switchboard.ts';
import type { Routing } from '../messages/routing.ts';
import { requestKinds, routedKinds } from '../wire/kinds.ts';

/** Counters of one neighbour since the last `take`. */
export interface Traffic {
  bytesIn: number;
  bytesOut: number;
  queries: number;
  /** Messages sent by it, by kind: `notice 3`, `request 2`, `stream 1`. */
  readonly messages: Record<string, number>;
}

/** Protocol requests (liveness, enrolment), which do not count as queries. */
const OWN_REQUESTS: ReadonlySet<number> = new Set([requestKinds.enrol, requestKinds.probe]);
const OWN_ROUTED_REQUESTS: ReadonlySet<number> = new Set([
  routedKinds.enrol,
  routedKinds.enrolFor,
  routedKinds.suspicion,
]);

const names = new Map<string, string[]>();

/** Names such as `notice 3`, cached because one is needed for each message. */
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
  /** A neighbour sent a query on its own behalf. */
  readonly onQuery: ((peer: string) => void)[] = [];
  /** A connection failed before authentication, or was refused. */
  readonly onRejected: ((address: string, reason: string) => void)[] = [];
  /** A request to join arrived. */
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
    routing.onRequest.push((from, kind) => {
      if (!OWN_ROUTED_REQUESTS.has(kind)) this.query(from);
    });
    switchboard.onClosed.push((session) => this.#countSent(session));
    switchboard.onRejected.push((address, reason) => {
      for (const listener of this.onRejected) listener(address, reason);
    });
  }

  /** Counts a query that arrived by other means than a session. */
  query(peer: string): void {
    this.#of(peer).queries++;
    for (const listener of this.onQuery) listener(peer);
  }

  joined(address: string, isAdmitted: boolean): void {
    for (const listener of this.onJoin) listener(address, isAdmitted);
  }

  /** Returns and resets the counters of each neighbour that has a link or was active. */
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
