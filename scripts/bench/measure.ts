/** Runs a command and measures wall time, CPU time and peak memory of the process. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorLine } from '../error-line.ts';

const GNU_TIME = '/usr/bin/time';
const POLL_MS = 20;

export interface Run {
  readonly wallSeconds: number;
  /** User and system time; null if unavailable. */
  readonly cpuSeconds: number | null;
  /** Maximum resident set size; null if unavailable. */
  readonly peakBytes: number | null;
  /** Null if it timed out or could not be started. */
  readonly exit: number | null;
  readonly error: string;
}

/** Running process groups, to be ended when we are interrupted. */
const running = new Set<number>();

export function stopAll(): void {
  for (const pid of running) stop(pid);
}

function stop(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Already ended.
  }
}

/** Runs `words` and discards its output. */
export async function run(words: readonly string[], timeoutSeconds: number): Promise<Run> {
  const report = join(tmpdir(), `eyrie-bench-${process.pid}.time`);
  const timed = existsSync(GNU_TIME);
  const command = timed ? [GNU_TIME, '-q', '-f', '%U %S %M', '-o', report, ...words] : [...words];
  const startedAt = performance.now();
  const child = spawn(command[0] as string, command.slice(1), {
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  const { pid } = child;
  if (pid !== undefined) running.add(pid);
  let error = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    error = (error + text).slice(-2000);
  });
  const timer = setTimeout(() => pid !== undefined && stop(pid), timeoutSeconds * 1000);
  let polled: Usage = { cpuSeconds: null, peakBytes: null };
  const poll = timed
    ? undefined
    : setInterval(() => {
        polled = pollUsage(pid) ?? polled;
      }, POLL_MS);
  const exit = await new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null));
    child.once('close', resolve);
  });
  const wallSeconds = (performance.now() - startedAt) / 1000;
  clearTimeout(timer);
  clearInterval(poll);
  if (pid !== undefined) running.delete(pid);
  const usage = timed ? readUsage(report) : polled;
  rmSync(report, { force: true });
  return { wallSeconds, ...usage, exit, error: errorLine(error) };
}

interface Usage {
  readonly cpuSeconds: number | null;
  readonly peakBytes: number | null;
}

/** Parses the output of GNU time: user seconds, system seconds, maximum resident set in KiB. */
function readUsage(path: string): Usage {
  if (!existsSync(path)) return { cpuSeconds: null, peakBytes: null };
  const [user, system, kibibytes] = readFileSync(path, 'utf8').trim().split(/\s+/).map(Number);
  return { cpuSeconds: (user ?? 0) + (system ?? 0), peakBytes: (kibibytes ?? 0) * 1024 };
}

/** Without GNU time: the process's /proc entries, sampled until it ends. */
function pollUsage(pid: number | undefined): Usage | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const kibibytes = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]);
    // proc_pid_stat(5): utime and stime are fields 14 and 15, in ticks of 10 ms; the name may hold spaces.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    const cpuSeconds = (Number(fields[11]) + Number(fields[12])) / 100;
    return Number.isNaN(kibibytes) ? null : { cpuSeconds, peakBytes: kibibytes * 1024 };
  } catch {
    return null;
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length % 2 === 1) return sorted[middle] as number;
  return ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}
