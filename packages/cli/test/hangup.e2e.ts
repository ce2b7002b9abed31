// SIGHUP to a service: from a closed terminal it ends the service, from elsewhere its configuration is read again.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { requireTool } from '../../../test/support/tools.ts';
import { until } from '../../../test/support/until.ts';

const EYRIE = join(import.meta.dirname, '../bin/eyrie.js');

test('a service that gets SIGHUP without a terminal takes what it can of its configuration, and names what needs a restart', {
  skip: process.platform === 'win32' && 'has no SIGHUP',
  timeout: 60_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'eyrie-reload-'));
  const file = join(folder, 'eyrie.toml');
  writeFileSync(file, '[log]\nlevel = "info"\n');
  const args = ['parser', '--config', file, '--port', '0', '--log-folder', ''];
  const parser = spawn(process.execPath, [EYRIE, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(parser, 'exit');
  try {
    let output = '';
    parser.stderr.setEncoding('utf8').on('data', (text) => (output += text));
    const said = async (pattern: RegExp) => {
      while (!pattern.test(output)) await once(parser.stderr, 'data');
    };
    await said(/takes packets/);
    parser.kill('SIGHUP');
    await said(/^eyrie: SIGHUP: eyrie\.toml has no changes$/m);
    // The port was given by a flag, which goes before the file.
    writeFileSync(file, '[log]\nlevel = "debug"\n[parser]\nport = 4711\nencoding = "gzip"\n');
    parser.kill('SIGHUP');
    await said(/^eyrie: SIGHUP: in force now: log\.level; only after a restart: parser\.encoding$/m);
    writeFileSync(file, '[log]\nlevel = "loud"\n');
    parser.kill('SIGHUP');
    await said(/^eyrie: SIGHUP: .*eyrie\.toml: log\.level: "loud": must be one of .*; nothing has changed$/m);
    parser.kill('SIGTERM');
    assert.deepEqual(await ended, [0, null], output);
  } finally {
    parser.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
});

for (const [where, redirection] of [
  ['to it', ''],
  ['elsewhere', ' 2>/dev/null'],
])
  test(`a service whose terminal is closed, with its errors ${where}, stores what it has, and ends`, {
    skip: requireTool('script'),
    timeout: 120_000,
  }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'eyrie-hangup-'));
    const sample = join(import.meta.dirname, '../../../samples/port-scan.pcapng');
    const up = `up ${sample} --speed recorded --store duckdb:${join(folder, 'packets.duckdb')} --port 0 --log-folder ${folder}${redirection}`;
    const terminal = spawn('script', ['-qec', `exec ${process.execPath} ${EYRIE} ${up}`, '/dev/null'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    try {
      let output = '';
      terminal.stdout.setEncoding('utf8').on('data', (text) => (output += text));
      await until('the page is served', () => output.includes('Ctrl-C ends it.'));
      // With the other end of the terminal gone, the kernel hangs up (tty_ioctl(4)).
      terminal.kill('SIGKILL');
      const log = () => readFileSync(join(folder, 'up.log'), 'utf8');
      await until('it has ended', () => /"msg":"ended; [\d,]+ packets? (was|were) stored/.test(log()));
    } finally {
      terminal.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    }
  });
