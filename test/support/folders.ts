// Temporary folders of what tests start.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atExit } from './at-exit.ts';

/** A file system in memory (tmpfs(5)), on Linux. */
const IN_MEMORY = '/dev/shm';
/** What all tests have there at most, several times over; and with what their processes take. */
const FILES_BYTES_MAX = 3 * 2 ** 30;
const MEMORY_BYTES_MAX = 10 * 2 ** 30;

/**
 * The folder for temporary files of a run of all tests: in memory where there is enough of it, unless TMPDIR names one. The tests
 * create tens of thousands of files: on a disk, those of PostgreSQL take a fifth more processor time, and half as long again.
 */
export function temporaryFolder(): string {
  return process.env.TMPDIR === undefined && hasRoomInMemory() ? IN_MEMORY : tmpdir();
}

function hasRoomInMemory(): boolean {
  if (process.platform !== 'linux' || process.availableMemory() < MEMORY_BYTES_MAX) return false;
  try {
    const { bavail, bsize } = statfsSync(IN_MEMORY);
    return bavail * bsize >= FILES_BYTES_MAX && canExecuteIn(IN_MEMORY);
  } catch {
    return false;
  }
}

/** False where it is mounted with noexec, as in containers: some tests put a program of theirs in place of a tool. */
function canExecuteIn(parent: string): boolean {
  const folder = mkdtempSync(join(parent, 'eyrie-'));
  try {
    const program = join(folder, 'program');
    writeFileSync(program, '#!/bin/sh\n', { mode: 0o700 });
    return spawnSync(program).status === 0;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Exists until the process ends, unless it is removed before. */
export function folderOfProcess(prefix: string): string {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  // What is just being ended may still write.
  atExit(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}
