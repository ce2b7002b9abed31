/**
 * Speed compared with other tools on real traffic: whole processes in turns (A B C, A B C, …) after a warm-up, medians
 * over the turns.
 *
 *   npm run bench [-- --quick] [--only NAME] [--runs N] [--size MB] [--json FILE]
 */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { argumentsOf, positive, wrong } from './bench/arguments.ts';
import { describeMachine, findTool, type Tool } from './bench/machine.ts';
import { run, stopAll } from './bench/measure.ts';
import { cacheFolder, firstPackets, type MadeMix, MIXES, makeMix } from './bench/mixes.ts';
import { type Measured, reportJson, reportLines, summarize } from './bench/report.ts';
import { OURS, TASKS, type Task } from './bench/tasks.ts';

const ROOT = join(import.meta.dirname, '..');
const OUR_COMMAND = [process.execPath, join(ROOT, 'packages/cli/bin/eyrie.js')];
const FOLDERS = ['../shared/captures', 'samples'];

const HELP = `Measures eyrie read beside tshark, tcpdump, ndpiReader and capinfos on real traffic.

  npm run bench -- [options]

  --only NAME    only this task or mix (again for more): ${TASKS.map((task) => task.name).join(' ')}
                 ${MIXES.map((mix) => mix.name).join(' ')}
  --runs N       turns to take the median of (5)
  --size MB      size of the captures that are made (300)
  --quick        one mix of 40 MB, three turns
  --minutes M    no new turn begins after that long (25); each task gets its share
  --timeout S    longest single run in seconds (300)
  --captures DIR where real captures are taken from (default: ${FOLDERS.join(', else ')})
  --make         only make the captures
  --clean        remove the made captures from the cache folder afterwards
  --json FILE    write all figures as JSON
  --check        exit with status 1 when a goal is missed

Example: npm run bench -- --only io,phs --only mixed
`;

function readArguments() {
  const { values } = argumentsOf(HELP, {
    only: { type: 'string', multiple: true, default: [] },
    runs: { type: 'string' },
    size: { type: 'string' },
    quick: { type: 'boolean', default: false },
    minutes: { type: 'string', default: '25' },
    timeout: { type: 'string', default: '300' },
    captures: { type: 'string', multiple: true },
    make: { type: 'boolean', default: false },
    clean: { type: 'boolean', default: false },
    json: { type: 'string' },
    check: { type: 'boolean', default: false },
  });
  const names = [...TASKS.map((task) => task.name), ...MIXES.map((mix) => mix.name)];
  const strange = values.only.find((name) => !names.includes(name));
  if (strange !== undefined) wrong(`no task or mix ${strange}`);
  const { only, quick } = values;
  const tasks = TASKS.filter((task) => only.includes(task.name));
  const mixes = MIXES.filter((mix) => only.includes(mix.name));
  const allMixes = quick ? MIXES.slice(0, 1) : MIXES;
  return {
    ...values,
    tasks: tasks.length > 0 ? tasks : TASKS,
    mixes: mixes.length > 0 ? mixes : allMixes,
    runs: positive('--runs', values.runs ?? (quick ? '3' : '5')),
    megabytes: positive('--size', values.size ?? (quick ? '40' : '300')),
    seconds: positive('--minutes', values.minutes) * 60,
    timeoutSeconds: positive('--timeout', values.timeout),
    folders: values.captures ?? sourceFolders(),
  };
}

/** The first folder that exists. */
function sourceFolders(): string[] {
  const folder = FOLDERS.map((name) => join(ROOT, name)).find((path) => existsSync(path));
  return folder === undefined ? wrong('no captures to measure on: name a folder with --captures') : [folder];
}

interface Limits {
  readonly runs: number;
  readonly timeoutSeconds: number;
  /** No further turn starts after this value of performance.now(). */
  readonly until: number;
}

/** Shows the current run, on a terminal. */
function showProgress(what: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${what}`);
}

/** Runs the commands of a task in turns; the first turn warms the file cache and is not counted. */
async function measureTask(
  task: Task,
  tools: ReadonlyMap<string, Tool>,
  mix: MadeMix | null,
  path: string,
  limits: Limits,
): Promise<Measured> {
  const commands = task.commands.filter((command) => tools.has(command.tool));
  const measured: Measured = { task, mix, commands: commands.map((command) => ({ command, runs: [] })) };
  for (let turn = 0; turn <= limits.runs; turn++) {
    // At least one turn after the warm-up, so that there is a result.
    if (turn > 1 && performance.now() > limits.until) break;
    for (const { command, runs } of measured.commands) {
      const failed = runs.some((earlier) => earlier.exit !== 0);
      if (failed) continue;
      const [, ...rest] = command.words;
      const words = [...(tools.get(command.tool) as Tool).words, ...rest];
      showProgress(`${mix?.mix.name ?? 'ten packets'} ${task.name} ${turn}/${limits.runs} ${command.tool}`);
      const result = await run(
        words.map((word) => (word === 'FILE' ? path : word)),
        limits.timeoutSeconds,
      );
      if (turn > 0 || result.exit !== 0) runs.push(result);
    }
  }
  showProgress('');
  return measured;
}

async function main(options: ReturnType<typeof readArguments>): Promise<number> {
  const made: MadeMix[] = [];
  for (const mix of options.mixes) {
    const one = makeMix(mix, options.folders, options.megabytes);
    if (one === null) process.stdout.write(`Left out: the mix ${mix.name}, no capture fits it\n`);
    else made.push(one);
  }
  if (made.length === 0) wrong(`no usable captures in ${options.folders.join(' ')}`);
  if (options.make) {
    for (const mix of made) process.stdout.write(`${mix.path}  ${mix.packets} packets, ${mix.bytes} bytes\n`);
    return 0;
  }

  const names = new Set(options.tasks.flatMap((task) => task.commands.map((command) => command.tool)));
  const tools = new Map<string, Tool>();
  for (const name of names) {
    const tool = findTool(name, OUR_COMMAND);
    if (tool === null) process.stdout.write(`Left out: ${name} is not installed\n`);
    else tools.set(name, tool);
  }
  if (!tools.has(OURS) || tools.size < 2) process.stdout.write('Nothing to compare with; figures only\n');

  const jobs = options.tasks.flatMap((task) =>
    (task.tiny ? [null] : made).map((mix: MadeMix | null) => ({ task, mix })),
  );
  const startedAt = performance.now();
  const measured: Measured[] = [];
  for (const [index, { task, mix }] of jobs.entries()) {
    const path = mix?.path ?? firstPackets(made[0] as MadeMix, 10);
    const left = startedAt + options.seconds * 1000 - performance.now();
    const until = performance.now() + left / (jobs.length - index);
    measured.push(await measureTask(task, tools, mix, path, { ...options, until }));
  }
  const machine = describeMachine();
  const summary = summarize(measured);
  process.stdout.write(`${reportLines(machine, [...tools.values()], made, summary).join('\n')}\n`);
  if (options.json !== undefined) {
    const everything = reportJson(machine, [...tools.values()], made, summary);
    writeFileSync(options.json, `${JSON.stringify(everything, null, 1)}\n`);
  }
  return options.check && summary.some((one) => one.goals.some((goal) => !goal.met)) ? 1 : 0;
}

process.once('SIGINT', () => {
  stopAll();
  process.exit(130);
});

const options = readArguments();
process.exitCode = await main(options);
if (options.clean) rmSync(cacheFolder(), { recursive: true, force: true });
