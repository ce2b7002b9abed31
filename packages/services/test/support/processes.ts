// Starts eyrie's services as processes of their own, and kills them.
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { spawnChild } from '../../../../test/support/children.ts';

const EYRIE = join(import.meta.dirname, '../../../cli/bin/eyrie.js');

/** A port that is free just now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

export class Process {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  /** What it said, on both outputs. */
  said = '';

  constructor(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    this.child = spawnChild(process.execPath, [EYRIE, ...args, '--log-folder', ''], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.child.stdout!, this.child.stderr!])
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.said += text;
      });
    this.ended = once(this.child, 'exit').then(([code]) => code as number | null);
  }

  /** Resolves once it has said this. */
  async says(text: string | RegExp, timeoutMs = 180_000): Promise<void> {
    const isSaid = (): boolean =>
      typeof text === 'string' ? this.said.includes(text) : text.test(this.said);
    for (const end = Date.now() + timeoutMs; !isSaid(); ) {
      if (this.child.exitCode !== null) throw new Error(`it ended before it said ${text}:\n${this.said}`);
      if (Date.now() > end) throw new Error(`it did not say ${text}:\n${this.said}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** As a power cut would: nothing is finished. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }

  async stop(): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill('SIGTERM');
    return this.ended;
  }
}
