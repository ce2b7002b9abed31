// Starts Eyrie as `npm start` does: one process, its own port, a temporary store.
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { spawnChild } from '../../../../test/support/children.ts';
import { folderOfProcess } from '../../../../test/support/folders.ts';

const root = join(import.meta.dirname, '../../../..');
export const PORT_SCAN = join(root, 'samples/port-scan.pcapng');
export const SAMPLE = join(root, 'samples/office-hour.pcapng');
const START_MS_MAX = 90_000;

export interface Eyrie {
  /** With a trailing slash. */
  readonly url: string;
  readonly port: number;
  /** Folder of the store and all other files. */
  readonly folder: string;
  /** Stops the process, by default as Ctrl-C does; the store is kept for `again`. */
  halt: (signal?: NodeJS.Signals) => Promise<void>;
  /** Restarts it with the same store and port. */
  again: () => Promise<void>;
  /** Stops the process and deletes the store. */
  stop: () => Promise<void>;
}

/** Resolves once `file` is stored; null: starts with an empty store. */
export async function startEyrie(file: string | null = SAMPLE): Promise<Eyrie> {
  const folder = folderOfProcess('eyrie-page-');
  let child: ChildProcess | null = null;
  let port = 0;

  async function start(what: string | null): Promise<void> {
    const store = ['--store', `duckdb:${join(folder, 'store.duckdb')}`];
    const args = [
      'up',
      ...(what === null ? [] : [what]),
      ...store,
      '--port',
      String(port),
      '--log-folder',
      '',
    ];
    const own = spawnChild(process.execPath, [join(root, 'packages/cli/bin/eyrie.js'), ...args], {
      env: { ...process.env, XDG_DATA_HOME: folder, XDG_STATE_HOME: folder, XDG_CONFIG_HOME: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child = own;
    let said = '';
    own.stderr.on('data', (data) => {
      said += data;
    });
    own.stdout.on('data', (data) => {
      said += data;
    });
    const deadline = Date.now() + START_MS_MAX;
    for (;;) {
      port = Number(/http:\/\/127\.0\.0\.1:(\d+)/.exec(said)?.[1] ?? port);
      if (port !== 0 && (await isReady(port, what !== null))) return;
      if (own.exitCode !== null || Date.now() > deadline) throw new Error(`eyrie up did not start: ${said}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async function halt(signal: NodeJS.Signals = 'SIGINT'): Promise<void> {
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }

  await start(file);
  return {
    get url() {
      return `http://127.0.0.1:${port}/`;
    },
    get port() {
      return port;
    },
    folder,
    halt,
    again: () => start(null),
    stop: async () => {
      await halt();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** True once the server answers, and if `isStored`, has stored a capture. */
async function isReady(port: number, isStored: boolean): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${port}/captures`).catch(() => null);
  if (answer === null || !answer.ok) return false;
  const { items } = (await answer.json()) as { items: { state: string }[] };
  return !isStored || items.some(({ state }) => state === 'done');
}
