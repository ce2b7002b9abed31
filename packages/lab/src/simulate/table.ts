// A simulation as text: the lines of the live table, and the report.

import { compared } from '../readings.ts';
import { bytesRate, ms, percent, seconds } from '../units.ts';
import type { SimulateReport, Typical } from './report.ts';
import type { Moment } from './truth.ts';

const PROBLEMS_MAX = 5;

const columns: [title: string, width: number, of: (moment: Moment) => string][] = [
  ['time', 8, ({ atS }) => `${atS} s`],
  ['running', 8, ({ running }) => String(running)],
  ['with a view', 11, ({ informed }) => percent(informed)],
  ['coverage', 9, ({ complete }) => percent(complete.mean)],
  ['age p50', 9, ({ viewAgeMs }) => seconds(viewAgeMs.p50 / 1000)],
  ['age p99', 9, ({ viewAgeMs }) => seconds(viewAgeMs.p99 / 1000)],
  ['peers off', 10, ({ peersError }) => part(peersError.mean)],
  ...compared.map(({ name }, i): (typeof columns)[number] => [
    `${name} off`,
    name.length + 4,
    ({ sumErrors }) => part(sumErrors[i]!.mean),
  ]),
  ['latencies off', 13, ({ latencyError }) => part(latencyError.p50)],
];

export function momentHead(): string {
  return columns.map(([title, width]) => title.padStart(width)).join(' ');
}

export function momentLine(moment: Moment): string {
  return columns.map(([, width, of]) => of(moment).padStart(width)).join(' ');
}

/** Relative error; 0 is exact. */
function part(error: number): string {
  if (error === 0) return '0';
  return error < 1e-4 ? error.toExponential(0) : `${(error * 100).toFixed(error < 0.01 ? 2 : 1)} %`;
}

export function simulateText(report: SimulateReport): string {
  const { settings, depth, messages, bytesPerPeerS, errors } = report;
  const { peers, branching, durationMs, latencyMs, lossRate, churnPerMin, partition } = settings;
  const all = messages.reports + messages.views + messages.agains;
  const rows: [string, string][] = [
    [
      'peers',
      `${peers.toLocaleString('en-US')} for ${seconds(durationMs / 1000)}, branching ${branching}, seed ${settings.seed}`,
    ],
    ['network', `${latencyMs[0]} to ${latencyMs[1]} ms one way, ${percent(lossRate)} of segments lost`],
    [
      'churn',
      churnPerMin === 0
        ? 'none'
        : `${percent(churnPerMin)} a minute: ${report.departures.toLocaleString('en-US')} departures, and as many joins`,
    ],
    ['depth', `${depth.mean.toFixed(1)} on average, ${depth.max} at most`],
    [
      'traffic',
      `${bytesRate(bytesPerPeerS.reports + bytesPerPeerS.views)} a peer: reports ${bytesRate(bytesPerPeerS.reports)}, views ${bytesRate(bytesPerPeerS.views)}; the busiest ${bytesRate(bytesPerPeerS.max)}`,
    ],
    [
      'messages',
      `${all.toLocaleString('en-US')}, of them ${messages.agains.toLocaleString('en-US')} requests to start anew`,
    ],
    [
      'view',
      `${percent(report.informed.mean)} of the peers have one; it covers ${percent(report.complete.mean)} of the living (worst moment ${percent(report.complete.worst)})`,
    ],
    ['view age', ages(report.viewAgeMs)],
    ['reading age', ages(report.readingAgeMs)],
    ...Object.entries(errors).map(([name, error]): [string, string] => [
      `${name} off`,
      `${part(error.mean)} on average, ${part(error.p99)} at p99, ${part(error.worst)} at worst; the root ${part(report.rootErrors[name]!.mean)}`,
    ]),
  ];
  const { queries, latencyError } = report;
  rows.push([
    'latencies off',
    `${percent(latencyError.p50)} at p50, ${percent(latencyError.p95)} at p95, relative error of estimates between any two peers, at the end`,
  ]);
  if (queries.asked > 0)
    rows.push([
      'queries',
      `${queries.asked.toLocaleString('en-US')}: ${percent(queries.success)} answered in full, p50 ${ms(queries.ms.p50)}, p99 ${ms(queries.ms.p99)}, ${queries.hops.mean.toFixed(1)} hops on average; ${percent(queries.present)} of the peers in answers run`,
    ]);
  if (queries.nearest.foundMs.count > 0) {
    const { foundMs, trueMs, measured } = queries.nearest;
    rows.push([
      'nearest peer',
      `found at ${ms(foundMs.p50)} (p50), ${ms(foundMs.p95)} (p95); the true nearest is at ${ms(trueMs.p50)}, ${ms(trueMs.p95)}`,
    ]);
    rows.push([
      'measured',
      `found at ${ms(measured.foundMs.p50)} (p50), ${ms(measured.foundMs.p95)} (p95), if candidates are measured first; such a query takes ${ms(measured.tookMs.p50)}`,
    ]);
  }
  for (const [problem, count] of Object.entries(queries.problems).slice(0, PROBLEMS_MAX))
    rows.push(['', `${count}: ${problem}`]);
  if (partition !== null)
    rows.splice(3, 0, [
      'partition',
      `${percent(partition.share)} of the peers cut off after ${seconds(partition.fromMs / 1000)}, for ${seconds(partition.forMs / 1000)}`,
    ]);
  return rows.map(([name, value]) => `${name.padEnd(16)} ${value}`).join('\n');
}

function ages({ mean, p99, worst }: Typical): string {
  return `${seconds(mean / 1000)} on average, ${seconds(p99 / 1000)} at p99, ${seconds(worst / 1000)} at worst`;
}
