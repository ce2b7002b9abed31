// One source parsed from its beginning to its end: the work of a parser thread, whichever thread that is.
import { type FrameSource, KeyLogFile, openReplay, RingReader } from '@eyrie/capture';
import type { DropRow } from '@eyrie/store';
import { PacketParser, type Parsed } from '../packet-parser.ts';
import { parseSource, sequenceOf } from '../run.ts';
import type { FromParser, ParseJob, SourceSpec, ToParser } from './spec.ts';

export class ParserWork {
  readonly #job: ParseJob;
  readonly #post: (message: FromParser, move: ArrayBuffer[]) => void;
  readonly #parser: PacketParser;
  readonly #free: (ArrayBuffer | undefined)[];
  #waiting: ((memory: ArrayBuffer | undefined) => void) | null = null;
  #source: FrameSource | null = null;
  #missed = 0;
  #isStopped = false;
  #isDiscarded = false;

  constructor(job: ParseJob, post: (message: FromParser, move: ArrayBuffer[]) => void) {
    this.#job = job;
    this.#post = post;
    const {
      batchPackets,
      firstPackets,
      streamBase,
      reportEvery = 1,
      flows,
      rules,
      silence,
      isLive,
      logs = null,
    } = job;
    const watching = { rules, silence, isLive, logs, onTrouble: this.#onTrouble };
    this.#parser = new PacketParser({
      batchPackets,
      firstPackets,
      streamBase,
      reportEvery,
      ...watching,
      ...flows,
    });
    this.#free = Array.from({ length: job.batchesMax }, () => undefined);
  }

  onMessage(message: ToParser): void {
    if (message.kind === 'memory') this.#giveBack(message.memory);
    else {
      this.#isStopped = true;
      this.#isDiscarded = message.kind === 'discard';
      if (this.#isDiscarded) this.#waiting?.(undefined);
      void this.#source?.close();
    }
  }

  /** Posts `end` or `error` last. */
  async run(): Promise<void> {
    try {
      const { keyLog = '' } = this.#job;
      this.#source = await openSource(this.#job.source, this.#onTrouble);
      if (this.#isStopped) await this.#source.close();
      await parseSource(
        this.#source,
        this.#parser,
        {
          memory: () => this.#memory(),
          isBusy: () => this.#free.length < this.#job.batchesMax - 1,
          emit: (parsed) => this.#emit(parsed),
        },
        {
          skipTo: this.#job.skipTo,
          reported: this.#job.reported ?? this.#job.skipTo,
          flushMs: this.#job.flushMs,
          isStopped: () => this.#isStopped,
          canGoOn: this.#job.canGoOn,
          keyLog: keyLog === '' ? null : new KeyLogFile(keyLog),
          ...(this.#job.isLive ? { now: Date.now } : {}),
        },
      );
      this.#parser.close();
      this.#post({ kind: 'end', problem: this.#source.reader.problem?.message ?? null }, []);
    } catch (error) {
      const { message, stack = '', code = '' } = error as NodeJS.ErrnoException;
      this.#post({ kind: 'error', code, message, stack }, []);
    }
  }

  readonly #onTrouble = (trouble: string): void => this.#post({ kind: 'trouble', trouble }, []);

  #giveBack(memory: ArrayBuffer): void {
    const wake = this.#waiting;
    this.#waiting = null;
    if (wake !== null) wake(memory);
    else this.#free.push(memory);
  }

  #memory(): ArrayBuffer | undefined | Promise<ArrayBuffer | undefined> {
    if (this.#free.length > 0 || this.#isDiscarded) return this.#free.pop();
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  #emit({ packets, flows, names, findings, reported }: Parsed): void {
    if (this.#isDiscarded) return;
    const { lastFrame } = this.#parser;
    const source = this.#source!;
    const sequence = sequenceOf(lastFrame, packets.length);
    const { length, capacity, texts, buffer: memory } = packets;
    this.#post(
      {
        kind: 'batch',
        ...{ sequence, length, capacity, memory, texts, flows, names, findings, reported },
        drops: this.#drops(source),
        progress: { bytesRead: source.bytesRead, size: source.size, packets: lastFrame },
      },
      [memory, flows.numbers.buffer],
    );
  }

  /** Packets that the ring lost before they were read, since the last batch. */
  #drops(source: FrameSource): DropRow[] {
    if (!(source instanceof RingReader) || source.missed === this.#missed) return [];
    const packets = source.missed - this.#missed;
    this.#missed = source.missed;
    return [{ where: 'queue', packets, time: Date.now() / 1000 }];
  }
}

function openSource(spec: SourceSpec, onDamage: (line: string) => void): Promise<FrameSource> | FrameSource {
  if (spec.kind === 'file') return openReplay(spec.path, { speed: spec.speed, loop: spec.loop });
  const isOver = (): boolean => Atomics.load(spec.over, 0) === 1;
  return new RingReader(spec.folder, { from: spec.from, isOver, onDamage });
}
