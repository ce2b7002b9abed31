// "near X measured": coordinates name the candidates, and X measures the way to each of them before the asker is answered.
// Coordinates know no detours of routes, so the nearest by them is seldom the nearest; one of the first few mostly is.

import { attributes } from '../attributes.ts';
import type { Answer, FoundPeer } from './answer.ts';
import { rankOf } from './evaluate.ts';
import { DISTANCE, type Key, type Query } from './language.ts';

/** Candidates besides those that are asked for. Each may cost a link, that is some milliseconds of two processors. */
export const CANDIDATES = 8;
/** Measured for one query. */
export const MEASURED_MAX = 16;

/** What one peer measured of others: times there and back in ms, NaN of those that did not answer it. */
export interface Measurement {
  tookMs: readonly number[];
  /** Why it measured nothing; null if it did. */
  problem: string | null;
}

export type Measure = (from: string, to: readonly string[]) => Promise<Measurement>;

/** The answer to such a query with what was measured in place of the first estimates, cut to what was asked for. */
export async function measured(query: Query, answer: Answer, measure: Measure): Promise<Answer> {
  if (query.kind !== 'find' || !query.isMeasured || query.near === null) return answer;
  const { near, order, wanted } = query;
  const candidates = answer.peers.slice(0, MEASURED_MAX).filter(({ id }) => id !== near);
  const ids = candidates.map(({ id }) => id);
  const { tookMs, problem } = ids.length === 0 ? { tookMs: [], problem: null } : await measure(near, ids);
  const byId = new Map(ids.map((id, i) => [id, tookMs[i]!]));
  byId.set(near, 0);
  const peers = answer.peers.map((peer) => withLatency(peer, byId.get(peer.id) ?? Number.NaN));
  const ranked = peers.map((peer) => ({ peer, ranks: ranksOf(peer, order) }));
  ranked.sort((a, b) => byRanks(a.ranks, b.ranks) || (a.peer.id < b.peer.id ? -1 : 1));
  const why = problem === null ? null : `${near} has measured nothing, so these are estimates: ${problem}`;
  return {
    ...answer,
    peers: ranked.slice(0, wanted).map(({ peer }) => peer),
    problem: answer.problem ?? why,
  };
}

function withLatency(peer: FoundPeer, latencyMs: number): FoundPeer {
  return Number.isNaN(latencyMs) ? peer : { ...peer, latencyMs, isMeasured: true };
}

function ranksOf({ latencyMs, values }: FoundPeer, order: readonly Key[]): number[] {
  return order.map((key, i) => {
    const value = key.attribute === DISTANCE ? latencyMs : values[attributes[key.attribute]!.name];
    return rankOf(key, value ?? Number.NaN, i === order.length - 1);
  });
}

function byRanks(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((rank, i) => rank !== b[i]);
  return at < 0 ? 0 : a[at]! - b[at]!;
}
