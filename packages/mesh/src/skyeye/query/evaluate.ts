// Answers a query over readings that are known one by one. A condition becomes a function once, and is asked of each.

import { type Counted, mergedStats, type Stats, statsOf } from '../aggregate.ts';
import { attributes, COORDINATE, type Values } from '../attributes.ts';
import {
  type Condition,
  DISTANCE,
  type Figures,
  type Find,
  type Key,
  type Label,
  type Query,
  type Sign,
} from './language.ts';

export const GROUPS_MAX = 256;
/** Of those that are not told apart any more. */
export const OTHERS = '(others)';
const UNKNOWN = 'unknown';

/** Where a peer stands among latencies: x, y and height, in milliseconds. */
export type Place = readonly [number, number, number];

export interface Row {
  readonly id: string;
  /** Of the columns that the query speaks of; NaN where nothing is known. */
  readonly values: readonly number[];
  readonly ageMs: number;
  /** To the peer of `near`; NaN without one. */
  readonly distanceMs: number;
  /** What it is ordered by, smaller first. */
  readonly keys: readonly number[];
}

export interface Group {
  readonly name: string;
  readonly peers: number;
  /** For each figure; null where nobody knows the value. */
  readonly stats: readonly (Stats | null)[];
}

/** What a part of the network answers. Parts of different peers make one of all of them. */
export interface Part {
  /** Peers that were looked at, and those whose part of the tree did not answer. */
  readonly looked: number;
  readonly missing: number;
  readonly matched: number;
  /** Of the readings that were looked at: the sum of their ages, and the oldest. */
  readonly agesMs: number;
  readonly oldestMs: number;
  readonly rows: readonly Row[];
  readonly groups: readonly Group[];
}

export interface Sight {
  roleOf(id: string): string;
  /** Of the peer that the query wants to be near to; null if nobody knows. */
  near: Place | null;
  nowMs: number;
}

const nothingLooked = { looked: 0, missing: 0, matched: 0, agesMs: 0, oldestMs: 0 };
export const emptyPart: Part = { ...nothingLooked, rows: [], groups: [] };

/** Over all the readings. */
export function evaluate(query: Query, readings: readonly Counted[], sight: Sight): Part {
  const isMeant = predicateOf(query.condition, sight);
  const found = query.condition === null ? readings : readings.filter(isMeant);
  const looked = { looked: readings.length, matched: found.length, ...agesOf(readings, sight.nowMs) };
  const part = { ...emptyPart, ...looked };
  if (query.kind === 'find') return { ...part, rows: bestRows(query, found, sight) };
  return { ...part, groups: groupsOf(query, found, sight) };
}

function agesOf(readings: readonly Counted[], nowMs: number): { agesMs: number; oldestMs: number } {
  let [agesMs, oldestMs] = [0, 0];
  for (const { readMs } of readings) {
    const ageMs = Math.max(0, Math.round(nowMs - readMs));
    agesMs += ageMs;
    if (ageMs > oldestMs) oldestMs = ageMs;
  }
  return { agesMs, oldestMs };
}

/** The answer of both. */
export function joined(query: Query, parts: readonly Part[]): Part {
  if (parts.length === 1) return parts[0]!;
  const sum = (of: (part: Part) => number) => parts.reduce((all, part) => all + of(part), 0);
  const rows = parts.flatMap((part) => part.rows);
  if (query.kind === 'find') rows.sort(byKeys);
  return {
    looked: sum((part) => part.looked),
    missing: sum((part) => part.missing),
    matched: sum((part) => part.matched),
    agesMs: sum((part) => part.agesMs),
    oldestMs: Math.max(0, ...parts.map((part) => part.oldestMs)),
    rows: query.kind === 'find' ? rows.slice(0, query.count) : [],
    groups: joinedGroups(parts.map((part) => part.groups)),
  };
}

// --- which peers are meant

type Predicate = (reading: Counted) => boolean;

