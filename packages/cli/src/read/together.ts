// Reads a large file in several processes, each of which dissects some of the conversations (see FlowPartition) and sends
// its counts to the first one, which merges them. The result must equal that of one process: if that is not
// certain, one process reads the file again. See ARCHITECTURE.md.
import { type ChildProcess, spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { openCapture } from '@eyrie/capture';
import {
  carriesTcp,
  FlowPartition,
  newFrame,
  type Session,
  type SessionSummary,
  summaryOf,
  whyNotMergeable,
} from '@eyrie/dissect';
import type { Statistic } from '../statistics/index.ts';
import { type ReadPlan, type ReadResult, run } from './run.ts';

/** The variable with a helper's share: its number, how many there are, how much of TCP the first one has. */
const SHARE_VARIABLE = 'EYRIE_READ_SHARE';

/** Further processes gain little, and each takes 110 to 170 MB. */
const PROCESSES_MAX = 4;
/** A process that compiles keeps two cores busy: on two cores, a second process gains nothing (docs/benchmarks.md). */
const CORES_A_PROCESS = 2;
/** Bytes of a file that make up for the start of a process and its compilation. */
const BYTES_A_PROCESS = 512 << 20;
/** Free memory needed for each process, so that a small container does not run out of it. */
const MEMORY_A_PROCESS = 512 << 20;
/** Packets at the beginning that are sampled to estimate the traffic mix. */
const SAMPLE_MAX = 20_000;

/** Messages of a helper: its number of conversations, periodically, and its result at the end. */
type Message = { readonly flows: number } | { readonly found: Found };

interface Found {
  readonly parts: readonly unknown[];
  readonly summary: SessionSummary;
  readonly frameCount: number;
}

/**
 * Reads with helper processes if the file and the plan allow it.
 *
 * @param processes number of processes, whatever the size of the file; undefined: as many as are useful
 * @returns null if the file must be read by one process; the plan's statistics are then invalid
 * @throws UserError
 */
export async function runTogether(plan: ReadPlan, processes: number | undefined): Promise<ReadResult | null> {
  // Only a file can be read again; errors of opening are reported by the actual reader.
  const stats = statSync(plan.path, { throwIfNoEntry: false });
  if (plan.path === '-' || stats?.isFile() !== true) return null;
  const count = processes ?? processesFor(stats.size);
  if (count < 2 || !isShareable(plan)) return null;
  const partition = await partitionOf(plan.path, count, processes !== undefined);
  return partition === null ? null : new Together(plan, partition).run();
}

/** The share that this process was started for, or null. */
export function shareOfThisProcess(): { partition: FlowPartition; reader: number } | null {
  const text = process.env[SHARE_VARIABLE];
  if (text === undefined || process.send === undefined) return null;
  const [reader = 0, count = 1, ofFirst = 1] = text.split('/').map(Number);
  return { partition: new FlowPartition(count, ofFirst), reader };
}

/** Reads its share and sends the result to the parent process; ends at once when that is gone. */
export async function runShare(plan: ReadPlan, share: NonNullable<ReadPlan['share']>): Promise<void> {
  const stop = new AbortController();
  process.once('disconnect', () => process.exit());
  process.once('message', () => stop.abort());
  const watch = (session: Session): void => send({ flows: session.flows.size });
  const { session, frameCount } = await run({ ...plan, share, signal: stop.signal, watch });
  const parts = plan.statistics.map(({ parts }) => parts!.take());
  const found: Found = { parts, summary: summaryOf(session), frameCount };
  process.removeAllListeners('disconnect');
  process.send!({ found }, () => process.disconnect());
}

function send(message: Message): void {
  process.send!(message);
}

function processesFor(bytes: number): number {
  const cores = Math.floor(availableParallelism() / CORES_A_PROCESS);
  const memory = Math.floor(memoryBytes() / MEMORY_A_PROCESS);
  return Math.min(cores, memory, PROCESSES_MAX, Math.floor(bytes / BYTES_A_PROCESS));
}

/** Of the machine, or of the container (cgroup): Node says 0 where there is no limit, or an endless number. */
function memoryBytes(): number {
  return Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
}

/** Whether the results of the plan can be merged, and this is the `eyrie` command, which can be started again. */
function isShareable(plan: ReadPlan): boolean {
  const { statistics, filter, readFilter, countMax, keyLogs } = plan;
  const isPlain =
    filter === null && readFilter === null && countMax === Number.POSITIVE_INFINITY && keyLogs.length === 0;
  const areParts = ({ parts, seesLayersOnly, isTimed }: Statistic): boolean =>
    parts !== undefined && seesLayersOnly === true && isTimed !== true;
  const isHelper = process.env[SHARE_VARIABLE] !== undefined;
  return (
    isPlain && !isHelper && statistics.length > 0 && statistics.every(areParts) && process.argv[2] === 'read'
  );
}

/** Decides by the beginning of the file; null if several processes cannot read it, or should not unless requested. */
async function partitionOf(path: string, count: number, isWanted: boolean): Promise<FlowPartition | null> {
  const source = await openCapture(path).catch(() => null);
  if (source === null) return null;
  try {
    if (source.size === null || source.compression !== null || source.isEncrypted) return null;
    const frame = newFrame();
    let frames = 0;
    let tcp = 0;
    for await (const reader of source.chunks()) {
      for (; frames < SAMPLE_MAX && reader.next(frame); frames++) if (carriesTcp(frame)) tcp++;
      if (frames >= SAMPLE_MAX) break;
    }
    return (
      FlowPartition.balanced(count, tcp, frames - tcp) ?? (isWanted ? new FlowPartition(count, 0) : null)
    );
  } finally {
    await source.close();
  }
}

class Together {
  readonly #plan: ReadPlan;
  readonly #partition: FlowPartition;
  readonly #helpers: ChildProcess[] = [];
  readonly #stop = new AbortController();
  /** Conversations tracked by each process. */
  readonly #flows: number[];
  /** Why the file is to be read by one process after all; null: no reason so far. */
  #reason: string | null = null;

  constructor(plan: ReadPlan, partition: FlowPartition) {
    this.#plan = plan;
    this.#partition = partition;
    this.#flows = new Array<number>(partition.count).fill(0);
  }

  async run(): Promise<ReadResult | null> {
    let isInterrupted = false;
    const onInterrupt = (): void => {
      isInterrupted = true;
      this.#stop.abort();
      for (const helper of this.#helpers) helper.send('stop', () => {});
    };
    process.once('SIGINT', onInterrupt);
    try {
      const helped = Array.from({ length: this.#partition.count - 1 }, (_, i) => this.#start(i + 1));
      const result = await run({
        ...this.#plan,
        share: { partition: this.#partition, reader: 0 },
        signal: this.#stop.signal,
        watch: (session) => this.#count(0, session.flows.size, session.flows.maxFlows),
      });
      if (isInterrupted) return this.#soFar(result, await Promise.all(helped));
      const found = this.#reason === null ? await Promise.all(helped) : [];
      if (isInterrupted) return this.#soFar(result, found);
      this.#reason ??= this.#addUp(result, found);
      if (process.argv.includes('--debug'))
        console.error(`eyrie: note: read by ${this.#reason ?? `${this.#partition.count} processes`}`);
      return this.#reason === null ? result : null;
    } finally {
      process.removeListener('SIGINT', onInterrupt);
      for (const helper of this.#helpers) helper.kill();
    }
  }

  /** After Ctrl-C the merged result is valid, although it depends on timing. */
  #soFar(result: ReadResult, found: readonly (Found | null)[]): ReadResult {
    for (const each of found) if (each !== null) this.#add(each);
    return { ...result, isInterrupted: true };
  }

  /** Starts the same command with its share in the environment. Null if it fails. */
  #start(reader: number): Promise<Found | null> {
    const { count, ofFirst } = this.#partition;
    const helper = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
      env: { ...process.env, [SHARE_VARIABLE]: `${reader}/${count}/${ofFirst}` },
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      serialization: 'advanced',
    });
    this.#helpers.push(helper);
    return new Promise((resolve) => {
      const fail = (): void => {
        this.#giveUp('one process: another failed');
        resolve(null);
      };
      helper.once('error', fail);
      helper.once('close', fail);
      helper.on('message', (message: Message) => {
        if ('flows' in message) this.#count(reader, message.flows, Number.POSITIVE_INFINITY);
        else {
          helper.removeListener('close', fail);
          resolve(message.found);
        }
      });
    });
  }

  /** Ends early if one process would have evicted conversations, which several together would not. */
  #count(reader: number, flows: number, most: number): void {
    this.#flows[reader] = flows;
    if (this.#flows.reduce((sum, each) => sum + each, 0) >= most)
      this.#giveUp('one process: more conversations than are remembered');
  }

  #giveUp(reason: string): void {
    this.#reason ??= reason;
    this.#stop.abort();
  }

  /** Merges the results; returns why they may differ from those of one process, or null. */
  #addUp(result: ReadResult, found: readonly (Found | null)[]): string | null {
    const others = found.filter((each) => each !== null);
    if (others.length < found.length) return 'one process: another failed';
    if (result.hasSecrets) return 'one process: the file holds keys';
    const haveReadAll = others.every(({ frameCount }) => frameCount === result.frameCount);
    if (!haveReadAll) return 'one process: the file has changed';
    const summaries = [summaryOf(result.session), ...others.map(({ summary }) => summary)];
    const why = whyNotMergeable(summaries, this.#partition);
    if (why !== null) return `one process: ${why}`;
    return others.every((each) => this.#add(each)) ? null : 'one process: what was counted does not add up';
  }

  #add({ parts }: Found): boolean {
    return this.#plan.statistics.every((statistic, i) => statistic.parts!.add(parts[i]));
  }
}
