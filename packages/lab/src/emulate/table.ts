// An emulation as text: the lines of the live table, and the report.

import type { Quantiles } from '../quantiles.ts';
import { bytesRate, mebibytes, ms, percent, seconds } from '../units.ts';
import type { ChangeReport } from './changes.ts';
import type { EmulateReport, Sample } from './report.ts';

const columns: [title: string, width: number, of: (sample: Sample) => string][] = [
  ['time', 7, ({ atS }) => seconds(atS)],
  ['running', 8, ({ running }) => String(running)],
  ['know all', 9, ({ knowAll }) => percent(knowAll)],
  ['see all', 8, ({ seeAll }) => percent(seeAll)],
  ['view age', 9, ({ viewAgeMs }) => latency(viewAgeMs, viewAgeMs.p50)],
  ['query p50', 9, ({ queryMs }) => latency(queryMs, queryMs.p50)],
  ['query p99', 9, ({ queryMs }) => latency(queryMs, queryMs.p99)],
  ['message', 9, ({ messageMs }) => latency(messageMs, messageMs.p50)],
  ['a peer', 10, ({ linkBytesPerPeerS }) => bytesRate(linkBytesPerPeerS)],
  ['CPU', 7, ({ cpuShare }) => percent(cpuShare)],
  ['memory', 8, ({ rssBytes }) => mebibytes(rssBytes)],
];

export function tableHead(): string {
  return columns.map(([title, width]) => title.padStart(width)).join(' ');
}

export function tableLine(sample: Sample): string {
  return columns.map(([, width, of]) => of(sample).padStart(width)).join(' ');
}

function latency({ count }: Quantiles, value: number): string {
  return count === 0 ? '-' : ms(value);
}

export function emulateText(report: EmulateReport): string {
  const { settings, shapers, messages, queries, broadcasts, idle, busy } = report;
  const { peers, hosts, threads, delayMs, lossRate, churnPerMin } = settings;
  const where =
    hosts === 0
      ? `on loopback, in one process, ${threads} ${threads === 1 ? 'thread' : 'threads'}`
      : `on ${hosts} hosts in namespaces, one process each`;
  const rows: [string, string][] = [
    ['peers', `${peers} ${where}`],
    ['network', network(delayMs, lossRate, shapers)],
    [
      'joined',
      `${seconds(report.joinedS)}, all peers known to all ${outcome(report.convergedS, 'later')}, all views complete ${outcome(report.viewedS, 'after that')}`,
    ],
    [
      'idle',
      // Loopback also carries other traffic of the machine.
      `${bytesRate(idle.linkBytesPerPeerS)} a peer in TLS records${hosts === 0 ? '' : `, ${bytesRate(idle.wireBytesPerPeerS)} with TCP/IP headers`}`,
    ],
    [
      'with load',
      `${bytesRate(busy.linkBytesPerPeerS)} a peer in TLS records; ${percent(report.cpuShare)} of one core`,
    ],
    ['memory', `${mebibytes(report.rssBytesMax)} in total`],
    ['view', `age ${spread(report.viewAgeMs)}`],
    [
      'queries',
      `${spread(queries.ms)}, ${queries.rate.toFixed(0)} a second, ${percent(queries.success)} answered in full, ${queries.hops.mean.toFixed(1)} hops on average`,
    ],
    ['messages', `${spread(messages.ms)}${messages.failed > 0 ? `, ${messages.failed} not delivered` : ''}`],
    [
      'broadcasts',
      `${spread(broadcasts.ms)}; reached ${broadcasts.reached} of ${broadcasts.reached + broadcasts.missed}`,
    ],
  ];
  if (churnPerMin > 0)
    rows.push(
      ['churn', `${percent(churnPerMin)} of the peers a minute: crashes, silent failures, departures`],
      ['gone', change(report.gone)],
      ['back', change(report.back)],
      [
        'recovery',
        `all peers known to all, and all views complete, ${outcome(report.settledS, 'after the last change')}`,
      ],
    );
  for (const [problem, count] of Object.entries(queries.problems))
    rows.push(['', `${count} queries: ${problem}`]);
  rows.push(['false alarms', String(report.wrongAlarms)]);
  const warnings = Object.entries(report.warnings).map(([text, count]) => `${text} (${count})`);
  if (warnings.length > 0) rows.push(['warnings', warnings.join(', ')]);
  if (report.isInterrupted) rows.push(['', 'interrupted: figures up to that moment']);
  return rows.map(([name, value]) => `${name.padEnd(13)} ${value}`).join('\n');
}

function network(delayMs: number, lossRate: number, { delay, loss }: EmulateReport['shapers']): string {
  const parts = [
    delayMs > 0 ? `${ms(delayMs)} one way (by ${delay})` : 'no delay',
    lossRate > 0 ? `${percent(lossRate)} lost (by ${loss})` : 'no loss',
  ];
  return parts.join(', ');
}

function outcome(took: number | null, words: string): string {
  return took === null ? 'not in 20 s' : `${seconds(took)} ${words}`;
}

function spread({ count, p50, p99, max }: Quantiles): string {
  return count === 0 ? 'none' : `p50 ${ms(p50)}, p99 ${ms(p99)}, max ${ms(max)} (${count})`;
}

function change({ count, knownMs, unknownCount }: ChangeReport): string {
  if (count === 0) return 'none';
  const late = unknownCount > 0 ? `; ${unknownCount} of ${count} not known to all after 5.5 s` : '';
  return `known to all after ${spread(knownMs)}${late}`;
}
