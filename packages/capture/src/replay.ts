// Replays a capture file as if it were live: at its own pace or a multiple of it, once or in a loop.
import { type Frame, newFrame } from '@eyrie/dissect/files';
import type { FrameReader, FrameSource, SourceInfo } from './frame-source.ts';
import { type CaptureSource, openCapture } from './source.ts';

export interface ReplayOptions {
  /** 1: as recorded, 2: twice as fast …; Infinity: as fast as possible. */
  readonly speed: number;
  /** Repeats the file with continuing timestamps until closed. Default false. */
  readonly loop?: boolean;
  /** A monotonic clock in milliseconds; default the process's. Tests pass their own. */
  readonly now?: () => number;
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** Longer pauses in a file are shortened to this. */
const GAP_SECONDS_MAX = 10;
/** Pause between the last packet of one round and the first of the next. */
const ROUND_GAP_SECONDS = 1;
/** Sleeps at most this long at a time, so that a close is noticed. */
const SLEEP_MS_MAX = 500;

/**
 * Opens a file to be replayed.
 *
 * @throws CaptureError
 */
export async function openReplay(path: string, options: ReplayOptions): Promise<FrameSource> {
  const first = await openCapture(path);
  return options.speed === Infinity && options.loop !== true ? first : new Replay(first, options);
}

class Replay implements FrameSource, FrameReader {
  readonly path: string;
  readonly reader: SourceInfo;
  readonly size: number | null;
  readonly #pace: Pace;
  readonly #loop: boolean;
  readonly #stopped = new AbortController();
  #source: CaptureSource;
  #chunk: FrameReader | null = null;
  /** A frame that has been read but is not due yet. */
  readonly #next: Frame = newFrame();
  #holds = false;
  #bytesBefore = 0;
  #framesBefore = 0;

  constructor(first: CaptureSource, options: ReplayOptions) {
    this.#source = first;
    this.path = first.path;
    this.reader = first.reader;
    this.size = options.loop === true ? null : first.size;
    this.#loop = options.loop === true;
    this.#pace = new Pace(options);
  }

  get bytesRead(): number {
    return this.#bytesBefore + this.#source.bytesRead;
  }

  async *chunks(): AsyncGenerator<FrameReader, void, void> {
    try {
      for (;;) {
        for await (const chunk of this.#source.chunks()) {
          this.#chunk = chunk;
          do {
            yield this;
            if (this.#holds) await this.#pace.wait(this.#next, this.#stopped.signal);
          } while (this.#holds && !this.#stopped.signal.aborted);
          if (this.#stopped.signal.aborted) return;
        }
        if (!this.#loop || this.#source.reader.frameCount === 0) return;
        await this.#again();
      }
    } finally {
      await this.close();
    }
  }

  next(frame: Frame): boolean {
    const held = this.#next;
    if (!this.#holds) {
      if (this.#chunk?.next(held) !== true) return false;
      this.#pace.meet(held);
      held.number += this.#framesBefore;
      this.#holds = true;
    }
    if (!this.#pace.isDue()) return false;
    this.#holds = false;
    Object.assign(frame, held);
    return true;
  }

  async close(): Promise<void> {
    this.#stopped.abort();
    await this.#source.close();
  }

  async #again(): Promise<void> {
    this.#bytesBefore += this.#source.bytesRead;
    this.#framesBefore += this.#source.reader.frameCount;
    this.#pace.beginRound();
    this.#source = await openCapture(this.path);
    if (this.#stopped.signal.aborted) await this.#source.close();
  }
}

/** Computes when the next frame is due, and the timestamps of later rounds. */
class Pace {
  readonly #speed: number;
  readonly #now: () => number;
  readonly #sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Seconds of the recording played so far, with shortened pauses. */
  #played = 0;
  #lastSeconds = Number.NaN;
  #startedMs = Number.NaN;
  /** Whole seconds added to the timestamps of this round. */
  #shift = 0;
  #latest = -Infinity;
  #isRoundNew = true;

  constructor({ speed, now = () => performance.now(), sleep = pause }: ReplayOptions) {
    this.#speed = speed;
    this.#now = now;
    this.#sleep = sleep;
  }

  /** Schedules the next frame, and shifts its timestamp if this is a later round. */
  meet(frame: Frame): void {
    if (!frame.hasTime) return;
    if (this.#isRoundNew && this.#latest !== -Infinity)
      this.#shift = Math.ceil(this.#latest + ROUND_GAP_SECONDS - frame.seconds);
    this.#isRoundNew = false;
    frame.seconds += this.#shift;
    const seconds = frame.seconds + frame.nanoseconds / 1e9;
    if (seconds > this.#lastSeconds) this.#played += Math.min(GAP_SECONDS_MAX, seconds - this.#lastSeconds);
    this.#lastSeconds = seconds;
    this.#latest = Math.max(this.#latest, seconds);
  }

  isDue(): boolean {
    return this.#remainingMs() <= 0;
  }

  async wait(_: Frame, signal: AbortSignal): Promise<void> {
    const ms = this.#remainingMs();
    if (ms > 0) await this.#sleep(Math.min(SLEEP_MS_MAX, ms), signal);
  }

  beginRound(): void {
    this.#isRoundNew = true;
  }

  #remainingMs(): number {
    if (this.#speed === Infinity) return 0;
    if (Number.isNaN(this.#startedMs)) this.#startedMs = this.#now();
    return this.#startedMs + (this.#played / this.#speed) * 1000 - this.#now();
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
    if (signal.aborted) done();
  });
}
