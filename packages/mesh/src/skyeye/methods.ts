// Methods of SkyEye on the control socket of a running peer, also served over HTTP.

import type { Methods, Parameters } from '../peer/control.ts';
import { ControlError } from '../peer/control.ts';
import { textOf } from '../peer/parameters.ts';
import type { Peer } from '../peer/peer.ts';
import { namedValues } from './attributes.ts';
import type { Series } from './history.ts';

/** A peer's own measures: the newest it has reported, as known here, and what it has kept. */
export interface PeerMetrics {
  id: string;
  status: string;
  role: string;
  parent: string | null;
  children: string[];
  /** Null if nothing of it is known here. */
  ageMs: number | null;
  values: Record<string, number>;
  /** Null if it does not answer, and nothing was kept here; the reason stands in `problem`. */
  history: Series | null;
  problem: string | null;
}

export function skyeyeMethods(peer: Peer): Methods {
  return {
    view: () => peer.skyeye.view(),
    query: (given) => peer.skyeye.query(textOf(given, 'query')),
    metrics: (given) => metricsOf(peer, given.id === undefined ? peer.id : textOf(given, 'id')),
    counts: () => countsOf(peer),
    report: (given) => ({ refused: peer.skyeye.report(valuesOf(given)) }),
  };
}

/** Since the start. */
function countsOf({ skyeye }: Peer): Record<string, number> {
  const { answered, handed, refused } = skyeye.queries.counts;
  const { values, reports } = skyeye.core.below.refused;
  return {
    ...{ queries_answered: answered, queries_handed_on: handed, queries_refused: refused },
    ...{ values_refused: values, reports_refused: reports },
  };
}

/** @throws ControlError if there is no such peer */
async function metricsOf(peer: Peer, id: string): Promise<PeerMetrics> {
  const member = peer.standing.roster.members.get(id);
  if (member === undefined) throw new ControlError(`there is no peer ${id}`, 'ERR_PEER_UNKNOWN');
  const { skyeye, directory } = peer;
  let history: Series | null = null;
  let problem: string | null = null;
  try {
    history = id === peer.id ? skyeye.history.own(id) : await skyeye.history.of(id);
  } catch (error) {
    problem = (error as Error).message;
    const kept = skyeye.records?.of(id) ?? null;
    if (kept !== null) history = skyeye.history.seriesOf(id, kept, null);
    if (kept !== null) problem += ': this is what was kept here of what it had reported';
  }
  const held = skyeye.core.below.readings.get(id);
  const known = held ?? { values: null, readMs: 0 };
  return {
    id,
    status: directory.statusOf(id),
    role: member.role,
    parent: directory.tree.parentOf(id),
    children: directory.tree.childrenOf(id),
    ageMs: held === undefined ? null : Math.round(peer.runtime.clock.elapsedMs() - known.readMs),
    values: known.values === null ? lastOf(history) : namedValues(known.values),
    history,
    problem,
  };
}

function lastOf(history: Series | null): Record<string, number> {
  const last = Object.entries(history?.attributes ?? {}).map(([name, all]) => [name, all.at(-1) ?? null]);
  return Object.fromEntries(last.filter(([, value]) => value !== null));
}

function valuesOf(given: Parameters): Record<string, number> {
  const { values } = given;
  if (typeof values !== 'object' || values === null || Array.isArray(values))
    throw new ControlError('"values" is missing: numbers by the name of their attribute');
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Number(value)]));
}
