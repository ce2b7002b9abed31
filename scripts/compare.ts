/**
 * Agreement with tshark: reads captures with tshark and with `eyrie read`, the same fields in one pass each, and reports
 * how often they agree, and groups the disagreements by cause.
 *
 *   npm run compare -- DIR|FILE… [--field F] [--show N] [--why F] [--json OUT]
 *
 * Exit status: 0 goals met, 1 not met, 2 bad usage.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type CaptureFile, findCaptures } from './compare/captures.ts';
import { Causes } from './compare/causes.ts';
import { chooseFields, GOALS } from './compare/fields.ts';
import { comparePair, type FileResult, type PairOptions } from './compare/pair.ts';
import { emptyCapture, knownFields } from './compare/probe.ts';
import * as report from './compare/report.ts';
import { stopAll } from './compare/rows.ts';

const OURS = [
  process.execPath,
  join(import.meta.dirname, '../packages/cli/bin/eyrie.js'),
  'read',
  '-n',
  '{}',
];
const THEIRS = ['tshark', '-n', '-r', '{}'];

const HELP = `Compares eyrie read with tshark over captures, field by field.

  npm run compare -- DIR|FILE… [options]

  --field F           compare only this field (again for more, or F,G,H)
  --protocol-column   the same as --field _ws.col.Protocol
  --show N            show the N costliest groups of disagreements (20)
  --why F             show all about the disagreements over one field
  --all               list also fields that no packet has
  --goals seen|unseen agreement to reach (seen: Protocol 97 %, frame.protocols 95 %; unseen: 92, 88)
  --json OUT          write everything as JSON
  --jobs N            files side by side (${availableParallelism()})
  --timeout S         longest silence of one side in seconds (60)
  --ours CMD          another command for our side; {} stands for the file
  --theirs CMD        another command for tshark's side

Example: npm run compare -- samples --why frame.protocols
`;

class UsageError extends Error {}

function readArguments(argv: readonly string[]) {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      field: { type: 'string', multiple: true, default: [] },
      'protocol-column': { type: 'boolean', default: false },
      show: { type: 'string', default: '20' },
      why: { type: 'string' },
      all: { type: 'boolean', default: false },
      goals: { type: 'string', default: 'seen' },
      json: { type: 'string' },
      jobs: { type: 'string', default: String(availableParallelism()) },
      timeout: { type: 'string', default: '60' },
      ours: { type: 'string' },
      theirs: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const names = values.field.flatMap((list) => list.split(','));
  if (values['protocol-column']) names.push('_ws.col.Protocol');
  const { why } = values;
  if (why !== undefined) names.push(why, ...report.WHY_CONTEXT);
  if (values.goals !== 'seen' && values.goals !== 'unseen') {
    throw new UsageError(`--goals is seen or unseen, not ${values.goals}`);
  }
  return {
    paths: positionals,
    fields: chooseFields([...new Set(names)]),
    show: positiveNumber('--show', values.show),
    why,
    all: values.all || names.length > 0,
    goals: GOALS[values.goals],
    json: values.json,
    jobs: positiveNumber('--jobs', values.jobs),
    timeoutSeconds: positiveNumber('--timeout', values.timeout),
    ours: values.ours?.split(/\s+/) ?? OURS,
    theirs: values.theirs?.split(/\s+/) ?? THEIRS,
    help: values.help,
  };
}

function positiveNumber(option: string, text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new UsageError(`${option} takes a positive number, not ${text}`);
  return number;
}

/** Compares all files, `jobs` at a time, largest first to balance the jobs. */
async function compareAll(
  captures: readonly CaptureFile[],
  options: PairOptions,
  jobs: number,
  causes: Causes,
): Promise<FileResult[]> {
  const queue = [...captures].sort((a, b) => b.bytes - a.bytes);
  const results: FileResult[] = [];
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      results.push(await comparePair(next.path, options, causes));
      if (process.stderr.isTTY) process.stderr.write(`\r${results.length} of ${captures.length} files `);
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  return results.sort((a, b) => (a.file < b.file ? -1 : 1));
}

/** Environment for tshark: no user preferences or profiles, and the C locale. */
function quietEnvironment(folder: string): NodeJS.ProcessEnv {
  return { ...process.env, LC_ALL: 'C.UTF-8', TZ: 'UTC', WIRESHARK_CONFIG_DIR: join(folder, 'profile') };
}

function tsharkVersion(program: string): string {
  try {
    return execFileSync(program, ['--version'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).split('\n')[0] as string;
  } catch {
    throw new UsageError(`${program} does not run: install tshark 4.0 (Debian: apt-get install tshark)`);
  }
}

async function main(): Promise<number> {
  const options = readArguments(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  if (options.paths.length === 0) throw new UsageError('name a folder or capture files; --help shows how');
  for (const path of options.paths) {
    if (!existsSync(path)) throw new UsageError(`no such file or folder: ${path}`);
  }
  const captures = findCaptures(options.paths);
  if (captures.length === 0) throw new UsageError(`no capture files in ${options.paths.join(' ')}`);
  const version = tsharkVersion(options.theirs[0] as string);

  const startedAt = performance.now();
  const folder = mkdtempSync(join(tmpdir(), 'eyrie-compare-'));
  process.once('SIGINT', () => {
    stopAll();
    rmSync(folder, { recursive: true, force: true });
    process.exit(130);
  });
  try {
    const environment = quietEnvironment(folder);
    const probe = join(folder, 'probe.pcap');
    writeFileSync(probe, emptyCapture());
    const names = options.fields.map((field) => field.name);
    const theirs = knownFields(options.theirs, names, probe, environment);
    if (theirs.error !== null) throw new UsageError(`tshark does not run: ${theirs.error}`);
    const ours = knownFields(options.ours, names, probe, environment);
    if (ours.error !== null) throw new UsageError(`ours does not run: ${ours.error}`);

    const causes = new Causes(options.fields);
    const pair: PairOptions = {
      theirs: { words: options.theirs, known: theirs.known },
      ours: { words: options.ours, known: ours.known },
      fields: options.fields,
      timeoutSeconds: options.timeoutSeconds,
      environment,
    };
    const results = await compareAll(captures, pair, options.jobs, causes);
    const unknown = {
      theirs: names.filter((name) => !theirs.known.has(name)),
      ours: names.filter((name) => !ours.known.has(name)),
    };
    const seconds = (performance.now() - startedAt) / 1000;
    const made = report.makeReport(options.fields, options.goals, results, causes, unknown, seconds);
    const lines = [
      `Compared with ${version}`,
      ...report.scoreLines(made, options.all),
      ...report.worstLines(made),
      ...(options.why === undefined
        ? report.causeLines(made, options.show)
        : report.whyLines(made, options.why, options.show)),
      ...report.troubleLines(made),
      ...report.totalLines(made),
    ];
    process.stdout.write(`${lines.join('\n')}\n`);
    if (options.json !== undefined) {
      const everything = { tshark: version, ...(report.reportJson(made, 10_000) as object) };
      writeFileSync(options.json, `${JSON.stringify(everything, null, 1)}\n`);
    }
    return report.goalsMet(made) ? 0 : 1;
  } finally {
    stopAll();
    rmSync(folder, { recursive: true, force: true });
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  const usage =
    error instanceof UsageError || (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS');
  if (!usage) throw error;
  process.stderr.write(`compare: ${(error as Error).message}\n`);
  process.exitCode = 2;
}
