// "near X measured": coordinates name the candidates, and X measures the way to each of them before the asker is answered.
// Coordinates know no detours of routes, so the nearest by them is seldom the nearest; one of the first few mostly is.

import type { Answer, FoundPeer } from './answer.ts';
import { DISTANCE, type Query } from './language.ts';

/** Candidates besides those that are asked for. Each may cost a link, that is some milliseconds of two processors. */
export const CANDIDATES = 8;
/** Measured for one query. */
export const MEASURED_MAX = 16;

/** Times there and back from one peer to others, in ms; NaN of those that did not answer it. */
export type Measure = (from: string, to: readonly string[]) => Promise<readonly number[]>;

/** The answer to such a query with what was measured in place of the first estimates, cut to what was asked for. */
export async function measured(query: Query, answer: Answer, measure: Measure): Promise<Answer> {
  if (query.kind !== 'find' || !query.isMeasured || query.near === null) return answer;
  const { near, order, count } = query;
  const candidates = answer.peers.slice(0, MEASURED_MAX).filter(({ id }) => id !== near);
  const ids = candidates.map(({ id }) => id);
  const tookMs = ids.length === 0 ? [] : await measure(near, ids);
  const byId = new Map(ids.map((id, i) => [id, tookMs[i]!]));
  byId.set(near, 0);
  const peers = answer.peers.map((peer) => withLatency(peer, byId.get(peer.id) ?? Number.NaN));
  const [first] = order;
  if (first?.attribute === DISTANCE && !first.isMoreFirst)
    peers.sort(order.length === 1 ? byLatency : byStep);
  return { ...answer, peers: peers.slice(0, count - CANDIDATES) };
}

function withLatency(peer: FoundPeer, latencyMs: number): FoundPeer {
  return Number.isNaN(latencyMs) ? peer : { ...peer, latencyMs, isMeasured: true };
}

function byLatency(a: FoundPeer, b: FoundPeer): number {
  return (a.latencyMs ?? Number.MAX_VALUE) - (b.latencyMs ?? Number.MAX_VALUE);
}

/** Who differs by less than a millisecond stays in the order of the next key. */
function byStep(a: FoundPeer, b: FoundPeer): number {
  return Math.floor(a.latencyMs ?? Number.MAX_VALUE) - Math.floor(b.latencyMs ?? Number.MAX_VALUE);
}
