// What a run of the tests has started or made and not taken away: processes, network namespaces, mounts, files. After a pass
// each test has seen to it itself; after a failure, or Ctrl-C in the middle, this does.

import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { temporaryFolder } from './folders.ts';

const VARIABLE = 'EYRIE_TEST_RUN';
/** What a process has to end in before it is ended; and the kernel then. */
const GRACE_MS = 3_000;
const LOOK_MS = 50;
/** Namespaces are named by the process that made them: test/support/namespaces.ts, packages/lab/src/emulate/plan.ts. */
const NAMESPACE = /^eyrie-(?:test|lab)-(\d+)-/;

interface Process {
  readonly pid: number;
  readonly command: string;
}

/** All that is started and made from now on can be found again, also by processes that were detached on purpose. */
export class TestRun {
  /** For temporary files of this run alone. */
  readonly folder: string;
  readonly #mark: string;

  constructor() {
    // Short: paths of sockets may have 107 bytes (unix(7)).
    this.folder = mkdtempSync(join(temporaryFolder(), 'eyrie-'));
    // PostgreSQL runs as another user where this is root.
    chmodSync(this.folder, 0o711);
    const mark = `${process.pid}-${Date.now()}`;
    this.#mark = `${VARIABLE}=${mark}`;
    Object.assign(process.env, { TMPDIR: this.folder, [VARIABLE]: mark });
  }

  /** Ends and removes what is left; tells what that was, line by line. */
  async clean(): Promise<string[]> {
    const processes = await endProcesses(this.#mark);
    const namespaces = namespacesOfTheDead();
    for (const name of namespaces) spawnSync('ip', ['netns', 'delete', name]);
    const mounts = this.#mounts();
    for (const path of mounts) spawnSync('umount', ['--lazy', path]);
    const files = namesIn(this.folder);
    rmSync(this.folder, { recursive: true, force: true });
    return [
      ...processes.map(({ pid, command }) => `process ${pid}: ${shortened(command)}`),
      ...namespaces.map((name) => `network namespace ${name}`),
      ...mounts.map((path) => `mount ${path}`),
      ...files.map((name) => join(this.folder, name)),
    ];
  }

  #mounts(): string[] {
    return textOf('/proc/self/mounts')
      .split('\n')
      .map((line) => line.split(' ')[1] ?? '')
      .filter((path) => path.startsWith(`${this.folder}/`));
  }
}

/**
 * Ends the processes that have this in their environment, `NAME=value`, this one excepted. Asks first, so that each may end
 * what it has started, and take away what it has made.
 */
export async function endProcesses(mark: string): Promise<Process[]> {
  const found = processesWith(mark);
  for (const name of ['SIGTERM', 'SIGKILL'] as const) {
    for (const { pid } of processesWith(mark)) signal(pid, name);
    for (const end = Date.now() + GRACE_MS; processesWith(mark).length > 0 && Date.now() < end; )
      await sleep(LOOK_MS);
  }
  return found;
}

/** None where there is no /proc (proc_pid_environ(5)). */
function processesWith(mark: string): Process[] {
  return namesIn('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => textOf(`/proc/${pid}/environ`).split('\0').includes(mark))
    .map((pid) => ({
      pid: Number(pid),
      command: textOf(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim(),
    }));
}

function namespacesOfTheDead(): string[] {
  if (process.platform !== 'linux') return [];
  const { stdout } = spawnSync('ip', ['netns', 'list'], { encoding: 'utf8' });
  return (stdout ?? '')
    .split('\n')
    .map((line) => line.split(' ')[0]!)
    .filter((name) => {
      const maker = NAMESPACE.exec(name)?.[1];
      return maker !== undefined && textOf(`/proc/${maker}/stat`) === '';
    });
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended meanwhile.
  }
}

function shortened(command: string): string {
  return command.length > 200 ? `${command.slice(0, 100)} … ${command.slice(-100)}` : command;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
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
