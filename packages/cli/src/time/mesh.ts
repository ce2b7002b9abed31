// `eyrie time` without servers: the mesh's clock, as the peers of this user that run have it.
import {
  ControlError,
  callPeer,
  eyrieHome,
  type PeerTime,
  peerFolder,
  peersIn,
  type TimeSourcesView,
} from '@eyrie/mesh';
import { FAILED, UserError } from '../errors.ts';
import { selectPeer } from '../mesh/select.ts';
import { numberTable } from '../terminal/table.ts';
import { serversText } from './servers-text.ts';
import { offsetText, spanText } from './text.ts';

export async function meshTime({ peer, json }: { peer?: string; json?: boolean }): Promise<number> {
  const named = peer === undefined ? peersIn(eyrieHome()) : [selectPeer(peer)];
  const clocks = new Map<string, PeerTime>();
  for (const id of named) {
    try {
      clocks.set(id, (await callPeer(peerFolder(eyrieHome(), id), 'time')) as PeerTime);
    } catch (error) {
      if (!(error instanceof ControlError)) throw error;
    }
  }
  if (clocks.size === 0) {
    const which = peer === undefined ? 'no peer runs here' : `peer ${peer} does not run here`;
    throw new UserError(
      `${which}: start one with "eyrie mesh start", or name servers: eyrie time HOST…`,
      FAILED,
    );
  }
  if (json === true) {
    console.log(JSON.stringify([...clocks].map(jsonOf), null, 2));
    return 0;
  }
  const [first] = clocks.keys();
  const servers = (await callPeer(peerFolder(eyrieHome(), first!), 'timeSources')) as TimeSourcesView;
  console.log([textOf(clocks), ...behindOf(servers)].join('\n\n'));
  return 0;
}

/** Time servers of the leading peer; empty if it has none. */
function behindOf({ askedBy, sources, problem }: TimeSourcesView): string[] {
  if (problem !== null)
    return [`${askedBy} leads, and does not say which time servers it follows: ${problem}`];
  if (sources.length === 0) return [];
  const lines = sources.map((source) => ({
    ...source,
    distance: source.estimate?.distance ?? Number.POSITIVE_INFINITY,
  }));
  return [`${askedBy} follows:\n${serversText(lines)}`];
}

function jsonOf([peer, { uncertainty: _, ...clock }]: [string, PeerTime]): object {
  return { peer, ...clock };
}

function textOf(clocks: ReadonlyMap<string, PeerTime>): string {
  const head = ['peer', 'mesh time (UTC)', '±', 'own clock ahead', 'rate', 'level', 'follows'];
  const rows = [...clocks].map(([id, clock]) => [
    id,
    clock.uncertaintyMs === null ? 'not known yet' : new Date(clock.nowMs).toISOString().slice(0, 23),
    clock.uncertaintyMs === null ? '-' : spanText(clock.uncertaintyMs / 1000),
    clock.uncertaintyMs === null ? '-' : offsetText(clock.wallAhead),
    `${(clock.skew * 1e6).toFixed(1)} ppm`,
    String(clock.level),
    followed(clock),
  ]);
  return numberTable([head, ...rows]);
}

function followed({ isRoot, isTraceable, root }: PeerTime): string {
  const source = isTraceable ? 'time servers' : 'its own clock';
  return isRoot ? source : `${root ?? '?'}, ${source}`;
}
