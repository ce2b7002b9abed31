// The view: a summary of the whole network, made at the root and passed down to every peer. It states
// its age and its coverage; ages add up on the way, so that no wall clock matters.

import { type Aggregate, type Best, emptyAggregate, type Stats } from './aggregate.ts';
import { attributes, COORDINATE, shownAttributes } from './attributes.ts';
import type { Masks, Picture, Summary, ViewMessage } from './messages.ts';
import { quantile } from './sketch.ts';

export interface View extends Picture {
  /** When the root made it, on this peer's clock (elapsedMs). */
  readonly madeMs: number;
}

/** As it is shown: over the control socket, over HTTP, to code. */
export interface ShownView {
  root: string;
  peers: number;
  alive: number;
  /** Part of the living peers that reported: 0 to 1. */
  complete: number;
  /** Since the root made it. */
  ageMs: number;
  /** Of the readings in it, now: the mean, and the oldest. */
  readings: { ageMs: number; oldestMs: number };
  attributes: Record<string, Summary & { mean: number; unit: string }>;
  top: Record<string, { most: readonly Best[]; least: readonly Best[] }>;
}

export function pictureOf(root: string, number: number, aggregate: Aggregate, alive: number): Picture {
  const { peers, agesMs, oldestMs, stats, most, least } = aggregate;
  return {
    ...{ root, number, peers, alive: Math.max(alive, peers) },
    readingAgeMs: peers === 0 ? 0 : agesMs / peers,
    oldestMs,
    summaries: stats.slice(0, COORDINATE).map((each, i) => (each === null ? null : summaryOf(each, i))),
    most,
    least,
  };
}

function summaryOf({ count, sum, min, max, squares, sketch }: Stats, attribute: number): Summary {
  const floor = attributes[attribute]!.min;
  const at = (part: number) => {
    if (sketch === null) return Number.NaN;
    return Math.min(max, Math.max(min, quantile(sketch, part) + floor));
  };
  const sd = Math.sqrt(squares / count);
  return { count, sum, min, max, sd, p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

/** As a message to a receiver of the other view; whole if that is of another root, or null. */
export function messageOf(picture: Picture, before: Picture | null, ageMs: number): ViewMessage {
  const base = before !== null && before.root === picture.root ? before : null;
  return { kind: 'view', base: base?.number ?? 0, ageMs, picture, mask: null, before: base };
}

/** What is another in the newer view. */
export function difference(before: Picture | null, now: Picture): Masks {
  let attributes = 0;
  for (let i = 0; i < COORDINATE; i++)
    if (before === null || !areEqual(before.summaries[i]!, now.summaries[i]!)) attributes |= 1 << i;
  const most = changedLists(before?.most ?? emptyAggregate.most, now.most);
  const least = changedLists(before?.least ?? emptyAggregate.least, now.least);
  return { attributes, most, least };
}

/** A bit for each list that is another. */
function changedLists(before: Picture['most'], now: Picture['most']): number {
  if (before === now) return 0;
  return now.reduce((bits, list, i) => (areSame(before[i] ?? [], list) ? bits : bits | (1 << i)), 0);
}

function areSame(a: readonly Best[], b: readonly Best[]): boolean {
  return a.length === b.length && a.every(({ id, value }, i) => b[i]!.id === id && b[i]!.value === value);
}

/** The lists that were sent, with the names of entries whose places are unchanged. */
function followedLists(before: Picture['most'], mask: number, now: Picture['most']): Picture['most'] {
  if (mask === 0) return before;
  return before.map((old, i) => {
    if ((mask & (1 << i)) === 0) return old;
    const named = (now[i] ?? []).map(({ id, value }, at) => ({ id: id || (old[at]?.id ?? ''), value }));
    return named.filter(({ id }) => id !== '');
  });
}

/** The view that the message leads to; null if one between is missing. */
export function followed(before: Picture | null, { base, picture, mask }: ViewMessage): Picture | null {
  const isBase = base === 0 || (before !== null && before.root === picture.root && before.number === base);
  if (!isBase) return null;
  if (mask === null) return picture;
  const old = base === 0 ? null : before;
  const summaries = picture.summaries.map((each, i) =>
    (mask.attributes & (1 << i)) !== 0 ? each : (old?.summaries[i] ?? null),
  );
  const most = followedLists(old?.most ?? emptyAggregate.most, mask.most, picture.most);
  const least = followedLists(old?.least ?? emptyAggregate.least, mask.least, picture.least);
  return { ...picture, summaries, most, least };
}

function areEqual(a: Summary | null, b: Summary | null): boolean {
  if (a === null || b === null) return a === b;
  return a.count === b.count && a.sum === b.sum && a.min === b.min && a.max === b.max && a.sd === b.sd;
}

/** Whether to send the newer view soon: the members, or the load of the whole network, changed. */
export function isNews(before: Picture, now: Picture): boolean {
  if (before.peers !== now.peers || before.alive !== now.alive) return true;
  return now.summaries.some((each, i) => {
    const old = before.summaries[i]!;
    if (each === null || old === null) return each !== old;
    const { step, stepPart } = attributes[i]!;
    const moved = Math.abs(each.sum / each.count - old.sum / old.count);
    return moved >= Math.max(step, stepPart * Math.abs(old.sum / old.count)) / 4;
  });
}

export function shownView(view: View, nowMs: number): ShownView {
  const ageMs = Math.round(Math.max(0, nowMs - view.madeMs));
  const named: ShownView['attributes'] = {};
  const top: ShownView['top'] = {};
  for (const [i, { name, unit }] of shownAttributes.entries()) {
    const summary = view.summaries[i]!;
    if (summary === null || summary === undefined) continue;
    named[name] = { unit, ...summary, mean: summary.sum / summary.count };
    top[name] = { most: view.most[i]!, least: view.least[i]! };
  }
  return {
    ...{ root: view.root, peers: view.peers, alive: view.alive },
    complete: view.alive === 0 ? 0 : view.peers / view.alive,
    ageMs,
    readings: {
      ageMs: Math.round(view.readingAgeMs + ageMs),
      oldestMs: Math.round(view.oldestMs + ageMs),
    },
    attributes: named,
    top,
  };
}
