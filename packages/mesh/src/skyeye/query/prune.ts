// Pruning: decides from aggregates and bounds whether all, none or some peers of a subtree can match a query. The
// subtree is only queried if some can.

import type { Aggregate } from '../aggregate.ts';
import { COORDINATE } from '../attributes.ts';
import { emptyPart, type Part, type Place } from './evaluate.ts';
import type { Figures, Query } from './language.ts';
import { type Condition, DISTANCE, type Sign } from './language.ts';

export type Share = 'all' | 'none' | 'some';

/** The peer of `near`, as a subtree's bounds are compared with it. */
export interface Near {
  readonly place: Place;
  /** Whether the peer itself may be in the subtree: its own distance is 0, whatever the coordinates say. */
  readonly mayBeInside: boolean;
}

export function shareOf(condition: Condition | null, box: Aggregate, near: Near | null): Share {
  if (condition === null) return 'all';
  switch (condition.kind) {
    case 'and':
      return both(
        condition.parts.map((part) => shareOf(part, box, near)),
        'none',
        'all',
      );
    case 'or':
      return both(
        condition.parts.map((part) => shareOf(part, box, near)),
        'all',
        'none',
      );
    case 'not':
      return opposite(shareOf(condition.part, box, near));
    case 'compare':
      return compared(condition.sign, Math.fround(condition.value), rangeOf(condition.attribute, box, near));
    case 'name':
      return 'some';
  }
}

/** `decisive` if any part is; `other` if all are; else some. */
function both(parts: readonly Share[], decisive: Share, other: Share): Share {
  if (parts.includes(decisive)) return decisive;
  return parts.every((part) => part === other) ? other : 'some';
}

function opposite(share: Share): Share {
  if (share === 'some') return share;
  return share === 'all' ? 'none' : 'all';
}

interface Range {
  low: number;
  high: number;
  /** Whether all peers have the value; those without it satisfy no comparison. */
  isWhole: boolean;
}

function rangeOf(attribute: number, box: Aggregate, near: Near | null): Range | null {
  if (attribute === DISTANCE) return near === null ? null : distanceRange(box, near);
  const stats = box.stats[attribute]!;
  return stats === null ? null : { low: stats.min, high: stats.max, isWhole: stats.count === box.peers };
}

function distanceRange(box: Aggregate, { place, mayBeInside }: Near): Range | null {
  const [x, y, height] = [COORDINATE, COORDINATE + 1, COORDINATE + 2].map((index) => box.stats[index]!);
  if (x == null || y == null || height == null)
    return mayBeInside ? { low: 0, high: 0, isWhole: false } : null;
  const least = (at: number, { min, max }: { min: number; max: number }) => Math.max(0, min - at, at - max);
  const most = (at: number, { min, max }: { min: number; max: number }) =>
    Math.max(Math.abs(min - at), Math.abs(max - at));
  const low = Math.hypot(least(place[0], x), least(place[1], y)) + height.min + place[2];
  return {
    low: mayBeInside ? 0 : low,
    high: Math.hypot(most(place[0], x), most(place[1], y)) + height.max + place[2],
    isWhole: height.count === box.peers,
  };
}

function compared(sign: Sign, than: number, range: Range | null): Share {
  if (range === null) return 'none';
  const { low, high, isWhole } = range;
  const share = (isAll: boolean, isNone: boolean): Share => {
    if (isNone) return 'none';
    return isAll && isWhole ? 'all' : 'some';
  };
  switch (sign) {
    case '<':
      return share(high < than, low >= than);
    case '<=':
      return share(high <= than, low > than);
    case '>':
      return share(low > than, high <= than);
    case '>=':
      return share(low >= than, high < than);
    case '=':
      return share(low === than && high === than, low > than || high < than);
    case '!=':
      return share(low > than || high < than, low === than && high === than);
  }
}

/** The answer of a subtree that need not be queried; null if it must be. */
export function known(query: Query, box: Aggregate, near: Near | null): Part | null {
  const share = shareOf(query.condition, box, near);
  if (share === 'none') return lookedAt(box);
  const isSummed = share === 'all' && query.kind === 'figures' && query.by === null;
  return isSummed ? summed(query, box) : null;
}

function summed({ figures }: Figures, box: Aggregate): Part {
  const stats = figures.map(({ kind, attribute }) => (kind === 'count' ? null : box.stats[attribute]!));
  const groups = [{ name: '', peers: box.peers, stats }];
  return { ...lookedAt(box), matched: box.peers, groups };
}

function lookedAt({ peers, agesMs, oldestMs }: Aggregate): Part {
  return { ...emptyPart, looked: peers, agesMs: Math.round(agesMs), oldestMs: Math.round(oldestMs) };
}
