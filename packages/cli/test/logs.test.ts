import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeLogs } from '../src/zeek/command.ts';

const OFFICE = join(import.meta.dirname, '../../../samples/office-hour.pcapng');

test('eyrie logs replaces files only when told to, and then leaves none of an earlier run', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'eyrie-logs-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const said: string[] = [];
  t.mock.method(console, 'log', (line: string) => said.push(line));
  const options = { output: folder, format: 'tsv', count: '400' };
  assert.equal(await writeLogs(OFFICE, options), 0);
  assert.ok(readdirSync(folder).includes('http.log'));
  assert.match(said.join('\n'), /conn\.log: \d+ rows/);
  await assert.rejects(writeLogs(OFFICE, options), /is there already; --force replaces it/);
  writeFileSync(join(folder, 'syslog.log'), 'Nov 22 08:00:00 host: mine\n');
  assert.equal(await writeLogs(OFFICE, { ...options, force: true, readFilter: 'dns' }), 0);
  assert.deepEqual(readdirSync(folder).sort(), ['conn.log', 'dns.log', 'known_services.log', 'syslog.log']);
  await assert.rejects(writeLogs(OFFICE, { ...options, format: 'xml' }), /must be tsv, json or eve/);
});

test('eyrie logs --format eve writes one file, and leaves one of that name alone unless told to', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'eyrie-logs-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  t.mock.method(console, 'log', () => {});
  const options = { output: folder, format: 'eve', count: '400' };
  assert.equal(await writeLogs(OFFICE, options), 0);
  assert.deepEqual(readdirSync(folder), ['eve.json']);
  await assert.rejects(writeLogs(OFFICE, options), /eve\.json is there already/);
  assert.equal(await writeLogs(OFFICE, { ...options, force: true }), 0);
});

test('eyrie logs of a capture that does not exist leaves no folder behind', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'eyrie-logs-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const output = join(folder, 'logs');
  await assert.rejects(writeLogs(join(folder, 'none.pcap'), { output, format: 'tsv' }), /no such file/);
  assert.equal(existsSync(output), false);
});
