// The `eyrie samples` command: its flags, its output and its exit status.
import { parseArgs } from 'node:util';
import { cacheFolder } from '../base-folders.ts';
import { BAD_USAGE, FAILED, UserError } from '../errors.ts';
import type { Screen } from '../terminal/progress.ts';
import { type Fetched, fetchSamples } from './fetch.ts';
import { formatList, listSamples } from './list.ts';
import { findSamplesFolder, readPublicSamples } from './manifest.ts';
import { showProgress } from './progress.ts';

const HELP = `Usage: eyrie samples [--json]
       eyrie samples fetch [NAME...] [--from URL] [--to FOLDER] [--json]

Lists the captures that come with Eyrie and the public ones it knows; fetch downloads public ones.

  --from URL    take the files from under this address instead of their own
  --to FOLDER   where fetched files are kept (else eyrie/samples in the XDG cache home)
  --json        print the result as JSON
  -h, --help    show this

A download that was cut short goes on where it stopped. Every file is checked by size and SHA-256.

Example:
  eyrie samples fetch http2-nghttp2.pcap
`;

/** What the command talks to; the defaults are the process's own. */
export interface SamplesIo {
  readonly out: Screen;
  readonly err: Screen;
  /** The folder with manifest.json and public.json. */
  readonly samplesFolder?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
}

/** After Ctrl-C, as shells expect (128 + SIGINT). */
const INTERRUPTED = 130;

/** Runs `eyrie samples ARGS`. Resolves to the exit status: 0 done, 1 failed, 2 called wrongly, 130 interrupted. */
export async function runSamples(
  args: string[],
  io: SamplesIo = { out: process.stdout, err: process.stderr },
): Promise<number> {
  const interrupt = new AbortController();
  const onInterrupt = (): void => interrupt.abort();
  process.once('SIGINT', onInterrupt);
  const signal = io.signal ? AbortSignal.any([io.signal, interrupt.signal]) : interrupt.signal;
  try {
    return await run(args, io, signal);
  } catch (error) {
    if (signal.aborted) {
      io.err.write('eyrie: stopped; run the command again to go on from here\n');
      return INTERRUPTED;
    }
    if (!(error instanceof UserError)) throw error;
    io.err.write(`eyrie: ${error.message}\n`);
    return error.exitCode;
  } finally {
    process.off('SIGINT', onInterrupt);
  }
}

async function run(args: string[], io: SamplesIo, signal: AbortSignal): Promise<number> {
  const { values, positionals } = parse(args);
  if (values.help) {
    io.out.write(HELP);
    return 0;
  }
  const [action = 'list', ...names] = positionals;
  const to = values.to ?? cacheFolder(io.env);
  if (action === 'list' && names.length === 0 && values.from === undefined) {
    const samples = await listSamples(io.samplesFolder ?? (await findSamplesFolder()), to);
    io.out.write(values.json ? `${JSON.stringify(samples, null, 2)}\n` : formatList(samples));
    return 0;
  }
  if (action !== 'fetch') {
    throw new UserError('eyrie samples takes nothing or "fetch": see eyrie samples --help', BAD_USAGE);
  }
  const samples = await readPublicSamples(io.samplesFolder ?? (await findSamplesFolder()));
  const progress = showProgress(io.err);
  const results = await fetchSamples({ samples, folder: to, names, from: values.from, progress, signal });
  report(results, to, values.json === true, io);
  return results.some((result) => result.outcome === 'failed') ? FAILED : 0;
}

function report(results: readonly Fetched[], folder: string, json: boolean, io: SamplesIo): void {
  for (const { error } of results) if (error !== undefined) io.err.write(`eyrie: ${error}\n`);
  if (json) {
    io.out.write(`${JSON.stringify(results, null, 2)}\n`);
    return;
  }
  const here = results.filter((result) => result.outcome !== 'failed').length;
  io.out.write(`${here} of ${results.length} samples are in ${folder}\n`);
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        from: { type: 'string' },
        to: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    // parseArgs says what is wrong in its first sentence and how to quote a dash in the rest.
    const [reason = ''] = (error as Error).message.split('. ');
    throw new UserError(`${reason}: see eyrie samples --help`, BAD_USAGE);
  }
}
