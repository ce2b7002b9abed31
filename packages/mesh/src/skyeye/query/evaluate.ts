// Evaluates a query over a table of readings. A condition is compiled once to a function, which is called for
// each row.

import { mergedStats, type Stats, statsOf } from '../aggregate.ts';
import { attributes, COORDINATE } from '../attributes.ts';
import { type Table, WIDTH } from '../table.ts';
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
/** The group of all values beyond the maximum number of groups. */
const OTHERS = '(others)';
const UNKNOWN = 'unknown';

/** A network coordinate: x, y and height, in milliseconds. */
export type Place = readonly [number, number, number];

export interface Row {
  readonly id: string;
  /** Values of the query's columns; NaN where unknown. */
  readonly values: readonly number[];
  readonly ageMs: number;
  /** Estimated round-trip time to the peer of `near`; NaN without one. */
  readonly distanceMs: number;
  /** Sort keys, smaller first. */
  readonly keys: readonly number[];
}

export interface Group {
  readonly name: string;
  readonly peers: number;
  /** By figure; null where no peer knows the value. */
  readonly stats: readonly (Stats | null)[];
}

/** The partial answer of a part of the network; partial answers can be merged (`joined`). */
export interface Part {
  /** Peers examined, and peers in subtrees that did not answer. */
  readonly looked: number;
  readonly missing: number;
  readonly matched: number;
  /** Sum of the ages of the readings examined, and the maximum. */
  readonly agesMs: number;
  readonly oldestMs: number;
  readonly rows: readonly Row[];
  readonly groups: readonly Group[];
}

export interface Sight {
  roleOf(id: string): string;
  /** Coordinate of the peer of `near`; null if unknown. */
  near: Place | null;
  nowMs: number;
}

const nothingLooked = { looked: 0, missing: 0, matched: 0, agesMs: 0, oldestMs: 0 };
export const emptyPart: Part = { ...nothingLooked, rows: [], groups: [] };

/** What the rows of one table are seen with. */
interface RowSight extends Sight {
  /** Round-trip time of a row to the peer of `near`; NaN if unknown. */
  distanceMs(row: number): number;
}

/** Evaluates a query over all rows of a table. */
export function evaluate(query: Query, table: Table, from: Sight): Part {
  const sight = { ...from, distanceMs: distancesTo(query.near, table, from.near) };
  const isMeant = predicateOf(query.condition, table, sight);
  const found: number[] = [];
  let [looked, agesMs, oldestMs] = [0, 0, 0];
  for (let row = 0; row < table.ids.length; row++) {
    if (table.ids[row] === null) continue;
    looked++;
    const ageMs = ageOf(table, row, sight.nowMs);
    agesMs += ageMs;
    if (ageMs > oldestMs) oldestMs = ageMs;
    if (isMeant(row)) found.push(row);
  }
  const part = { ...emptyPart, looked, matched: found.length, agesMs, oldestMs };
  if (query.kind === 'find') return { ...part, rows: bestRows(query, table, found, sight) };
  return { ...part, groups: groupsOf(query, table, found, sight) };
}

function ageOf({ readMs }: Table, row: number, nowMs: number): number {
  return Math.max(0, Math.round(nowMs - readMs[row]!));
}

/** Merges partial answers. */
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

// --- conditions

type Predicate = (row: number) => boolean;

function predicateOf(condition: Condition | null, table: Table, sight: RowSight): Predicate {
  if (condition === null) return () => true;
  switch (condition.kind) {
    case 'and': {
      const parts = condition.parts.map((part) => predicateOf(part, table, sight));
      const [one, other] = parts;
      if (parts.length === 2) return (row) => one!(row) && other!(row);
      return (row) => parts.every((part) => part(row));
    }
    case 'or': {
      const parts = condition.parts.map((part) => predicateOf(part, table, sight));
      return (row) => parts.some((part) => part(row));
    }
    case 'not': {
      const part = predicateOf(condition.part, table, sight);
      return (row) => !part(row);
    }
    case 'compare': {
      const { attribute, value } = condition;
      const isSo = comparison(condition.sign, Math.fround(value));
      if (attribute === DISTANCE) return (row) => isSo(sight.distanceMs(row));
      const { values } = table;
      return (row) => isSo(values[row * WIDTH + attribute]!);
    }
    case 'name': {
      const { isSame, label } = condition;
      const pattern = condition.pattern.toLowerCase();
      return (row) => isLike(labelOf(label, table.ids[row]!, sight).toLowerCase(), pattern) === isSame;
    }
  }
}

