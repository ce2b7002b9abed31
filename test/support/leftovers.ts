// Processes that the tests have started and not ended. All inherit a mark in their environment, also those that were
// detached from their parent on purpose.

import { readdirSync, readFileSync } from 'node:fs';

const VARIABLE = 'EYRIE_TEST_RUN';

/** Marks this process, so that all it starts from now on can be found again. */
export function markProcess(): void {
  process.env[VARIABLE] = `${process.pid}-${Date.now()}`;
}

/** Processes with our mark that still run, this one excepted; none where there is no /proc (proc_pid_environ(5)). */
export function leftovers(): { pid: number; command: string }[] {
  const mark = `${VARIABLE}=${process.env[VARIABLE]}`;
  return numbersIn('/proc')
    .filter((pid) => pid !== process.pid && textOf(`/proc/${pid}/environ`).split('\0').includes(mark))
    .map((pid) => ({ pid, command: textOf(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim() }));
}

/** Ends them at once, and tells them line by line. */
export function endLeftovers(): string[] {
  return leftovers().map(({ pid, command }) => {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended meanwhile.
    }
    return `${pid} ${command.length > 200 ? `${command.slice(0, 100)} … ${command.slice(-100)}` : command}`;
  });
}

function numbersIn(folder: string): number[] {
  try {
    return readdirSync(folder)
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
