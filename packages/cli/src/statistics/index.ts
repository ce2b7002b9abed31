// The `-z` table: names of statistics, as tshark has them, and what makes them.
import { nearestOf } from '@eyrie/dissect';
import { UserError } from '../errors.ts';
import { radiusDelays } from './delays.ts';
import { conversations, endpoints } from './endpoints.ts';
import { expert } from './expert.ts';
import { findings } from './findings.ts';
import { flow } from './flow.ts';
import { flows } from './flows.ts';
import { follow } from './follow.ts';
import { hierarchy } from './hierarchy.ts';
import { hosts } from './hosts.ts';
import { ioStat } from './io-stat.ts';
import { credentials } from './logins.ts';
import { isMissing } from './missing.ts';
import { pings } from './pings.ts';
import { responseTimes } from './response-times.ts';
import { rtpStreams } from './rtp.ts';
import type { Statistic, StatisticKind } from './statistic.ts';
import { dhcpStat, httpStat, rtspStat, sipStat } from './tallies.ts';
import { treeStatistics } from './tree.ts';

export type { Statistic } from './statistic.ts';

export const STATISTICS: readonly StatisticKind[] = [
  hierarchy,
  ioStat,
  conversations,
  endpoints,
  expert,
  findings,
  flow,
  flows,
  follow,
  hosts,
  credentials,
  httpStat,
  rtspStat,
  sipStat,
  dhcpStat,
  rtpStreams,
  radiusDelays,
  ...pings,
  ...responseTimes,
  ...treeStatistics,
];

/** The statistic that `-z TEXT` asks for. @throws UserError that lists what there is */
export function statistic(text: string): Statistic {
  const fitting = STATISTICS.filter(({ name }) => text === name || text.startsWith(`${name},`));
  // `http` must not take what is meant for `http,tree`.
  const kind = fitting.sort((x, y) => y.name.length - x.name.length)[0];
  if (kind === undefined) {
    const names = STATISTICS.map(({ name }) => name);
    if (isMissing(text))
      throw new UserError(
        `-z ${text} is one of tshark's that Eyrie does not have (-z help says which it has)`,
      );
    const [first = '', second] = text.split(',');
    const both = second === undefined ? [] : nearestOf(`${first},${second}`, names);
    const begun = names.filter((name) => name.startsWith(`${first},`));
    const near = [...new Set([...both, ...begun, ...nearestOf(first, names)])];
    const hint = near.length > 0 ? `did you mean ${near.join(' or ')}?` : `there are ${names.join(' ')}`;
    throw new UserError(`-z ${text} is not known; ${hint} (-z help says what each tells)`);
  }
  return kind.make(text.slice(kind.name.length + 1));
}