/** A comparison; false for unknown values (NaN). */
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
 * Whether a name matches a glob pattern: `*` for any text, `?` for one character. Backtracks to the last star only, which
 * bounds the time by the product of both lengths; a regular expression could take exponential time.
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

function labelOf(label: Label, id: string, sight: Sight): string {
  if (label === 'id') return id;
  return label === 'role' ? sight.roleOf(id) : domainOf(id);
}

/** The name without its last part: "lab" for "lab-7". */
function domainOf(id: string): string {
  const at = Math.max(id.lastIndexOf('-'), id.lastIndexOf('.'), id.lastIndexOf('_'));
  return at <= 0 ? id : id.slice(0, at);
}

// --- the best peers

function bestRows(query: Find, table: Table, found: readonly number[], sight: RowSight): Row[] {
  const { count, order, columns, near } = query;
  const rowOf = (row: number): Row => ({
    id: table.ids[row]!,
    values: columns.map((index) => table.values[row * WIDTH + index]!),
    ageMs: ageOf(table, row, sight.nowMs),
    distanceMs: near === null ? Number.NaN : sight.distanceMs(row),
    keys: order.map((key, i) => keyOf(key, table, row, sight, i === order.length - 1)),
  });
  if (order.length === 0) return found.slice(0, count).map(rowOf);
  // Examines in full only rows that can still be among the best.
  const firsts = new Float64Array(found.length);
  for (let i = 0; i < found.length; i++)
    firsts[i] = keyOf(order[0]!, table, found[i]!, sight, order.length === 1);
  const bar = count < found.length ? smallest(firsts.slice(), count) : Number.POSITIVE_INFINITY;
  const rows: Row[] = [];
  for (let i = 0; i < found.length; i++) if (firsts[i]! <= bar) rows.push(rowOf(found[i]!));
  return rows.sort(byKeys).slice(0, count);
}

/**
 * Returns the `rank`th smallest number, counted from 1 (quickselect: Hoare 1961). Reorders `numbers`.
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

function keyOf(key: Key, table: Table, row: number, sight: RowSight, isLast: boolean): number {
  const { attribute } = key;
  const value = attribute === DISTANCE ? sight.distanceMs(row) : table.values[row * WIDTH + attribute]!;
  return rankOf(key, value, isLast);
}

/**
 * The rank of a value: smaller is better, unknown values (NaN) come last. In all keys but the last, values within one
 * step of the attribute rank equal; otherwise the next key would never decide.
 */
export function rankOf({ attribute, isMoreFirst }: Key, value: number, isLast: boolean): number {
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

/** Estimates round-trip times from the coordinates; NaN if either is unknown. A peer's own is 0: its packets use no link. */
function distancesTo(id: string | null, { ids, values }: Table, near: Place | null): (row: number) => number {
  if (near === null) return () => Number.NaN;
  const ownRow = ids.indexOf(id);
  return (row) => {
    if (row === ownRow) return 0;
    const at = row * WIDTH + COORDINATE;
    const x = values[at]! - near[0];
    const y = values[at + 1]! - near[1];
    return Math.sqrt(x * x + y * y) + values[at + 2]! + near[2];
  };
}

// --- figures

function groupsOf({ figures, by }: Figures, table: Table, found: number[], sight: RowSight): Group[] {
  const groups = new Map<string, number[]>();
  if (by === null) groups.set('', found);
  else
    for (const row of found) {
      const own = groupName(by, table, row, sight);
      const name = groups.has(own) || groups.size < GROUPS_MAX ? own : OTHERS;
      const known = groups.get(name);
      if (known !== undefined) known.push(row);
      else groups.set(name, [row]);
    }
  return [...groups].map(([name, members]) => {
    const cache = new Map<number, Stats | null>();
    const stats = figures.map(({ kind, attribute }) => {
      if (kind === 'count') return null;
      if (!cache.has(attribute)) cache.set(attribute, statsOf(table, members, attribute));
      return cache.get(attribute)!;
    });
    return { name, peers: members.length, stats };
  });
}

function groupName(by: Label | number, table: Table, row: number, sight: RowSight): string {
  if (typeof by !== 'number') return labelOf(by, table.ids[row]!, sight);
  const value = by === DISTANCE ? Math.round(sight.distanceMs(row)) : table.values[row * WIDTH + by]!;
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
