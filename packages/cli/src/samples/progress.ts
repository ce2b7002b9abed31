// Progress of a download: a bar on a terminal, otherwise a line for each file.
import { bar, ERASE_LINE, type Screen } from '../terminal/progress.ts';
import { bytesText } from '../terminal/units.ts';

export interface Progress {
  /** `bytes` of `total` are here. */
  update(name: string, bytes: number, total: number): void;
  /** `name` is finished: `note` says how. */
  done(name: string, note: string): void;
  /** Takes the bar away, so that other text can follow. */
  clear(): void;
}

const REDRAW_MS = 100;

export function showProgress(screen: Screen, now: () => number = Date.now): Progress {
  return screen.isTTY ? drawn(screen, now) : lines(screen);
}

function lines(screen: Screen): Progress {
  return {
    update() {},
    done: (name, note) => screen.write(`${name}: ${note}\n`),
    clear() {},
  };
}

function drawn(screen: Screen, now: () => number): Progress {
  let drawnAt = -Infinity;
  let isDrawn = false;
  const clear = (): void => {
    if (isDrawn) screen.write(ERASE_LINE);
    isDrawn = false;
    drawnAt = -Infinity;
  };
  return {
    update(name, bytes, total) {
      const time = now();
      if (time - drawnAt < REDRAW_MS && bytes < total) return;
      drawnAt = time;
      isDrawn = true;
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
  const end = ` ${String(Math.floor(share * 100)).padStart(3)} % of ${bytesText(total)}`;
  const room = columns - 1 - end.length;
  const width = Math.min(30, Math.floor(room / 2));
  if (width < 4) return end.trim().slice(0, Math.max(0, columns - 1));
  const title = name.length > room - width - 3 ? `${name.slice(0, room - width - 4)}…` : name;
  return `${title} ${bar(share, width)}${end}`;
}
