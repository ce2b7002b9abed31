// The answer to a query, as shown to the user.

import type { Stats } from '../aggregate.ts';
import { attributes } from '../attributes.ts';
import { quantile } from '../sketch.ts';
import type { Group, Part } from './evaluate.ts';
import type { Figure, Query } from './language.ts';

export interface FoundPeer {
  id: string;
  /** By attribute, in its unit; null where nothing is known. */
  values: Record<string, number | null>;
  /** Age of the reading. */
  ageMs: number;
  /** Round-trip time to the peer of `near`; null without `near`. */
  latencyMs: number | null;
  /** Whether `latencyMs` was measured for this answer; otherwise it is an estimate. */
  isMeasured: boolean;
}

export interface AnsweredGroup {
  /** '' if the query does not group. */
  group: string;
  peers: number;
  /** By figure as written in the query; null where no peer knows the value. */
  figures: Record<string, number | null>;
}

export interface Answer {
  query: string;
  kind: 'find' | 'figures';
  /** For a query for peers: the peers found, best first. */
  peers: FoundPeer[];
  /** For a query for figures: one entry per group. */
  groups: AnsweredGroup[];
  /** Number of matching peers, and of peers examined. */
  matched: number;
  looked: number;
  /** Fraction of live peers that were examined: 0 to 1. */
  complete: number;
  /** Members that are down as far as the asker knows; they are in no answer. */
  away: number;
  /** Mean and maximum age of the examined readings when the answer was given; null if there were none. */
  readings: { ageMs: number; oldestMs: number } | null;
  answeredBy: string;
  hops: number;
  tookMs: number;
  /** Why the answer may be incomplete; null if it is complete. */
  problem: string | null;
}

export interface Delivery {
  part: Part;
  alive: number;
  answeredBy: string;
  hops: number;
  problem: string | null;
}

export function answerOf(
  query: Query,
  { part, alive, answeredBy, hops, problem }: Delivery,
  tookMs: number,
  away: number,
): Answer {
  const { looked, matched, agesMs, oldestMs } = part;
  const names = query.kind === 'find' ? query.columns.map((index) => attributes[index]!.name) : [];
  const peers = part.rows.map(({ id, values, ageMs, distanceMs }) => ({
    id,
    values: Object.fromEntries(names.map((name, i) => [name, orNull(values[i]!)])),
    ageMs,
    latencyMs: orNull(distanceMs),
    isMeasured: false,
  }));
  const groups =
    query.kind === 'figures' ? part.groups.map((group) => answeredGroup(query.figures, group)) : [];
  groups.sort((a, b) => compareNames(a.group, b.group));
  const complete = alive === 0 ? 0 : Math.min(1, looked / alive);
  return {
    ...{ query: query.text, kind: query.kind, peers, groups, matched, looked, complete, away },
    readings: looked === 0 ? null : { ageMs: Math.round(agesMs / looked), oldestMs },
    ...{ answeredBy, hops, tookMs, problem },
  };
}

function answeredGroup(figures: readonly Figure[], { name, peers, stats }: Group): AnsweredGroup {
  const named = figures.map(
    (figure, i) => [figure.name, orNull(figureOf(figure, peers, stats[i]!))] as const,
  );
  return { group: name, peers, figures: Object.fromEntries(named) };
}

function figureOf({ kind, attribute, part }: Figure, peers: number, stats: Stats | null): number {
  if (kind === 'count') return peers;
  if (stats === null) return Number.NaN;
  const { count, sum, min, max, squares, sketch } = stats;
  switch (kind) {
    case 'sum':
      return sum;
    case 'avg':
      return sum / count;
    case 'min':
      return min;
    case 'max':
      return max;
    case 'sd':
      return Math.sqrt(squares / count);
    case 'quantile':
      if (sketch === null) return Number.NaN;
      return Math.min(max, Math.max(min, quantile(sketch, part) + attributes[attribute]!.min));
  }
}

function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}

/** Compares numbers by value, other names alphabetically. */
function compareNames(a: string, b: string): number {
  const [x, y] = [Number(a), Number(b)];
  if (a !== '' && b !== '' && !Number.isNaN(x) && !Number.isNaN(y)) return x - y;
  return a < b ? -1 : a > b ? 1 : 0;
}
