// Live capture: tcpdump or dumpcap runs as a child, and its pipe is read like a capture file.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { platform } from 'node:os';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import type { CaptureReader } from '@eyrie/dissect/files';
import { CaptureError } from '../errors.ts';
import type { FrameReader, FrameSource } from '../frame-source.ts';
import { streamInput } from '../input.ts';
import { type CaptureSource, openFrom } from '../source.ts';
import { guard } from './guard.ts';
import { listInterfaces } from './interfaces.ts';
import { type DropCounts, liveError, readCounts } from './messages.ts';
import { cannotRun, countsSignal, findTool, type Tool, type ToolName } from './tool.ts';

export interface LiveOptions {
  /** A BPF expression such as `tcp port 443`; null: everything. */
  readonly filter?: string | null;
  /** Bytes kept of each packet; 0: all. */
  readonly snapLength?: number;
  /** Size of the kernel's buffer in KiB, which holds packets while this process is busy. */
  readonly bufferKib?: number;
  /** Promiscuous mode: packets for other hosts too. Default true. */
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

/** How often the drop counters are requested. */
const COUNTS_MS = 1000;
/** libpcap hands packets over in blocks, at the latest after tcpdump's time-out of a second (dumpcap: 250 ms). */
const HANDOVER_MS = 1100;
/** Longest time between an exit of the tool, to which the same signal was sent as to this process, and the call of `stop`. */
const STOP_MS = 1000;
/** Characters kept of a tool's stderr. */
const MESSAGES_MAX = 8192;

export class LiveSource implements FrameSource {
  readonly path: string;
  readonly tool: Tool;
  readonly size = null;
  readonly drops: DropCounts = { kernel: 0, interface: 0 };
  readonly #child: ChildProcess;
  readonly #source: CaptureSource;
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #messages: ToolMessages;
  readonly #stopped = Promise.withResolvers<void>();
  #isClosed = false;

  constructor(path: string, tool: Tool, child: ChildProcess, source: CaptureSource, messages: ToolMessages) {
    this.path = path;
    this.tool = tool;
    this.#child = child;
    this.#source = source;
    this.#messages = messages;
    messages.counts = this.drops;
    // Only tcpdump reports counters while it runs. It writes the file header before it handles the signal, which ends it until then.
    const signal = countsSignal(tool);
    if (signal !== null)
      this.#timer = setInterval(() => messages.isListening && child.kill(signal), COUNTS_MS);
  }

  /** The tool's process. */
  get pid(): number {
    return this.#child.pid!;
  }

  get reader(): CaptureReader {
    return this.#source.reader;
  }

  get bytesRead(): number {
    return this.#source.bytesRead;
  }

  /** @throws CaptureError if the tool fails. */
  async *chunks(): AsyncGenerator<FrameReader, void, void> {
    try {
      yield* this.#source.chunks();
      if (!this.#isClosed) await this.#explainEnd();
    } finally {
      await this.close();
    }
  }

  /**
   * Stops the tool once it has handed over what was captured until now, which it would discard at a signal; its final counters
   * follow. Read on meanwhile.
   */
  async stop(): Promise<void> {
    const isFirst = !this.#isClosed;
    this.#isClosed = true;
    this.#stopped.resolve();
    if (isFirst && this.#isRunning)
      await Promise.race([pause(HANDOVER_MS, undefined, { ref: false }), once(this.#child, 'exit')]);
    this.#interrupt();
  }

  /** Stops the tool at once; what it holds is lost. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stopped.resolve();
    this.#interrupt();
    await this.#source.close();
    if (this.#isRunning) await once(this.#child, 'exit');
    await this.#messages.ended;
  }

  get #isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  #interrupt(): void {
    clearInterval(this.#timer);
    if (this.#isRunning) this.#child.kill('SIGINT');
  }

  /** Turns an unexpected exit of the tool into an error. */
  async #explainEnd(): Promise<void> {
    const child = this.#child;
    if (this.#isRunning) await once(child, 'exit');
    await this.#messages.ended;
    // Whoever ends all processes of a service, or of a container, signals the tool as well.
    if (child.exitCode === 0) await Promise.race([this.#stopped.promise, pause(STOP_MS)]);
    if (this.#isClosed) return;
    const ending = child.signalCode === null ? '' : `ended by ${child.signalCode}`;
    throw liveError(this.tool, this.path, null, ending || this.#messages.text, []);
  }
}

/** Collects a child's stderr. */
interface ToolMessages {
  text: string;
  /** tcpdump handles its signals. */
  isListening: boolean;
  counts: DropCounts;
  readonly ended: Promise<void>;
}

/**
 * Starts capturing; resolves once the tool does.
 *
 * @throws CaptureError in one line that says what to do: no tool, unknown interface, no permission, invalid filter.
 */
export async function openLive(name: string, options: LiveOptions = {}): Promise<LiveSource> {
  const tool = findTool(options.tool);
  const filter = options.filter?.trim() || null;
  const child = await startTool(tool, argumentsFor(tool, name, { ...LIVE_DEFAULTS, ...options, filter }));
  const messages = collectMessages(child);
  try {
    guard(child);
    return new LiveSource(name, tool, child, await openFrom(name, streamInput(child.stdout!)), messages);
  } catch (error) {
    child.kill();
    if (!(error instanceof CaptureError)) throw error;
    await messages.ended;
    const known = await listInterfaces(tool).catch(() => []);
    throw liveError(
      tool,
      name,
      filter,
      messages.text,
      known.filter((each) => each.isUp).map((each) => each.name),
    );
  }
}

/** @throws CaptureError */
async function startTool(tool: Tool, args: string[]): Promise<ChildProcess> {
  try {
    const child = spawn(tool.path, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      // In a process group of its own: Ctrl-C in a terminal would end the tool before it delivers what it has captured.
      detached: platform() !== 'win32',
    });
    await once(child, 'spawn');
    return child;
  } catch (error) {
    throw cannotRun(tool, error);
  }
}

function argumentsFor(tool: Tool, name: string, options: Required<LiveOptions>): string[] {
  const { filter, snapLength, bufferKib, promiscuous } = options;
  const common = [...['-i', name, '-w', '-', '-s', String(snapLength)], ...(promiscuous ? [] : ['-p'])];
  if (tool.name === 'dumpcap') {
    const buffer = String(Math.max(1, Math.round(bufferKib / 1024)));
    return ['-q', '-B', buffer, ...common, ...(filter === null ? [] : ['-f', filter])];
  }
  // Packet-buffered output. The kernel hands packets over within a second; immediate mode would be quicker, but reserves
  // a slot of maximum size per packet, so that bursts overflow the buffer.
  return [
    ...['-n', '-U', '-B', String(bufferKib), '--time-stamp-precision=nano'],
    ...common,
    // `--` keeps a filter from being read as an option: `-w FILE` would write with the tool's privileges.
    ...(filter === null ? [] : ['--', filter]),
  ];
}

function collectMessages(child: ChildProcess): ToolMessages {
  const lines = createInterface({ input: child.stderr! });
  const messages: ToolMessages = {
    text: '',
    isListening: false,
    counts: { kernel: 0, interface: 0 },
    ended: new Promise((resolve) => lines.once('close', resolve)),
  };
  lines.on('line', (line) => {
    readCounts(line, messages.counts);
    messages.isListening ||= line.includes('listening on');
    if (!/packets? (captured|received|dropped)|listening on/.test(line))
      messages.text = `${messages.text}${line}\n`.slice(-MESSAGES_MAX);
  });
  return messages;
}
