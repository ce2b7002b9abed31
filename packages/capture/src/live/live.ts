// A live interface: tcpdump or dumpcap runs as a child, and its packets are read from a pipe as a capture file is.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { CaptureReader } from '@eyrie/dissect/files';
import { CaptureError } from '../errors.ts';
import type { FrameReader, FrameSource } from '../frame-source.ts';
import { streamInput } from '../input.ts';
import { type CaptureSource, openFrom } from '../source.ts';
import { listInterfaces } from './interfaces.ts';
import { type DropCounts, liveError, readCounts } from './messages.ts';
import { countsSignal, findTool, type Tool, type ToolName } from './tool.ts';

export interface LiveOptions {
  /** BPF, as in `tcp port 443`; null: everything. */
  readonly filter?: string | null;
  /** Bytes kept of each packet; 0: all. */
  readonly snapLength?: number;
  /** The kernel's buffer, in KiB: what it can hold while we are busy. */
  readonly bufferKib?: number;
  /** Packets for others too (default), or only those for this host. */
  readonly promiscuous?: boolean;
  readonly tool?: ToolName | 'auto';
}

export const LIVE_DEFAULTS = {
  filter: null,
  snapLength: 262_144,
  bufferKib: 32_768,
  promiscuous: true,
  tool: 'auto',
} as const satisfies Required<LiveOptions>;

/** How often the kernel's counters are asked for. */
const COUNTS_MS = 1000;
/** What a tool may say before it is cut. */
const SAID_MAX = 8192;

export class LiveSource implements FrameSource {
  readonly path: string;
  readonly tool: Tool;
  readonly size = null;
  readonly drops: DropCounts = { kernel: 0, interface: 0 };
  readonly #child: ChildProcess;
  readonly #source: CaptureSource;
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #said: Said;
  #isClosed = false;

  constructor(path: string, tool: Tool, child: ChildProcess, source: CaptureSource, said: Said) {
    this.path = path;
    this.tool = tool;
    this.#child = child;
    this.#source = source;
    this.#said = said;
    said.counts = this.drops;
    // Only tcpdump answers while it runs; the signal is one that it handles between two packets.
    const signal = countsSignal(tool);
    if (signal !== null) this.#timer = setInterval(() => child.kill(signal), COUNTS_MS);
  }

  get reader(): CaptureReader {
    return this.#source.reader;
  }

  get bytesRead(): number {
    return this.#source.bytesRead;
  }

  /** @throws CaptureError if the tool gives up. */
  async *chunks(): AsyncGenerator<FrameReader, void, void> {
    try {
      yield* this.#source.chunks();
      if (!this.#isClosed) await this.#explainEnd();
    } finally {
      await this.close();
    }
  }

  /** Ends the tool, which then tells its last counts; packets that it holds still come. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#isClosed = true;
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGINT');
  }

  async close(): Promise<void> {
    await this.stop();
    await this.#source.close();
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, 'exit');
    await this.#said.ended;
  }

  /** It was not us who ended it. */
  async #explainEnd(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, 'exit');
    await this.#said.ended;
    // Ctrl-C reaches the tool as it does us, and the tool may have been the quicker.
    if (this.#isClosed) return;
    throw liveError(this.tool, this.path, null, this.#said.text, []);
  }
}

/** What a child says on stderr. */
interface Said {
  text: string;
  counts: DropCounts;
  readonly ended: Promise<void>;
}

/**
 * Begins to capture; resolves when the tool does.
 *
 * @throws CaptureError in one line that says what to do: no tool, no such interface, no permission, no such filter.
 */
export async function openLive(name: string, options: LiveOptions = {}): Promise<LiveSource> {
  const tool = findTool(options.tool);
  const filter = options.filter?.trim() || null;
  const child = spawn(tool.path, argumentsFor(tool, name, { ...LIVE_DEFAULTS, ...options, filter }), {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = listen(child);
  try {
    await once(child, 'spawn');
    return new LiveSource(name, tool, child, await openFrom(name, streamInput(child.stdout!)), said);
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    child.kill();
    await said.ended;
    const known = await listInterfaces(tool).catch(() => []);
    throw liveError(
      tool,
      name,
      filter,
      said.text,
      known.filter((each) => each.isUp).map((each) => each.name),
    );
  }
}

function argumentsFor(tool: Tool, name: string, options: Required<LiveOptions>): string[] {
  const { filter, snapLength, bufferKib, promiscuous } = options;
  const common = [...['-i', name, '-w', '-', '-s', String(snapLength)], ...(promiscuous ? [] : ['-p'])];
  if (tool.name === 'dumpcap') {
    const buffer = String(Math.max(1, Math.round(bufferKib / 1024)));
    return ['-q', '-B', buffer, ...common, ...(filter === null ? [] : ['-f', filter])];
  }
  // Written as they come, not when a buffer of the tool is full. The kernel hands them over once a second at the latest:
  // its immediate mode is quicker, but has one slot of the largest size for each packet, so that a burst overflows it.
  return [
    ...['-n', '-U', '-B', String(bufferKib), '--time-stamp-precision=nano'],
    ...common,
    // Behind `--` it is no option, however it begins: `-w FILE` would write where the tool may.
    ...(filter === null ? [] : ['--', filter]),
  ];
}

function listen(child: ChildProcess): Said {
  const lines = createInterface({ input: child.stderr! });
  const said: Said = {
    text: '',
    counts: { kernel: 0, interface: 0 },
    ended: new Promise((resolve) => lines.once('close', resolve)),
  };
  lines.on('line', (line) => {
    readCounts(line, said.counts);
    if (!/packets? (captured|received|dropped)|listening on/.test(line))
      said.text = `${said.text}${line}\n`.slice(-SAID_MAX);
  });
  return said;
}
