// `eyrie read FILE --summary`: the file on one page.
import type { CaptureBytes } from '@eyrie/capture';
import { Overview, type Packet, type Session } from '@eyrie/dissect';
import { FAILED, UserError } from '../errors.ts';
import { type ReadOptions, readingOf } from '../read/command.ts';
import { run } from '../read/run.ts';
import type { Statistic } from '../statistics/index.ts';
import { useColours } from '../terminal/colours.ts';
import { Output } from '../terminal/output.ts';
import { hasUnicode } from '../terminal/paint.ts';
import { Progress } from '../terminal/progress.ts';
import { type PageFacts, page } from './page.ts';

/** After Ctrl-C, as shells expect (128 + SIGINT). */
const INTERRUPTED = 130;
const WIDTH_MIN = 80;
const WIDTH_MAX = 120;
/** Where the output is no terminal. */
const WIDTH_ELSE = 100;

/** Resolves to the exit status. @throws UserError */
export async function summarize(path: string, options: ReadOptions): Promise<number> {
  const out = new Output();
  const { filter, ...reading } = readingOf(path, options);
  const summary = new Summary(path, filter);
  const result = await run({
    ...reading,
    path,
    filter: null,
    printers: async () => [],
    statistics: [summary],
    out,
    progress: process.stderr.isTTY === true ? new Progress(process.stderr) : null,
  });
  if (options.json === true) out.text(`${JSON.stringify(summary.data(), null, 2)}\n`);
  else summary.print(out, useColours(options.color));
  out.flush();
  if (result.problem !== null) throw new UserError(result.problem, FAILED);
  return result.isInterrupted ? INTERRUPTED : 0;
}

class Summary implements Statistic {
  readonly #path: string;
  readonly #passes: ((p: Packet) => boolean) | null;
  readonly #overview = new Overview();
  #session: Session | null = null;
  #source: CaptureBytes | null = null;
  #started = 0;

  constructor(path: string, passes: ((p: Packet) => boolean) | null) {
    this.#path = path;
    this.#passes = passes;
  }

  begin(session: Session, source: CaptureBytes): void {
    this.#session = session;
    this.#source = source;
    this.#started = performance.now();
  }

  see(p: Packet): void {
    if (this.#passes === null || this.#passes(p)) this.#overview.add(p);
  }

  print(out: Output, colours = false): void {
    const columns = process.stdout.isTTY ? process.stdout.columns : WIDTH_ELSE;
    const width = Math.min(WIDTH_MAX, Math.max(WIDTH_MIN, columns));
    out.text(page(this.#overview, this.#facts(), { width, colours, unicode: hasUnicode() }));
  }

  data(): unknown {
    const overview = this.#overview;
    const { startNanoseconds, fileBytes, seconds } = this.#facts();
    return {
      file: this.#path,
      format: this.#source?.reader.format ?? null,
      fileBytes,
      linkTypes: Object.fromEntries(overview.linkTypes),
      start: startNanoseconds === null ? null : Number(startNanoseconds) / 1e9,
      durationSeconds: overview.duration / 1e9,
      packets: overview.packets,
      bytes: overview.bytes,
      capturedBytes: overview.capturedBytes,
      dropped: this.#source?.reader.interfaces.reduce(
        (sum, each) => sum + (each.statistics?.dropped ?? 0),
        0,
      ),
      packetsOverTime: overview.timeline.shape(WIDTH_MAX),
      protocols: overview.hierarchy.tree(),
      talkers: overview.talkers(20),
      conversationCount: overview.flowCount,
      conversations: overview.flows(20),
      servers: overview.servers(20),
      names: overview.queries(20),
      findings: overview.findings(),
      readSeconds: seconds,
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
