// Progress of reading a file: one line on standard error, for work that takes more than a second.
import { bytesText, grouped } from './units.ts';

const FIRST_MS = 1000;
const REDRAW_MS = 200;
export const ERASE_LINE = '\r\x1b[K';
const BAR_WIDTH = 24;

/** The part of process.stderr that is needed. */
export interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export class Progress {
  readonly #screen: Screen;
  readonly #now: () => number;
  readonly #started: number;
  #drawn = -Infinity;

  constructor(screen: Screen, now: () => number = performance.now.bind(performance)) {
    this.#screen = screen;
    this.#now = now;
    this.#started = now();
  }

  /** `size` is null if it is unknown, as of a pipe. */
  update(bytes: number, size: number | null, packets: number): void {
    const now = this.#now();
    if (now - this.#started < FIRST_MS || now - this.#drawn < REDRAW_MS) return;
    this.#drawn = now;
    const text = progressLine(bytes, size, packets, (now - this.#started) / 1000);
    this.#screen.write(ERASE_LINE + text.slice(0, (this.#screen.columns ?? 80) - 1));
  }

  /** Takes the line away. */
  end(): void {
    if (this.#drawn > 0) this.#screen.write(ERASE_LINE);
    this.#drawn = -Infinity;
  }
}

/** `[########................]  34 % of 324 MB  251,000 packets  912,000 packets/s  1 s left` */
function progressLine(bytes: number, size: number | null, packets: number, seconds: number): string {
  const rate = `${rounded(packets)} packets  ${rounded(packets / seconds)} packets/s`;
  if (size === null || size === 0) return `${bytesText(bytes)}  ${rate}`;
  const share = Math.min(1, bytes / size);
  const left = Math.ceil((seconds / share) * (1 - share));
  const percent = String(Math.floor(share * 100)).padStart(3);
  return `${bar(share, BAR_WIDTH)} ${percent} % of ${bytesText(size)}  ${rate}  ${left} s left`;
}

/** `[####....]`: `width` characters between the brackets, `share` from 0 to 1. */
export function bar(share: number, width: number): string {
  const full = Math.round(share * width);
  return `[${'#'.repeat(full)}${'.'.repeat(width - full)}]`;
}

/** Three digits are enough for something that moves: 912,000. */
function rounded(count: number): string {
  const digits = Math.max(0, Math.floor(Math.log10(Math.max(1, count))) - 2);
  return grouped(Math.round(count / 10 ** digits) * 10 ** digits);
}