export function predicateOf(condition: Condition | null, sight: Sight): Predicate {
  if (condition === null) return () => true;
  switch (condition.kind) {
    case 'and': {
      const parts = condition.parts.map((part) => predicateOf(part, sight));
      const [one, other] = parts;
      if (parts.length === 2) return (reading) => one!(reading) && other!(reading);
      return (reading) => parts.every((part) => part(reading));
    }
    case 'or': {
      const parts = condition.parts.map((part) => predicateOf(part, sight));
      return (reading) => parts.some((part) => part(reading));
    }
    case 'not': {
      const part = predicateOf(condition.part, sight);
      return (reading) => !part(reading);
    }
    case 'compare': {
      const { attribute, value } = condition;
      const isSo = comparison(condition.sign, Math.fround(value));
      if (attribute !== DISTANCE) return ({ values }) => isSo(values[attribute]!);
      return ({ values }) => isSo(distanceMs(values, sight.near));
    }
    case 'name': {
      const { isSame, label } = condition;
      const pattern = condition.pattern.toLowerCase();
      return ({ id }) => isLike(labelOf(label, id, sight).toLowerCase(), pattern) === isSame;
    }
  }
}

/** What is not known fulfils no comparison. */
function comparison(sign: Sign, than: number): (value: number) => boolean {
  switch (sign) {
    case '<':
      return (value) => value < than;
    case '<=':
      return (value) => value <= than;
    case '>':
      return (value) => value > than;
    case '>=':
      return (value) => value >= than;
    case '=':
      return (value) => value === than;
    case '!=':
      return (value) => value < than || value > than;
  }
}

/**
 * Whether a name fits a pattern: `*` stands for any text, `?` for one character. Goes back to the last star only, so that
 * no pattern takes longer than both lengths multiplied; a regular expression could take for ever.
 */
