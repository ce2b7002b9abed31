// A host in a process of its own, inside its namespace: the same calls, over the channel that Node puts between parent and
// child. The child ends when the channel does, so that no director's crash leaves peers behind.

import { type ChildProcess, spawn } from 'node:child_process';
import { Host, type HostOptions } from './host.ts';
import { LabError } from './namespaces.ts';

const END_MS = 5_000;

const methods = [
  'found',
  'join',
  'crash',
  'silence',
  'leave',
  'revive',
  'heard',
  'message',
  'broadcast',
  'query',
  'sample',
  'close',
] as const;
type Method = (typeof methods)[number];
export type HostCalls = Pick<Host, Method>;

interface Call {
  id: number;
  method: Method;
  args: unknown[];
}
interface Outcome {
  id: number;
  result?: unknown;
  error?: string;
}

export interface HostProcess {
  calls: HostCalls;
  /** Lets it end by itself, then makes it. */
  end(): Promise<void>;
}

/** `command` starts a program that calls `serveHost`. @throws LabError if it ends before it is there */
export function startHost(command: string[], namespace: string, options: HostOptions): HostProcess {
  const child = spawn(
    'ip',
    ['netns', 'exec', namespace, ...command, Buffer.from(JSON.stringify(options)).toString('base64url')],
    { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
  );
  const waiting = new Map<number, { resolve(value: never): void; reject(error: Error): void }>();
  const fail = (why: string) => {
    for (const { reject } of waiting.values()) reject(new LabError(`${options.name} ${why}`));
    waiting.clear();
  };
  let isGone = false;
  child.once('error', (error) => fail(`does not start: ${error.message}`));
  child.once('exit', (code, signal) => {
    isGone = true;
    fail(`ended: ${signal ?? code}`);
  });
  child.on('message', ({ id, result, error }: Outcome) => {
    const call = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) call?.resolve(result as never);
    else call?.reject(new LabError(`${options.name}: ${error}`));
  });
  let next = 0;
  const call = (method: Method, args: unknown[]) =>
    new Promise((resolve, reject) => {
      if (isGone) return reject(new LabError(`${options.name} has ended`));
      const id = next++;
      waiting.set(id, { resolve, reject });
      child.send({ id, method, args } satisfies Call, (error) => {
        if (error !== null) fail(`does not listen: ${error.message}`);
      });
    });
  const calls = Object.fromEntries(
    methods.map((method) => [method, (...args: unknown[]) => call(method, args)]),
  ) as unknown as HostCalls;
  return { calls, end: () => ended(child, () => isGone) };
}

async function ended(child: ChildProcess, isGone: () => boolean): Promise<void> {
  if (isGone()) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  if (child.connected) child.disconnect();
  const timer = setTimeout(() => child.kill('SIGKILL'), END_MS);
  await exit;
  clearTimeout(timer);
}

/** In the child: does what the parent says, until the channel closes. */
export function serveHost(argument: string): void {
  const host = new Host(JSON.parse(Buffer.from(argument, 'base64url').toString()));
  // Ctrl-C reaches all processes of the terminal; the parent decides.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => {});
  process.once('disconnect', () => process.exit(0));
  process.on('message', ({ id, method, args }: Call) => {
    if (!methods.includes(method)) return;
    // Each method has its own arguments, and both sides are this file.
    const doing = (host[method] as (...all: unknown[]) => Promise<unknown>)(...args);
    doing.then(
      (result) => process.send?.({ id, result } satisfies Outcome),
      (error) => process.send?.({ id, error: String((error as Error).message) } satisfies Outcome),
    );
  });
}
