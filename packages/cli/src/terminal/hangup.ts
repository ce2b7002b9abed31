import { closeSync, openSync } from 'node:fs';

/** SIGHUP has two meanings: a terminal was closed, or files are to be read again (signal(7), daemon(7)). */
export function isTerminalGone(): boolean {
  if (!process.stderr.isTTY) return false;
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return false;
  } catch {
    return true;
  }
}
