// A host in a process of its own, inside its namespace, called over Node's channel between parent and child. The child ends
// when the channel closes, so that a crash of the director leaves no peers behind.

import { type ChildProcess, spawn } from 'node:child_process';
import { answer, Caller, type Hosted } from './calls.ts';
import { keepHeapsSmall } from './heap.ts';
import { Host, type HostOptions } from './host.ts';

const END_MS = 5_000;

/** @param command starts a program that calls `serveHost` */
export function startProcess(command: string[], namespace: string, options: HostOptions): Hosted<Host> {
  const child = spawn(
    'ip',
    ['netns', 'exec', namespace, ...command, Buffer.from(JSON.stringify(options)).toString('base64url')],
    { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
  );
  const caller = new Caller(options.name, (call) => {
    child.send(call, (error) => {
      if (error !== null) caller.fail(`does not listen: ${error.message}`);
    });
  });
  child.once('error', (error) => caller.fail(`does not start: ${error.message}`));
  child.once('exit', (code, signal) => caller.fail(`ended: ${signal ?? code}`));
  child.on('message', (outcome) => caller.settle(outcome as Parameters<Caller['settle']>[0]));
  return { calls: caller.calls(), end: () => ended(child) };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  if (child.connected) child.disconnect();
  const timer = setTimeout(() => child.kill('SIGKILL'), END_MS);
  await exit;
  clearTimeout(timer);
}

/** In the child: executes calls until the channel closes. */
export function serveHost(argument: string): void {
  keepHeapsSmall();
  const host = new Host(JSON.parse(Buffer.from(argument, 'base64url').toString()));
  // Ctrl-C reaches all processes of the terminal; the parent handles it.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => {});
  process.once('disconnect', () => process.exit(0));
  process.on('message', (call) => {
    answer(host, call as Parameters<typeof answer>[1], (outcome) => {
      // The parent may have ended meanwhile; then this process ends as soon as it notices.
      if (process.connected) process.send!(outcome, () => {});
    });
  });
}
