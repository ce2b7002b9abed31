// `eyrie read` between other programs: a pipe that grows, a reader that has enough, Ctrl-C.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { newFrame, PcapWriter } from '@eyrie/dissect/files';

const eyrie = join(import.meta.dirname, '../bin/eyrie.js');
const sample = join(import.meta.dirname, '../../../samples/port-scan.pcapng');

function started(t: TestContext, args: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, [eyrie, 'read', ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  t.after(() => child.kill('SIGKILL'));
  return child;
}

/** Resolves to what the child prints next. */
async function said(child: ChildProcess): Promise<string> {
  const [chunk] = await once(child.stdout!, 'data');
  return String(chunk);
}

test('a live pipe: each packet is printed at once, and Ctrl-C ends it cleanly', async (t) => {
  const child = started(t, ['-', '-T', 'fields', '-e', 'frame.number', '-e', 'frame.len']);
  const writer = new PcapWriter({ linkType: 1 });
  const grow = (length: number): void => {
    writer.write({
      ...newFrame(),
      data: new Uint8Array(length),
      end: length,
      wireLength: length,
      linkType: 1,
    });
    child.stdin!.write(writer.take());
  };
  grow(60);
  assert.equal(await said(child), '1\t60\n');
  grow(90);
  assert.equal(await said(child), '2\t90\n');
  let errors = '';
  child.stderr!.on('data', (chunk) => {
    errors += chunk;
  });
  child.kill('SIGINT');
  const [status] = await once(child, 'exit');
  assert.equal(status, 130);
  assert.equal(errors, '');
});

test('Ctrl-C prints the statistics so far', async (t) => {
  const child = started(t, ['-', '-z', 'plen,tree', '-T', 'fields', '-e', 'frame.number']);
  const writer = new PcapWriter({ linkType: 1 });
  writer.write({ ...newFrame(), data: new Uint8Array(60), end: 60, wireLength: 60, linkType: 1 });
  child.stdin!.write(writer.take());
  assert.equal(await said(child), '1\n');
  let text = '';
  child.stdout!.on('data', (chunk) => {
    text += chunk;
  });
  child.kill('SIGINT');
  const [status] = await once(child, 'close');
  assert.equal(status, 130);
  assert.match(text, /Packet Lengths +1 /);
});

test('a closed pipe of the reader: no error, status 0', async (t) => {
  for (const args of [['-V'], ['-T', 'json'], ['-T', 'pdml'], []]) {
    const child = started(t, [sample, ...args]);
    let errors = '';
    child.stderr!.on('data', (chunk) => {
      errors += chunk;
    });
    await said(child);
    child.stdout!.destroy();
    const [status] = await once(child, 'exit');
    assert.equal(status, 0, args.join(' '));
    assert.equal(errors, '');
  }
});

test('help into a closed pipe: no error, status 0', async (t) => {
  const child = started(t, ['--help']);
  child.stdout!.destroy();
  let errors = '';
  child.stderr!.on('data', (chunk) => {
    errors += chunk;
  });
  const [status] = await once(child, 'close');
  assert.equal(status, 0);
  assert.equal(errors, '');
});

test('a truncated file: its packets, one line on standard error, status 1', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'eyrie-streams-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'cut.pcapng');
  writeFileSync(path, readFileSync(sample).subarray(0, 10_000));
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [eyrie, 'read', path, '-T', 'fields', '-e', 'frame.number'],
    { encoding: 'utf8' },
  );
  assert.equal(status, 1);
  assert.ok(stdout.split('\n').length > 10);
  assert.match(stderr, /^eyrie: .*cut\.pcapng: .*\n$/);
});

test('an unknown link type is reported once, and its packets are data', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'eyrie-streams-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'unknown.pcap');
  const writer = new PcapWriter({ linkType: 9999 });
  writer.write({ ...newFrame(), data: new Uint8Array(4), end: 4, wireLength: 4, linkType: 9999 });
  writeFileSync(path, writer.take());
  const { status, stderr } = spawnSync(process.execPath, [eyrie, 'read', path], { encoding: 'utf8' });
  assert.equal(status, 0);
  assert.match(stderr, /^eyrie: note: packets of link type 9999 are shown as data: .*\n$/);
});
