// The thread of read.ts: runs one `eyrie read` after the other, and keeps what each writes to descriptors 1 and 2.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { type MessagePort, workerData } from 'node:worker_threads';

const { port, done } = workerData as { port: MessagePort; done: Int32Array };

let written: { 1: Buffer[]; 2: Buffer[] } = { 1: [], 2: [] };
const keep = (fd: 1 | 2, bytes: Uint8Array | string): void => void written[fd].push(Buffer.from(bytes));

// Before anything imports it.
const { writeSync } = fs;
fs.writeSync = ((fd: number, bytes: Uint8Array, at?: number, ...rest: never[]): number => {
  if (fd !== 1 && fd !== 2) return writeSync(fd, bytes, at, ...rest);
  keep(fd, bytes.subarray(at ?? 0));
  return bytes.length - (at ?? 0);
}) as typeof fs.writeSync;
syncBuiltinESMExports();
for (const [fd, stream] of [
  [1, process.stdout],
  [2, process.stderr],
] as const)
  stream.write = (bytes: Uint8Array | string): boolean => {
    keep(fd, bytes);
    return true;
  };

const { newProgram, run } = await import('../../src/running.ts');
const { addReadCommand } = await import('../../src/read/options.ts');

port.on('message', async (args: readonly string[]) => {
  written = { 1: [], 2: [] };
  process.argv.splice(2, Infinity, 'read', ...args);
  process.exitCode = 0;
  const program = newProgram();
  addReadCommand(program);
  await run(program);
  const [stdout, stderr] = [written[1], written[2]].map((all) => Buffer.concat(all).toString());
  port.postMessage({ status: process.exitCode, stdout, stderr });
  Atomics.store(done, 0, 1);
  Atomics.notify(done, 0);
});
