// The tasks that a message may request. The operator registers them: a message names a task, never a command.
import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { freemem, hostname, loadavg, totalmem, uptime } from 'node:os';
import { join } from 'node:path';
import { makeFolder } from '@eyrie/capture';

/** Resolves to the result as text. @throws Error with a message of one line */
export type Task = (text: string) => Promise<string>;

const RUN_MS = 30_000;
const OUTPUT_BYTES_MAX = 32 << 10;
const CAPTURE_S_MAX = 300;

export interface TaskOptions {
  /** NAME=COMMAND, from the command line. */
  commands: readonly string[];
  /** Interface and output folder of the `capture` task; null: not allowed. */
  capture: { interface: string; folder: string } | null;
}

/** @throws RangeError with a message of one line if a command is not NAME=COMMAND */
export function tasksOf({ commands, capture }: TaskOptions): Map<string, Task> {
  const tasks = new Map<string, Task>([
    ['echo', async (text) => text],
    ['report', async () => JSON.stringify(report())],
  ]);
  if (capture !== null) tasks.set('capture', (text) => captureFor(text, capture));
  for (const each of commands) {
    const match = /^([a-z][a-z0-9-]{0,23})=(.+)$/.exec(each);
    if (match === null)
      throw new RangeError(`--task ${each}: write NAME=COMMAND, the name in lower-case letters`);
    tasks.set(match[1]!, () => run('sh', ['-c', match[2]!], RUN_MS));
  }
  return tasks;
}

function report() {
  return {
    host: hostname(),
    platform: `${process.platform} ${process.arch}`,
    uptimeS: Math.floor(uptime()),
    load: loadavg().map((each) => Math.round(each * 100) / 100),
    memoryBytes: { free: freemem(), total: totalmem() },
  };
}

async function captureFor(text: string, options: { interface: string; folder: string }): Promise<string> {
  const seconds = Number(text);
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > CAPTURE_S_MAX)
    throw new Error(`the text of a capture is its duration in seconds, up to ${CAPTURE_S_MAX}`);
  makeFolder(options.folder, 0o700);
  const path = join(options.folder, `${new Date().toISOString().replaceAll(':', '')}.pcap`);
  await run('tcpdump', ['-i', options.interface, '-w', path, '-U'], seconds * 1000 + RUN_MS, seconds * 1000);
  return `${path} (${statSync(path).size} bytes)`;
}

/** @param stopMs ask the program to end after this time, which is no failure */
function run(command: string, args: string[], limitMs: number, stopMs?: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = Buffer.alloc(0);
    const keep = (chunk: Buffer) => {
      if (output.length < OUTPUT_BYTES_MAX)
        output = Buffer.concat([output, chunk]).subarray(0, OUTPUT_BYTES_MAX);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    let isStopped = false;
    const stop =
      stopMs === undefined ? undefined : setTimeout(() => (isStopped = child.kill('SIGINT')), stopMs);
    const kill = setTimeout(() => child.kill('SIGKILL'), limitMs);
    child.once('error', (error) => reject(new Error(`${command}: ${error.message}`)));
    child.once('close', (status) => {
      clearTimeout(stop);
      clearTimeout(kill);
      const text = output.toString('utf8').trim();
      if (status === 0 || isStopped) resolve(text);
      else reject(new Error(`${text.split('\n').at(-1) || command} (status ${status ?? 'killed'})`));
    });
  });
}
