// What is to be done when a process of tests ends, also by Ctrl-C or a timeout, where no hook of the test runner runs.

import { constants } from 'node:os';

const all: (() => void)[] = [];

/** Calls it once, at the end of the process. */
export function atExit(work: () => void): void {
  if (all.length === 0) listen();
  all.push(work);
}

function listen(): void {
  process.once('exit', () => {
    for (const work of all) work();
  });
  for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      // Another listener, as of the browser or of PostgreSQL, first stops what it has started.
      if (process.listenerCount(signal) === 1) process.exit(128 + constants.signals[signal]);
    });
}
