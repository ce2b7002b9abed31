import type { CaptureInterface } from './capture-info.ts';
import type { Frame } from './frame.ts';
import { capturedLengthMax, pseudoHeaderLength } from './link-types.ts';
import { splitTicks } from './timestamps.ts';

const TWO_32 = 4294967296;

/** State of a pcapng interface that is needed to read its packets. */
export class InterfaceState {
  readonly description: CaptureInterface;
  /** Raw value of `if_tsresol`. */
  readonly resolution: number;
  readonly id: number;
  readonly linkType: number;
  readonly prefix: number;
  readonly capturedMax: number;
  readonly #timeOffset: number;
  /** Ticks per second if it is 1, 10 … 10^9, so that times can be split without BigInt; else 0. */
  readonly #unit: number;
  readonly #nanosecondsPerTick: number;

  constructor(description: CaptureInterface, resolution: number) {
    this.description = description;
    this.resolution = resolution;
    this.id = description.id;
    this.linkType = description.linkType;
    this.prefix = pseudoHeaderLength(this.linkType);
    this.capturedMax = capturedLengthMax(this.linkType, description.snapLength);
    this.#timeOffset = description.timeOffset;
    this.#unit = resolution <= 9 ? 10 ** resolution : 0;
    this.#nanosecondsPerTick = resolution <= 9 ? 10 ** (9 - resolution) : 0;
  }

  /** Sets the frame's time from a 64-bit timestamp. */
  setTime(frame: Frame, high: number, low: number): void {
    const unit = this.#unit;
    let seconds = Math.floor((high * TWO_32 + low) / unit);
    // The quotient may be off by one, because the sum is rounded beyond 2^53; the remainder, modulo 2^32, is exact.
    let ticks = (low - Math.imul(seconds, unit)) | 0;
    if (ticks < 0) {
      seconds -= 1;
      ticks += unit;
    } else if (ticks >= unit) {
      seconds += 1;
      ticks -= unit;
    }
    if (ticks >= 0 && ticks < unit) {
      frame.seconds = seconds + this.#timeOffset;
      frame.nanoseconds = ticks * this.#nanosecondsPerTick;
    } else {
      const time = splitTicks(high, low, this.resolution);
      frame.seconds = time.seconds + this.#timeOffset;
      frame.nanoseconds = time.nanoseconds;
    }
    frame.hasTime = true;
  }
}
