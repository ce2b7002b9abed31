// The summary of `eyrie start`: as wide as the terminal, and as the README prints it.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readText, root } from '../../../test/support/repository.ts';
import { requireTool } from '../../../test/support/tools.ts';

const readme = readText('README.md');
const EYRIE = join(root, 'packages/cli/bin/eyrie.js');
const START = ['start', '--once', '--no-color'];
const env = { ...process.env, npm_lifecycle_event: '', LC_ALL: 'C.UTF-8' };
/** How fast this machine was is no part of the page. */
const untimed = (text: string) => text.replace(/read in [\d.]+ m?s/, 'read in …');

for (const columns of [80, 100, 120])
  test(`on a terminal of ${columns} columns no line of the summary is wider`, {
    skip: requireTool('script'),
  }, () => {
    const command = `stty cols ${columns}; ${process.execPath} ${EYRIE} ${START.join(' ')}`;
    const output = execFileSync('script', ['-qec', command, '/dev/null'], {
      ...{ cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], env },
    });
    // Progress on the same terminal is erased before the page is printed.
    const lines = output.split(/\r?\n/).map((line) => line.split('\x1b[K').at(-1)!);
    assert.ok(lines.length > 50, output);
    assert.deepEqual(
      lines.filter((line) => line.length > columns),
      [],
    );
  });

test('the README shows what eyrie start prints', () => {
  const output = execFileSync(process.execPath, [EYRIE, ...START], { cwd: root, encoding: 'utf8', env });
  const printed = untimed(output).split('\n');
  const [, block] = /\n( {4}office-hour\.pcapng {2}[\s\S]*?)\n(?! {4}|\n)/.exec(readme)!;
  const shown = untimed(block!).replaceAll('npx eyrie', 'eyrie').split('\n');
  let at = 0;
  for (const line of shown.map((each) => each.slice(4)).filter((each) => each.trim() !== '…')) {
    const found = printed.indexOf(line, at);
    assert.ok(found >= 0, `the README has "${line}"; eyrie start prints:\n${output}`);
    at = found;
  }
});

test('the commands of the README about a capture run as they stand', {
  skip: process.platform === 'win32' && 'is for a shell',
}, () => {
  const folder = mkdtempSync(join(tmpdir(), 'eyrie-readme-'));
  try {
    symlinkSync(join(root, 'samples'), join(folder, 'samples'));
    const [, block] = /\nEvery line runs as it stands, in this folder\.\n\n([\s\S]*?)\n\n/.exec(readme)!;
    const commands = block!.replaceAll(/ *\\\n */g, ' ').split('\n');
    assert.ok(commands.length > 10);
    for (const command of commands) {
      const line = command.replace('npx eyrie', `"${process.execPath}" "${EYRIE}"`);
      const { status, stdout, stderr } = spawnSync('sh', ['-c', line], {
        cwd: folder,
        encoding: 'utf8',
        env,
      });
      assert.equal(status, 0, `${command}: ${stderr}`);
      assert.ok(
        stdout !== '' || / -w scan\.pcapng| --export-objects /.test(command),
        `${command} prints nothing`,
      );
    }
    assert.deepEqual(readdirSync(folder).sort(), ['files', 'samples', 'scan.pcapng', 'zeek']);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
