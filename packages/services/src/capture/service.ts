// The capture service: sends one source, a file or an interface, to a parser over HTTP.
import { type FrameSource, openReplay, RingReader } from '@eyrie/capture';
import type { DropRow } from '@eyrie/store';
import { BusClient } from '../bus/client.ts';
import type { Encoding } from '../bus/encoding.ts';
import type { Log } from '../log/index.ts';
import { type LiveCaptureOptions, startLive } from './live.ts';
import { LossLog } from './loss.ts';
import { fileOrigin, passingOrigin } from './origin.ts';
import { type Sent, sendAll } from './send.ts';

export interface CaptureServiceOptions {
  /** `http://127.0.0.1:5001` */
  readonly parser: string;
  readonly encoding?: Encoding;
  /** The parser's token, if it needs one. */
  readonly token?: string | undefined;
  readonly log: Log;
  /** Ends the capture; packets already read are sent, for at most `graceMs`. */
  readonly signal: AbortSignal;
  readonly graceMs?: number;
  readonly batchPackets?: number;
  /** Longest time before a partial batch is sent, in milliseconds. Default 200. */
  readonly flushMs?: number;
}

export interface FileSourceOptions {
  readonly speed?: number;
  readonly loop?: boolean;
  readonly again?: boolean;
}

const GRACE_MS = 10_000;
const FLUSH_MS = 200;

/** @throws CaptureError, BusError */
export async function captureFile(
  path: string,
  file: FileSourceOptions,
  options: CaptureServiceOptions,
): Promise<Sent> {
  const { speed = Infinity, loop = false, again = false } = file;
  const rewinds = path !== '-' && !loop;
  const plain = rewinds ? await fileOrigin(path) : passingOrigin(path);
  const origin = again && rewinds ? { ...plain, key: `${plain.key}:${Date.now()}` } : plain;
  let isOpened = false;
  options.log.info(`reads ${origin.name}, for ${options.parser}`);
  return sending(options, (parser, signal) =>
    sendAll({
      ...{ origin, parser, rewinds, signal },
      open: (): Promise<FrameSource> => {
        if (isOpened && path === '-')
          throw new Error(
            'the parser was restarted and has lost its place; standard input cannot be read again',
          );
        isOpened = true;
        return openReplay(path, { speed, loop });
      },
      drops: () => [],
      flushMs: speed === Infinity && path !== '-' ? Infinity : (options.flushMs ?? FLUSH_MS),
      ...(options.batchPackets === undefined ? {} : { batchPackets: options.batchPackets }),
    }),
  );
}

/** Runs until the signal aborts. @throws CaptureError, BusError */
export async function captureLive(live: LiveCaptureOptions, options: CaptureServiceOptions): Promise<Sent> {
  const capture = await startLive(live);
  options.signal.addEventListener('abort', () => void capture.stop());
  if (options.signal.aborted) await capture.stop();
  const missed = new Missed();
  const loss = new LossLog(options.log, live.interface);
  const drops = (): DropRow[] => {
    const rows = [...capture.drops(), ...missed.rows()];
    loss.add(rows);
    return rows;
  };
  const isOver = (): boolean => capture.isOver;
  const onDamage = (line: string): void => options.log.warn(`${live.interface}: ${line}`);
  // Never aborted: reading ends at the end of the ring, so that all captured packets are sent.
  const { signal } = new AbortController();
  try {
    return await sending(options, async (parser) => {
      const sent = await sendAll({
        clock: () => capture.clock,
        ...{ origin: capture.origin, parser, rewinds: false, signal, flushMs: options.flushMs ?? FLUSH_MS },
        open: (from) => missed.watch(new RingReader(capture.folder, { from, isOver, onDamage })),
        drops,
      });
      await capture.ended;
      return sent;
    });
  } finally {
    // The capture tool must stop even if the parser refuses.
    await capture.stop();
    loss.flush();
  }
}

/** Packets overwritten in the ring before they were sent, summed over all readers. */
class Missed {
  #before = 0;
  #reported = 0;
  #reader: RingReader | null = null;

  watch(reader: RingReader): RingReader {
    this.#before += this.#reader?.missed ?? 0;
    this.#reader = reader;
    return reader;
  }

  /** Losses since the last call. */
  rows(): DropRow[] {
    const all = this.#before + (this.#reader?.missed ?? 0);
    const packets = all - this.#reported;
    this.#reported = all;
    return packets > 0 ? [{ where: 'queue', packets, time: Date.now() / 1000 }] : [];
  }
}

/** Sends until the end; after the abort, for at most the grace period. */
async function sending(
  { parser: url, encoding = 'none', token, log, signal, graceMs = GRACE_MS }: CaptureServiceOptions,
  send: (parser: BusClient, signal: AbortSignal) => Promise<Sent>,
): Promise<Sent> {
  const tries = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const onStop = (): void => {
    timer = setTimeout(() => tries.abort(), graceMs);
  };
  signal.addEventListener('abort', onStop);
  if (signal.aborted) onStop();
  const parser = new BusClient({ url, log, encoding, token, signal: tries.signal });
  try {
    return await send(parser, signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onStop);
    parser.close();
  }
}
