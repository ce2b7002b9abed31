import { closeSync, openSync } from 'node:fs';
import { isatty } from 'node:tty';

/** Whether this process is of a terminal: nohup(1) and services leave it none of the three. Ask while the terminal is there. */
export function hasTerminal(): boolean {
  return [0, 1, 2].some((fd) => isatty(fd));
}

/** SIGHUP has two meanings: the terminal was closed, or files are to be read again (signal(7), daemon(7)). */
export function isTerminalGone(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return false;
  } catch {
    return true;
  }
}
