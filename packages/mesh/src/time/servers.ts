// The peer that leads the mesh clock may follow time servers over NTP or NTS; the other peers do not query them.

import type { Source, SourceOptions, TimeKeeper } from '@eyrie/clock';
import type { Peer } from '../peer/peer.ts';
import { type Cancel, every } from '../runtime.ts';
import { sourceOf } from './sources.ts';

const LOOK_MS = 2_000;

/** Until cancelled: polls the servers while this peer leads, and steers mesh time by the majority. */
export function followTimeServers(peer: Peer, sources: readonly SourceOptions[]): Cancel {
  const { log } = peer.runtime;
  let keeper: TimeKeeper | null = null;
  let isStopped = false;
  let said = '';
  const say = (level: 'info' | 'warn', message: string) => {
    if (message !== said) log(level, message, { servers: sources.map(({ host }) => host).join(' ') });
    said = message;
  };
  const begin = async () => {
    // Loaded on demand: most peers never speak NTP.
    const { HostClock, Source, TimeKeeper } = await import('@eyrie/clock');
    if (isStopped || keeper !== null || !peer.clock.isRoot) return;
    const clock = peer.runtime.clock.fine ?? new HostClock();
    const all: Source[] = sources.map((each) => new Source(each, clock));
    keeper = new TimeKeeper(all);
    const mine = keeper;
    mine.start(() => {
      if (keeper !== mine) return;
      const { offset, distance } = mine.verdict();
      if (offset === null) return say('warn', 'no majority of the time servers agrees on a time');
      peer.clock.followServers(offset, distance);
      say('info', 'mesh time follows time servers');
    });
  };
  peer.timeSources.own = () =>
    keeper?.verdict().sources.map((judged, i) => sourceOf(judged, sources[i]!)) ?? [];
  const end = () => {
    keeper?.stop();
    keeper = null;
  };
  const cancel = every(peer.runtime, LOOK_MS, () => {
    if (peer.clock.isRoot && keeper === null) void begin();
    else if (!peer.clock.isRoot) end();
  });
  return () => {
    isStopped = true;
    cancel();
    end();
  };
}