export function isLike(name: string, pattern: string): boolean {
  let at = 0;
  let star = -1;
  let starAt = 0;
  for (let i = 0; i < name.length; ) {
    const sign = pattern[at];
    if (sign === '*') {
      star = at++;
      starAt = i;
    } else if (sign === '?' || sign === name[i]) {
      at++;
      i++;
    } else if (star >= 0) {
      at = star + 1;
      i = ++starAt;
    } else return false;
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}

export function labelOf(label: Label, id: string, sight: Sight): string {
  if (label === 'id') return id;
  return label === 'role' ? sight.roleOf(id) : domainOf(id);
}

/** The name without its last part: of "lab-7" it is "lab". */
export function domainOf(id: string): string {
  const at = Math.max(id.lastIndexOf('-'), id.lastIndexOf('.'), id.lastIndexOf('_'));
  return at <= 0 ? id : id.slice(0, at);
}

// --- the best of them

function bestRows(query: Find, found: readonly Counted[], sight: Sight): Row[] {
  const { count, order, columns, near } = query;
  const rowOf = ({ id, values, readMs }: Counted): Row => ({
    id,
    values: columns.map((index) => values[index]!),
    ageMs: Math.max(0, Math.round(sight.nowMs - readMs)),
    distanceMs: near === null ? Number.NaN : distanceMs(values, sight.near),
    keys: order.map((key, i) => keyOf(key, values, sight, i === order.length - 1)),
  });
  if (order.length === 0) return found.slice(0, count).map(rowOf);
  // Only those that can still be among the best are looked at in full.
  const firsts = Float64Array.from(found, ({ values }) =>
    keyOf(order[0]!, values, sight, order.length === 1),
  );
  const bar = count < found.length ? smallest(firsts.slice(), count) : Number.POSITIVE_INFINITY;
  const rows: Row[] = [];
  for (let i = 0; i < found.length; i++) if (firsts[i]! <= bar) rows.push(rowOf(found[i]!));
  return rows.sort(byKeys).slice(0, count);
}

/**
 * The `rank`th smallest number, from 1 on (quickselect: Hoare 1961); they are in another order then.
 *
 * @param numbers none of them NaN
 */
export function smallest(numbers: Float64Array, rank: number): number {
  let [low, high] = [0, numbers.length - 1];
  while (low < high) {
    const pivot = numbers[(low + high) >> 1]!;
    let [left, right] = [low, high];
    while (left <= right) {
      while (numbers[left]! < pivot) left++;
      while (numbers[right]! > pivot) right--;
      if (left > right) break;
      [numbers[left], numbers[right]] = [numbers[right]!, numbers[left]!];
      left++;
      right--;
    }
    if (rank - 1 <= right) high = right;
    else if (rank - 1 >= left) low = left;
    else break;
  }
  return numbers[rank - 1]!;
}

/**
 * Smaller is better; what is not known comes last. Two that differ by less than the attribute's step are alike in all
 * keys but the last, or the second key would never be asked.
 */
export function keyOf(
  { attribute, isMoreFirst }: Key,
  values: Values,
  sight: Sight,
  isLast: boolean,
): number {
  const value = attribute === DISTANCE ? distanceMs(values, sight.near) : values[attribute]!;
  if (Number.isNaN(value)) return Number.MAX_VALUE;
  const key = isLast ? value : classOf(attribute, value);
  return isMoreFirst ? -key : key;
}

const DISTANCE_STEP_MS = 1;

function classOf(attribute: number, value: number): number {
  if (attribute === DISTANCE) return Math.floor(value / DISTANCE_STEP_MS);
  const { step, stepPart } = attributes[attribute]!;
  // Equal steps up to where the relative step is the larger one, and equal factors from there.
  const border = stepPart > 0 ? step / stepPart : Number.POSITIVE_INFINITY;
  const size = Math.abs(value);
  const steps =
    size <= border
      ? Math.floor(size / step)
      : Math.floor(border / step + Math.log(size / border) / Math.log1p(stepPart));
  return Math.sign(value) * steps;
}

function byKeys(a: Row, b: Row): number {
  for (let i = 0; i < a.keys.length; i++) if (a.keys[i] !== b.keys[i]) return a.keys[i]! - b.keys[i]!;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

/** There and back between the two, as their coordinates say; NaN if one of them is not known. */
export function distanceMs(values: Values, near: Place | null): number {
  if (near === null) return Number.NaN;
  const x = values[COORDINATE]! - near[0];
  const y = values[COORDINATE + 1]! - near[1];
  return Math.sqrt(x * x + y * y) + values[COORDINATE + 2]! + near[2];
}

// --- figures of all of them

function groupsOf({ figures, by }: Figures, found: readonly Counted[], sight: Sight): Group[] {
  const groups = new Map<string, Counted[]>();
  if (by === null) groups.set('', found.slice());
  else
    for (const reading of found) {
      const own = groupName(by, reading, sight);
      const name = groups.has(own) || groups.size < GROUPS_MAX ? own : OTHERS;
      const known = groups.get(name);
      if (known !== undefined) known.push(reading);
      else groups.set(name, [reading]);
    }
  return [...groups].map(([name, members]) => {
    const cache = new Map<number, Stats | null>();
    const stats = figures.map(({ kind, attribute }) => {
      if (kind === 'count') return null;
      if (!cache.has(attribute)) cache.set(attribute, statsOf(members, attribute));
      return cache.get(attribute)!;
    });
    return { name, peers: members.length, stats };
  });
}

function groupName(by: Label | number, { id, values }: Counted, sight: Sight): string {
  if (typeof by !== 'number') return labelOf(by, id, sight);
  const value = by === DISTANCE ? Math.round(distanceMs(values, sight.near)) : values[by]!;
  return Number.isNaN(value) ? UNKNOWN : String(Number(value.toPrecision(7)));
}

function joinedGroups(lists: readonly (readonly Group[])[]): Group[] {
  const groups = new Map<string, Group[]>();
  for (const group of lists.flat()) {
    const name = groups.has(group.name) || groups.size < GROUPS_MAX ? group.name : OTHERS;
    groups.set(name, [...(groups.get(name) ?? []), group]);
  }
  return [...groups].map(([name, all]) => ({
    name,
    peers: all.reduce((sum, each) => sum + each.peers, 0),
    stats: all[0]!.stats.map((_, i) => mergedStats(all.map((each) => each.stats[i]!))),
  }));
}
