// Child processes of a test file: none outlives it, whatever fails. One that is left would keep the test run waiting.
import { type ChildProcess, spawn } from 'node:child_process';
import { after } from 'node:test';
import { atExit } from './at-exit.ts';

const running = new Set<ChildProcess>();

function endAll(): void {
  for (const child of running) child.kill('SIGKILL');
}
after(endAll);
atExit(endAll);

/** As `spawn`; what still runs when all tests of the file are over is ended. */
export const spawnChild: typeof spawn = ((...args: Parameters<typeof spawn>) => {
  const child = spawn(...args);
  running.add(child);
  // Of one that could not be started there is no exit.
  for (const end of ['exit', 'error']) child.once(end, () => running.delete(child));
  return child;
}) as typeof spawn;
