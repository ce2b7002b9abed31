// Sweeps sizes, branchings and churn, and writes the table into docs/skyeye.md: npm run simulate:table [-- PEERS_MAX [PEERS_MIN]]
// Each run is a process of its own, one after the other, so that memory figures are independent. Rows that are not run again
// stay, with their date.

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import type { SimulateReport } from '../src/simulate/report.ts';
import type { SimulateSettings } from '../src/simulate/settings.ts';
import { Simulation } from '../src/simulate/simulation.ts';

const DOCUMENT = join(import.meta.dirname, '../../../docs/skyeye.md');
const BEGIN = '<!-- begin: npm run simulate:table -->';
const END = '<!-- end -->';

const common = {
  seed: 7,
  branching: 8,
  intervalMs: 10_000,
  detailMax: 1024,
  latencyMs: [10, 100] as [number, number],
  lossRate: 0,
  partition: null,
};
type Varied = Pick<SimulateSettings, 'peers' | 'churnPerMin'> & {
  minutes: number;
} & Partial<SimulateSettings>;
const runs: Varied[] = [
  { peers: 100, churnPerMin: 0, minutes: 10 },
  { peers: 100, churnPerMin: 0.1, minutes: 10 },
  { peers: 1_000, churnPerMin: 0, minutes: 10 },
  { peers: 1_000, churnPerMin: 0.01, minutes: 10 },
  { peers: 1_000, churnPerMin: 0.1, minutes: 10 },
  { peers: 1_000, churnPerMin: 0.1, minutes: 10, lossRate: 0.05 },
  { peers: 10_000, churnPerMin: 0, minutes: 4 },
  { peers: 10_000, churnPerMin: 0.1, minutes: 4 },
  { peers: 10_000, churnPerMin: 0, minutes: 4, branching: 2 },
  { peers: 10_000, churnPerMin: 0, minutes: 4, branching: 4 },
  { peers: 10_000, churnPerMin: 0, minutes: 4, branching: 16 },
  { peers: 100_000, churnPerMin: 0, minutes: 2 },
  { peers: 100_000, churnPerMin: 0.1, minutes: 2 },
];

const columns = [
  ...[
    'peers',
    'branching',
    'churn',
    'lost',
    'depth',
    'B/s a peer',
    'busiest',
    'view’s age, p50, p99',
    'peers off',
  ],
  ...[
    'sum off',
    'queries in full',
    'query p50, p99',
    'hops',
    'latencies off, p50, p95',
    'CPU a virtual hour',
    'memory',
  ],
  'taken',
];

interface Row {
  report: SimulateReport;
  cpuS: number;
  rssBytes: number;
}

if (process.argv[2] === '--one') await runOne(JSON.parse(process.argv[3]!));
else runAll(Number(process.argv[2] ?? 100_000), Number(process.argv[3] ?? 0));

async function runOne(settings: SimulateSettings): Promise<void> {
  const { moments: _, ...report } = await new Simulation(settings).run();
  const { user, system } = process.cpuUsage();
  console.log(
    JSON.stringify({ report, cpuS: (user + system) / 1e6, rssBytes: process.resourceUsage().maxRSS * 1024 }),
  );
}

function runAll(peersMax: number, peersMin: number): void {
  for (const { minutes, ...varied } of runs) {
    if (varied.peers > peersMax || varied.peers < peersMin) continue;
    const queriesPerS = varied.peers >= 10_000 ? 5 : 2;
    const settings = { ...common, queriesPerS, ...varied, durationMs: minutes * 60_000 };
    const output = execFileSync(process.execPath, [import.meta.filename, '--one', JSON.stringify(settings)], {
      encoding: 'utf8',
      maxBuffer: 64 << 20,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const line = lineOf(JSON.parse(output));
    console.log(line);
    write(line);
  }
}

/** Replaces the row with the same settings. */
function write(line: string): void {
  const text = readFileSync(DOCUMENT, 'utf8');
  const [before, rest] = text.split(BEGIN) as [string, string];
  const [table, after] = rest.split(END) as [string, string];
  const rows = table.split('\n').filter((row) => /^\| [\d,]+ \|/.test(row));
  const settingsIn = (row: string) => row.split('|').slice(1, 5).join('|');
  const at = rows.findIndex((row) => settingsIn(row) === settingsIn(line));
  if (at < 0) rows.push(line);
  else rows[at] = line;
  const machine = `${cpus().length} cores (${cpus()[0]?.model.trim()}), Node ${process.versions.node}`;
  const all = [`| ${columns.join(' | ')} |`, `|${'---|'.repeat(columns.length)}`, ...rows].join('\n');
  writeFileSync(DOCUMENT, `${before}${BEGIN}\n\n${machine}.\n\n${all}\n\n${END}${after}`);
}

function lineOf({ report, cpuS, rssBytes }: Row): string {
  const { settings, depth, bytesPerPeerS, viewAgeMs, errors, queries, latencyError } = report;
  const { peers, branching, churnPerMin, lossRate, durationMs } = settings;
  const off = (part: number) => (part === 0 ? 'exact' : `${(part * 100).toFixed(2)} %`);
  const cells = [
    peers.toLocaleString('en-US'),
    branching,
    churnPerMin === 0 ? 'none' : `${churnPerMin * 100} %/min`,
    lossRate === 0 ? '' : `${lossRate * 100} %`,
    `${depth.mean.toFixed(1)}, at most ${depth.max}`,
    (bytesPerPeerS.reports + bytesPerPeerS.views).toFixed(0),
    `${(bytesPerPeerS.max / 1000).toFixed(1)} kB/s`,
    `${(viewAgeMs.p50 / 1000).toFixed(1)}, ${(viewAgeMs.p99 / 1000).toFixed(1)} s`,
    off(errors.peers!.mean),
    off(errors['cpu.cores']!.mean),
    `${(queries.success * 100).toFixed(queries.success === 1 ? 0 : 2)} % of ${queries.asked}`,
    `${queries.ms.p50.toFixed(0)}, ${queries.ms.p99.toFixed(0)} ms`,
    queries.hops.mean.toFixed(1),
    `${(latencyError.p50 * 100).toFixed(0)}, ${(latencyError.p95 * 100).toFixed(0)} %`,
    `${(cpuS * (3_600_000 / durationMs)).toFixed(0)} s`,
    `${Math.round(rssBytes / 2 ** 20)} MiB`,
    new Date().toISOString().slice(0, 10),
  ];
  return `| ${cells.join(' | ')} |`;
}
