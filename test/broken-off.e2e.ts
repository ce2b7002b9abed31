// A file of tests that is broken off, as by Ctrl-C, leaves neither folders nor processes behind.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { spawnChild } from './support/children.ts';
import { until } from './support/until.ts';

const support = join(import.meta.dirname, 'support');
/** Prints the folder and the id of its child, then waits. */
const FILE = `
  import { test } from 'node:test';
  import { spawnChild } from ${JSON.stringify(join(support, 'children.ts'))};
  import { folderOfProcess } from ${JSON.stringify(join(support, 'folders.ts'))};
  test('waits', async () => {
    const child = spawnChild(process.execPath, ['-e', 'setTimeout(() => {}, 600_000)'], { stdio: 'ignore' });
    process.stderr.write(JSON.stringify([folderOfProcess('eyrie-broken-off-'), child.pid]) + '\\n');
    await new Promise((resolve) => setTimeout(resolve, 600_000));
  });`;

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  test(`broken off by ${signal}, a file of tests takes its folder and its child process along`, async () => {
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const running = spawnChild(process.execPath, ['--input-type=module', '-e', FILE], {
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    running.stderr?.on('data', (data) => {
      said += data;
    });
    const line = await until('its folder', () => /^\[.*\]$/m.exec(said)?.[0]);
    const [folder, child] = JSON.parse(line) as [string, number];
    assert.ok(existsSync(folder) && isAlive(child));
    running.kill(signal);
    await once(running, 'exit');
    assert.equal(existsSync(folder), false);
    await until('the end of its child', () => !isAlive(child));
  });
