// "near X measured": coordinates select the candidates, and X measures the round trip to each before the asker is answered.
// Coordinates do not model routing detours: the nearest peer is seldom their first candidate, but usually among the first few.

import { attributes } from '../attributes.ts';
import type { Answer, FoundPeer } from './answer.ts';
import { rankOf } from './evaluate.ts';
import { DISTANCE, type Key, type Query } from './language.ts';

/** Candidates beyond those requested. Each may cost a handshake: a few milliseconds of CPU on both sides. */
export const CANDIDATES = 8;
/** Maximum measurements per query. */
export const MEASURED_MAX = 16;

/** Round-trip times in ms from one peer to others; NaN for those that did not answer. */
export interface Measurement {
  tookMs: readonly number[];
  /** Why nothing was measured; null on success. */
  problem: string | null;
}

export type Measure = (from: string, to: readonly string[]) => Promise<Measurement>;

/** Replaces the estimates of the first candidates by measurements, and cuts the answer to the number requested. */
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
