// `eyrie emulate`: reads the options, shows the table while it runs, prints the report.
import { availableParallelism } from 'node:os';
import {
  clean,
  type EmulateReport,
  emulate,
  emulatePlot,
  emulateText,
  HOSTS_MAX,
  Interrupted,
  LabError,
  serveHost,
  tableHead,
  tableLine,
  whyNoNamespaces,
} from '@eyrie/lab';
import { commandPath } from '../command-name.ts';
import { FAILED, UserError } from '../errors.ts';
import { INTERRUPTED, listenForInterrupt } from '../pipeline/interrupt.ts';
import { prepareFolder, writeReport } from './folder.ts';
import { readCount, readRate, readShare, readSpan } from './read.ts';

const PEERS_MAX = 5_000;
const THREADS_MAX = 64;
/** Shorter runs yield no figures. */
const DURATION_MS_MIN = 1_000;
/** With shorter intervals, peers do nothing but measure. */
const INTERVAL_MS_MIN = 100;

interface Flags {
  peers: string;
  hosts: string;
  threads?: string;
  delay: string;
  loss: string;
  churn: string;
  for: string;
  messages: string;
  queries: string;
  interval: string;
  seed: string;
  json?: boolean;
  out?: string;
  clean?: boolean;
  asHost?: string;
}

export async function runEmulate(flags: Flags): Promise<number> {
  if (flags.asHost !== undefined) {
    serveHost(flags.asHost);
    return 0;
  }
  if (flags.clean === true) return runClean();
  const settings = {
    peers: readCount(flags.peers, '--peers', 2, PEERS_MAX),
    hosts: readCount(flags.hosts, '--hosts', 0, HOSTS_MAX),
    threads: readCount(flags.threads ?? String(availableParallelism()), '--threads', 1, THREADS_MAX),
    delayMs: readSpan(flags.delay, '--delay', 'ms', 2_000),
    lossRate: readShare(flags.loss, '--loss', 50),
    churnPerMin: readRate(flags.churn, '--churn', 1_000),
    durationMs: readSpan(flags.for, '--for', 's', 86_400_000),
    queriesPerS: readCount(flags.queries, '--queries', 0, 10_000),
    intervalMs: readSpan(flags.interval, '--interval', 's', 600_000),
    messagesPerS: readCount(flags.messages, '--messages', 0, 1_000),
    seed: readCount(flags.seed, '--seed', 0, 2 ** 31),
  };
  if (settings.hosts > settings.peers)
    throw new UserError(`--hosts ${settings.hosts}: there are only ${settings.peers} peers`);
  if (settings.hosts > 0 && flags.threads !== undefined)
    throw new UserError('--threads is for loopback: with --hosts each host is a process of its own');
  if (settings.durationMs < DURATION_MS_MIN)
    throw new UserError(`--for ${flags.for}: a second at least, as 30s`);
  if (settings.intervalMs < INTERVAL_MS_MIN)
    throw new UserError(`--interval ${flags.interval}: 100ms at least`);
  prepareFolder(flags.out);
  const interrupt = listenForInterrupt();
  const screen = process.stderr;
  let lines = 0;
  try {
    const report = await emulate({
      ...settings,
      hostCommand: hostCommand(),
      signal: interrupt.signal,
      note: (line) => void screen.write(`${line}\n`),
      onSample: (sample) => {
        if (lines++ % 20 === 0) screen.write(`${tableHead()}\n`);
        screen.write(`${tableLine(sample)}\n`);
      },
    });
    return show(report, flags);
  } catch (error) {
    if (error instanceof Interrupted) return INTERRUPTED;
    if (error instanceof LabError) throw new UserError(error.message, FAILED);
    throw error;
  } finally {
    interrupt.end();
  }
}

function show(report: EmulateReport, flags: Flags): number {
  const text = emulateText(report);
  if (flags.out !== undefined) writeReport(flags.out, report, text, emulatePlot(report));
  console.log(flags.json === true ? JSON.stringify(report, null, 2) : `\n${text}`);
  return report.isInterrupted ? INTERRUPTED : 0;
}

function runClean(): number {
  const why = whyNoNamespaces();
  if (why !== null) throw new UserError(`--clean: ${why}`, FAILED);
  const removed = clean();
  console.log(removed === 0 ? 'Nothing was left behind.' : `Removed ${removed} namespaces of earlier runs.`);
  return 0;
}

/** The command line that starts this command again as a host. */
function hostCommand(): string[] {
  return [process.execPath, commandPath(), 'emulate', '--as-host'];
}
