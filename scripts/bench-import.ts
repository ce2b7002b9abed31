/**
 * Import speed of capture files into a store: whole processes on the same real traffic, in turns.
 *
 *   npm run bench:import [-- --size MB] [--runs N] [--only NAME] [--postgres URL] [--tshark-packets N]
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { argumentsOf, positive, wrong } from './bench/arguments.ts';
import { describeMachine, findTool } from './bench/machine.ts';
import { median, type Run, run } from './bench/measure.ts';
import { type MadeMix, MIXES, makeMix } from './bench/mixes.ts';

const ROOT = join(import.meta.dirname, '..');
const EYRIE = [process.execPath, join(ROOT, 'packages/cli/bin/eyrie.js')];
const FOLDERS = ['../shared/captures', 'samples'];
const TIMEOUT_SECONDS = 600;

const HELP = `Measures eyrie import beside tshark and COPY.

  npm run bench:import -- [options]

  --size MB            size of the capture that is made of real ones (300)
  --runs N             turns to take the median of (3)
  --only NAME          only this mix: ${MIXES.map((mix) => mix.name).join(' ')} (mixed)
  --postgres URL       an empty database to import into as well; its tables are dropped before each run
  --tshark-packets N   packets that tshark gets, for it takes long (100000)

Example: npm run bench:import -- --size 1000 --postgres postgres://postgres@localhost/bench
`;

/** The fields requested from tshark, loaded by COPY: enough to answer the same basic queries. */
const FIELDS = [
  'frame.number',
  'frame.time_epoch',
  'ip.src',
  'ip.dst',
  '_ws.col.Protocol',
  'frame.len',
  'frame.protocols',
];

interface Task {
  readonly name: string;
  readonly packets: number;
  readonly words: readonly string[];
  before(): void;
  /** Size of the store afterwards in bytes; null if unknown. */
  after(): number | null;
}

function duckdbTask({ path, packets }: MadeMix, folder: string): Task {
  const store = join(folder, 'bench.duckdb');
  const clean = (): void => {
    for (const name of [store, `${store}.wal`]) rmSync(name, { force: true });
  };
  return {
    name: 'eyrie import, DuckDB',
    packets,
    words: [...EYRIE, 'import', path, '--store', `duckdb:${store}`, '--log-folder', ''],
    before: clean,
    after: () => (existsSync(store) ? statSync(store).size : null),
  };
}

function postgresTask({ path, packets }: MadeMix, url: string): Task {
  return {
    name: 'eyrie import, PostgreSQL',
    packets,
    words: [...EYRIE, 'import', path, '--store', url, '--log-folder', ''],
    before: () => psql(url, 'DROP SCHEMA public CASCADE; CREATE SCHEMA public'),
    after: () => Number(psql(url, 'SELECT pg_database_size(current_database())')),
  };
}

function tsharkTask(path: string, packets: number, url: string | undefined): Task {
  const fields = FIELDS.map((field) => `-e ${field}`).join(' ');
  const tshark = `tshark -n -c ${packets} -r ${path} -T fields -E separator=, -E quote=d -E occurrence=f ${fields}`;
  const copy = url === undefined ? 'cat >/dev/null' : `psql -q '${url}' -c '\\copy raw FROM STDIN CSV'`;
  const table = FIELDS.map((field) => `"${field}" text`).join(', ');
  return {
    name: url === undefined ? 'tshark -T fields, into nothing' : 'tshark -T fields | psql COPY',
    packets,
    words: ['bash', '-c', `set -o pipefail; ${tshark} | ${copy}`],
    before: () => {
      if (url !== undefined) psql(url, `DROP TABLE IF EXISTS raw; CREATE TABLE raw (${table})`);
    },
    after: () => null,
  };
}

function psql(url: string, sql: string): string {
  const { status, stdout, stderr } = spawnSync('psql', ['-qtA', url, '-c', sql], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`psql: ${stderr}`);
  return stdout.trim();
}

interface Result {
  readonly task: Task;
  readonly runs: Run[];
  bytes: number | null;
}

async function measure(tasks: readonly Task[], turns: number): Promise<Result[]> {
  const results: Result[] = tasks.map((task) => ({ task, runs: [], bytes: null }));
  for (let turn = 1; turn <= turns; turn++)
    for (const result of results) {
      const { task } = result;
      process.stderr.write(`\r\x1b[K${turn}/${turns} ${task.name}`);
      task.before();
      const done = await run(task.words, TIMEOUT_SECONDS);
      if (done.exit !== 0) throw new Error(`${task.name} failed: ${done.error}`);
      result.runs.push(done);
      result.bytes = task.after();
    }
  process.stderr.write('\r\x1b[K');
  return results;
}

function lineFor({ task, runs, bytes }: Result): string {
  const seconds = median(runs.map((each) => each.wallSeconds));
  const cpu = median(runs.map((each) => each.cpuSeconds ?? Number.NaN));
  const peak = Math.max(...runs.map((each) => each.peakBytes ?? 0));
  const cells = [
    task.name,
    `${Math.round(task.packets / seconds).toLocaleString('en-US')}/s`,
    `${seconds.toFixed(2)} s`,
    `${((cpu * 1e6) / task.packets).toFixed(2)} µs`,
    `${Math.round(peak / 1e6)} MB`,
    bytes === null ? '' : `${(bytes / task.packets).toFixed(1)}`,
  ];
  return `| ${cells.join(' | ')} |`;
}

const { values } = argumentsOf(HELP, {
  size: { type: 'string', default: '300' },
  runs: { type: 'string', default: '3' },
  only: { type: 'string', default: 'mixed' },
  postgres: { type: 'string' },
  'tshark-packets': { type: 'string', default: '100000' },
});
const runs = positive('--runs', values.runs);
const size = positive('--size', values.size);
const tsharkPackets = positive('--tshark-packets', values['tshark-packets']);
const mix = MIXES.find(({ name }) => name === values.only) ?? wrong(`no mix ${values.only}`);
const folders = FOLDERS.map((name) => join(ROOT, name)).filter((path) => existsSync(path));
const made =
  makeMix(mix, folders.slice(0, 1), size) ??
  wrong(`no captures to make ${mix.name} of in ${FOLDERS.join(', ')}`);
const folder = mkdtempSync(join(tmpdir(), 'eyrie-bench-import-'));
const tasks = [duckdbTask(made, folder)];
if (values.postgres !== undefined) tasks.push(postgresTask(made, values.postgres));
if (findTool('tshark', EYRIE) !== null) {
  const packets = Math.min(made.packets, tsharkPackets);
  tasks.push(tsharkTask(made.path, packets, values.postgres));
}
try {
  const results = await measure(tasks, runs);
  const { cpu, cores, system, node, load } = describeMachine();
  process.stdout.write(
    [
      `${cores} cores of ${cpu}, ${system}, Node ${node}, load ${load.toFixed(1)}`,
      `${made.mix.name}: ${made.packets.toLocaleString('en-US')} packets, ${Math.round(made.bytes / 1e6)} MB`,
      '',
      '| | packets | whole run | processor a packet | peak memory | bytes a packet, stored |',
      '|---|---|---|---|---|---|',
      ...results.map(lineFor),
      '',
    ].join('\n'),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
