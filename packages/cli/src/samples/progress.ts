// How a download's progress is told: a bar that is drawn over on a terminal, a plain line a file otherwise.

/** The part of a writable stream that is needed here; process.stderr is one. */
export interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export interface Progress {
  /** `bytes` of `total` are here. */
  update(name: string, bytes: number, total: number): void;
  /** `name` is finished: `note` says how. */
  done(name: string, note: string): void;
  /** Takes the bar away, so that other text can follow. */
  clear(): void;
}

const REDRAW_MS = 100;
const ERASE_LINE = '\r\x1b[K';

export function showProgress(screen: Screen, now: () => number = Date.now): Progress {
  return screen.isTTY ? bar(screen, now) : lines(screen);
}

function lines(screen: Screen): Progress {
  return {
    update() {},
    done: (name, note) => screen.write(`${name}: ${note}\n`),
    clear() {},
  };
}

function bar(screen: Screen, now: () => number): Progress {
  let drawnAt = -Infinity;
  let drawn = false;
  const clear = (): void => {
    if (drawn) screen.write(ERASE_LINE);
    drawn = false;
    drawnAt = -Infinity;
  };
  return {
    update(name, bytes, total) {
      const time = now();
      if (time - drawnAt < REDRAW_MS && bytes < total) return;
      drawnAt = time;
      drawn = true;
      screen.write(ERASE_LINE + drawBar(name, bytes, total, screen.columns ?? 80));
    },
    done(name, note) {
      clear();
      screen.write(`${name}: ${note}\n`);
    },
    clear,
  };
}

/** One line, narrower than `columns`: name, bar, share and amount. */
export function drawBar(name: string, bytes: number, total: number, columns: number): string {
  const share = total === 0 ? 1 : Math.min(1, bytes / total);
  const end = ` ${String(Math.floor(share * 100)).padStart(3)} % of ${formatBytes(total)}`;
  const room = columns - 1 - end.length;
  const width = Math.min(30, Math.floor(room / 2));
  if (width < 4) return end.trim().slice(0, Math.max(0, columns - 1));
  const title = name.length > room - width - 3 ? `${name.slice(0, room - width - 4)}…` : name;
  const full = Math.round(share * width);
  return `${title} [${'#'.repeat(full)}${'.'.repeat(width - full)}]${end}`;
}

/** 1,234,567 becomes `1.2 MB`: powers of 1,000, as capture tools print sizes. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ['kB', 'MB', 'GB'];
  let value = bytes / 1000;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}
