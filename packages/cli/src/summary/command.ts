// `eyrie read FILE --summary`: the file on one page.
import type { CaptureSource } from '@eyrie/capture';
import { Overview, type Packet, type Session } from '@eyrie/dissect';
import { FAILED, UserError } from '../errors.ts';
import { preferences } from '../read/preferences.ts';
import { run } from '../read/run.ts';
import type { Statistic } from '../statistics/index.ts';
import { useColours } from '../terminal/colours.ts';
import { Output } from '../terminal/output.ts';
import { Progress } from '../terminal/progress.ts';
import { type PageFacts, page } from './page.ts';

export interface SummaryOptions {
  readonly json?: boolean;
  readonly color?: boolean;
}

/** After Ctrl-C, as shells expect (128 + SIGINT). */
const INTERRUPTED = 130;
const WIDTH_MIN = 80;
const WIDTH_MAX = 120;

/** Resolves to the exit status. @throws UserError */
export async function summarize(path: string, options: SummaryOptions): Promise<number> {
  const out = new Output();
  const summary = new SummaryStatistic(path);
  const result = await run({
    path,
    preferences: preferences([]),
    filter: null,
    printers: async () => [],
    statistics: [summary],
    countMax: Number.POSITIVE_INFINITY,
    out,
    progress: process.stderr.isTTY === true ? new Progress(process.stderr) : null,
  });
  if (options.json === true) out.text(`${JSON.stringify(summary.data(), null, 2)}\n`);
  else summary.print(out, useColours(options.color));
  out.flush();
  if (result.problem !== null) throw new UserError(result.problem, FAILED);
  return result.isInterrupted ? INTERRUPTED : 0;
}

class SummaryStatistic implements Statistic {
  readonly #path: string;
  readonly #overview = new Overview();
  #session: Session | null = null;
  #source: CaptureSource | null = null;
  #started = 0;

  constructor(path: string) {
    this.#path = path;
  }

  begin(session: Session, source: CaptureSource): void {
    this.#session = session;
    this.#source = source;
    this.#started = performance.now();
  }

  see(p: Packet): void {
    this.#overview.add(p);
  }

  print(out: Output, colours = false): void {
    const width = Math.min(WIDTH_MAX, Math.max(WIDTH_MIN, process.stdout.columns ?? WIDTH_MIN + 20));
    out.text(page(this.#overview, this.#facts(), { width, colours, unicode: hasUnicode(process.env) }));
  }

  data(): unknown {
    const overview = this.#overview;
    const { startNanoseconds, fileBytes } = this.#facts();
    return {
      file: this.#path,
      format: this.#source?.reader.format ?? null,
      fileBytes,
      start: startNanoseconds === null ? null : new Date(Number(startNanoseconds / 1_000_000n)).toISOString(),
      durationSeconds: overview.duration / 1e9,
      packets: overview.packets,
      bytes: overview.bytes,
      capturedBytes: overview.capturedBytes,
      timeline: overview.timeline.shape(120),
      hierarchy: overview.hierarchy.tree(),
      talkers: overview.talkers(20),
      conversations: overview.flows(20),
      servers: overview.servers(20),
      names: overview.queries(20),
      findings: overview.findings(),
    };
  }

  #facts(): PageFacts {
    const session = this.#session!;
    const source = this.#source!;
    const hasStart = session.firstSeconds > 0;
    return {
      path: this.#path,
      fileBytes: source.size,
      reader: source.reader,
      startNanoseconds: hasStart
        ? BigInt(session.firstSeconds) * 1_000_000_000n + BigInt(session.firstNanoseconds)
        : null,
      seconds: (performance.now() - this.#started) / 1000,
    };
  }
}

/** Blocks are drawn unless the environment says that it is plain ASCII. */
function hasUnicode(env: NodeJS.ProcessEnv): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  return locale === '' || /utf-?8/i.test(locale) || process.platform === 'win32';
}
