// The `-z` table: names of statistics, as tshark has them, and what makes them.
import { UserError } from '../errors.ts';
import { conversations, endpoints } from './endpoints.ts';
import { expert } from './expert.ts';
import { findings } from './findings.ts';
import { flows } from './flows.ts';
import { follow } from './follow.ts';
import { hierarchy } from './hierarchy.ts';
import { hosts } from './hosts.ts';
import { ioStat } from './io-stat.ts';
import { credentials } from './logins.ts';
import { pings } from './pings.ts';
import { rtpStreams } from './rtp.ts';
import type { Statistic, StatisticKind } from './statistic.ts';
import { dhcpStat, httpStat, sipStat } from './tallies.ts';
import { treeStatistics } from './tree.ts';

export type { Statistic } from './statistic.ts';

export const STATISTICS: readonly StatisticKind[] = [
  hierarchy,
  ioStat,
  conversations,
  endpoints,
  expert,
  findings,
  flows,
  follow,
  hosts,
  credentials,
  httpStat,
  sipStat,
  dhcpStat,
  rtpStreams,
  ...pings,
  ...treeStatistics,
];

/** The statistic that `-z TEXT` asks for. @throws UserError that lists what there is */
export function statistic(text: string): Statistic {
  const fitting = STATISTICS.filter(({ name }) => text === name || text.startsWith(`${name},`));
  // `http` must not take what is meant for `http,tree`.
  const kind = fitting.sort((x, y) => y.name.length - x.name.length)[0];
  if (kind === undefined) {
    const usages = STATISTICS.map(({ usage }) => usage).join('  ');
    throw new UserError(`-z ${text} is not known; there are ${usages}`);
  }
  return kind.make(text.slice(kind.name.length + 1));
}
