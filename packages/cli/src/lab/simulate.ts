// `eyrie simulate`: reads the options, shows a line a virtual minute, prints the report.
import {
  DOMAINS,
  momentHead,
  momentLine,
  type PartitionSettings,
  type SimulateSettings,
  Simulation,
  simulatePlot,
  simulateText,
} from '@eyrie/lab';
import { UserError } from '../errors.ts';
import { prepareFolder, writeReport } from './folder.ts';
import { readCount, readRate, readShare, readSpan } from './read.ts';

const PEERS_MAX = 1_000_000;
const LINE_S = 60;

interface Flags {
  peers: string;
  hours: string;
  seed: string;
  branching: string;
  churn: string;
  latency: string;
  loss: string;
  partition?: string;
  interval: string;
  queries: string;
  detail: string;
  threads?: string;
  json?: boolean;
  out?: string;
}

export async function runSimulate(flags: Flags): Promise<number> {
  const settings: SimulateSettings = {
    peers: readCount(flags.peers, '--peers', 1, PEERS_MAX),
    branching: readCount(flags.branching, '--branching', 2, 64),
    seed: readCount(flags.seed, '--seed', 0, 2 ** 31),
    durationMs: readSpan(flags.hours, '--hours', 'h', 24 * 3_600_000),
    intervalMs: readSpan(flags.interval, '--interval', 's', 600_000),
    latencyMs: readLatency(flags.latency),
    lossRate: readShare(flags.loss, '--loss', 50),
    churnPerMin: readRate(flags.churn, '--churn', 200),
    partition: flags.partition === undefined ? null : readPartition(flags.partition),
    queriesPerS: readCount(flags.queries, '--queries', 0, 1_000),
    detailMax: readCount(flags.detail, '--detail', 1, 4_096),
  };
  if (settings.durationMs < 60_000) throw new UserError(`--hours ${flags.hours}: a minute at least, as 1m`);
  if (settings.intervalMs < 100) throw new UserError(`--interval ${flags.interval}: 100ms at least`);
  const threads = flags.threads === undefined ? null : readCount(flags.threads, '--threads', 1, DOMAINS);
  prepareFolder(flags.out);
  const startMs = performance.now();
  process.stderr.write(`${momentHead()}\n`);
  const simulation = new Simulation(settings, threads);
  // Ctrl-C ends the process at once: there is nothing to clean up.
  const report = await simulation.run((moment) => {
    if (moment.atS % LINE_S === 0) process.stderr.write(`${momentLine(moment)}\n`);
  });
  const tookS = (performance.now() - startMs) / 1000;
  const events = Math.round(report.events / tookS).toLocaleString('en-US');
  const barriers =
    simulation.threads > 1
      ? `, ${simulation.threads} threads, ${(100 * simulation.barrierShare).toFixed(0)} % of their time at barriers`
      : '';
  process.stderr.write(
    `${report.events.toLocaleString('en-US')} events in ${tookS.toFixed(1)} s (${events}/s), ${Math.round(process.memoryUsage.rss() / 2 ** 20)} MiB${barriers}\n\n`,
  );
  const text = simulateText(report);
  if (flags.out !== undefined) writeReport(flags.out, report, text, simulatePlot(report));
  console.log(flags.json === true ? JSON.stringify(report, null, 2) : text);
  return 0;
}

/** `10-100ms`, `20ms`. */
function readLatency(text: string): [number, number] {
  const match = /^(\d+(?:\.\d+)?)(?:ms)?(?:-(\d+(?:\.\d+)?))?(?:ms)?$/.exec(text);
  const least = Number(match?.[1]);
  const most = Number(match?.[2] ?? match?.[1]);
  if (match === null || least > most || most > 10_000)
    throw new UserError(`--latency ${text}: write it as 20ms or 10-100ms, 10 s at most`);
  return [least, most];
}

/** `30%@10m+2m`. */
function readPartition(text: string): PartitionSettings {
  const match = /^([^@]+)@([^+]+)\+(.+)$/.exec(text);
  if (match === null) throw new UserError(`--partition ${text}: write it as 30%@10m+2m`);
  const dayMs = 24 * 3_600_000;
  return {
    share: readShare(match[1]!, '--partition'),
    fromMs: readSpan(match[2]!, '--partition', 's', dayMs),
    forMs: readSpan(match[3]!, '--partition', 's', dayMs),
  };
}
