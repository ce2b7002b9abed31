// Tests of writing captures: formats, atomic naming, errors, copied metadata.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { newFrame, newInterface, PcapngWriter } from '@eyrie/dissect/files';
import { createCapture, createGrowingCapture, formatOf, openCapture } from '../src/index.ts';
import { folderFor, frameNumber, readFile, upTo } from './support.ts';

test('the file name determines the output format', () => {
  assert.deepEqual(['a.pcap', 'a.CAP', 'a.dmp', 'a.pcapng', 'a', '-'].map(formatOf), [
    'pcap',
    'pcap',
    'pcap',
    'pcapng',
    'pcapng',
    'pcapng',
  ]);
});

test('a file gets its name when it is complete', async (t) => {
  const folder = folderFor(t);
  const path = join(folder, 'out.pcap');
  const output = await createCapture(path);
  for (let i = 0; i < 3000; i++) if (!output.write(frameNumber(i, 1500))) await output.flush();
  assert.deepEqual(readdirSync(folder).includes('out.pcap'), false);
  await output.close();
  assert.deepEqual(readdirSync(folder), ['out.pcap']);
  const { source, numbers, problem } = await readFile(path);
  assert.equal(problem, null);
  assert.equal(source.format, 'pcap');
  assert.deepEqual(numbers, upTo(3000));
  assert.equal(output.frameCount, 3000);
});

test('an abandoned output leaves no file', async (t) => {
  const folder = folderFor(t);
  const output = await createCapture(join(folder, 'out.pcapng'));
  output.write(frameNumber(0));
  await output.flush();
  await output.abandon();
  assert.deepEqual(readdirSync(folder), []);
});

test('a growing file can be read while it grows, and is kept when abandoned', async (t) => {
  const folder = folderFor(t);
  const path = join(folder, 'out.pcapng');
  const output = createGrowingCapture(path);
  assert.deepEqual(readdirSync(folder), ['out.pcapng']);
  output.write(frameNumber(0));
  await output.flush();
  output.write(frameNumber(1));
  const { byteCount } = output;
  // Returns once the first packet is on disk.
  await output.flush();
  assert.deepEqual((await readFile(path)).numbers.slice(0, 1), [0]);
  await output.abandon();
  assert.deepEqual((await readFile(path)).numbers, [0, 1]);
  assert.equal(readFileSync(path).length, byteCount);
  assert.throws(() => createGrowingCapture(path), { code: 'ERR_CAPTURE_EXISTS', message: /--force/ });
  assert.throws(() => createGrowingCapture(folder), { code: 'ERR_CAPTURE_IS_DIRECTORY' });
});

test('an existing file is not replaced without force', async (t) => {
  const folder = folderFor(t);
  const path = join(folder, 'out.pcap');
  writeFileSync(path, 'precious');
  await assert.rejects(createCapture(path), { code: 'ERR_CAPTURE_EXISTS', message: /--force/ });
  assert.equal(readFileSync(path, 'utf8'), 'precious');

  const forced = await createCapture(path, { force: true });
  forced.write(frameNumber(0));
  assert.equal(readFileSync(path, 'utf8'), 'precious');
  await forced.close();
  assert.deepEqual((await readFile(path)).numbers, [0]);
  assert.deepEqual(readdirSync(folder), ['out.pcap']);
});

test('a file that appears under the name meanwhile is not replaced', async (t) => {
  const folder = folderFor(t);
  const path = join(folder, 'out.pcap');
  const output = await createCapture(path);
  output.write(frameNumber(0));
  writeFileSync(path, 'precious');
  await assert.rejects(output.close(), { code: 'ERR_CAPTURE_EXISTS' });
  assert.deepEqual(readdirSync(folder), ['out.pcap']);
  assert.equal(readFileSync(path, 'utf8'), 'precious');
});

test('a file can be replaced by a filtered copy of itself', async (t) => {
  const path = join(folderFor(t), 'same.pcap');
  const first = await createCapture(path);
  for (let i = 0; i < 10; i++) first.write(frameNumber(i));
  await first.close();

  const source = await openCapture(path);
  const output = await createCapture(path, { force: true, from: source.reader });
  const frame = newFrame();
  for await (const reader of source.chunks()) {
    while (reader.next(frame)) if (frame.number % 2 === 0) output.write(frame);
  }
  await output.close();
  assert.deepEqual((await readFile(path)).numbers, [1, 3, 5, 7, 9]);
});

test('paths that cannot be written to are errors', async (t) => {
  const folder = folderFor(t);
  mkdirSync(join(folder, 'there'));
  for (const [name, code] of [
    ['nowhere/out.pcap', 'ERR_CAPTURE_NOT_WRITABLE'],
    ['there', 'ERR_CAPTURE_IS_DIRECTORY'],
  ]) {
    await assert.rejects(createCapture(join(folder, name!)), { code });
  }
});

test('a device is written to directly', { skip: process.platform === 'win32' && 'no /dev' }, async () => {
  const output = await createCapture('/dev/null');
  output.write(frameNumber(0));
  await output.close();
});

test('a full disk is a one-line error', {
  skip: process.platform !== 'linux' && 'needs /dev/full',
}, async () => {
  const output = await createCapture('/dev/full');
  output.write(frameNumber(0));
  await assert.rejects(output.close(), { code: 'ERR_CAPTURE_WRITE', message: /disk is full/ });
});

test('a second link type in a pcap file is an error that suggests pcapng', async (t) => {
  const output = await createCapture(join(folderFor(t), 'out.pcap'));
  output.write(frameNumber(0));
  const other = { ...frameNumber(1), linkType: 113 };
  assert.throws(() => output.write(other), { code: 'ERR_CAPTURE_LINK_TYPE', message: /\.pcapng/ });
  await output.abandon();
});

test('a capture without packets is a valid file', async (t) => {
  const folder = folderFor(t);
  for (const name of ['none.pcap', 'none.pcapng']) {
    const output = await createCapture(join(folder, name));
    await output.close();
    const { numbers, problem } = await readFile(join(folder, name));
    assert.deepEqual([numbers, problem], [[], null]);
  }
});

test('interfaces, names, keys, comments and statistics are copied with the packets', async (t) => {
  const folder = folderFor(t);
  const [first, second] = [newInterface(0, 0, 1), newInterface(1, 0, 113)];
  const statistics = { ...emptyStatistics, received: 7 };
  const described = { ...second, name: 'any', ticksPerSecond: 1e9, statistics };
  const writer = new PcapngWriter({ comments: ['a Monday'] });
  writer.addInterface(first);
  writer.addInterface(described);
  writer.addNames([{ address: Uint8Array.of(10, 0, 0, 1), names: ['host'] }]);
  writer.addSecrets({ kind: 1, data: Uint8Array.of(1, 2, 3) });
  writer.write({ ...frameNumber(0), linkType: 113, nanoseconds: 5 }, described, ['a remark', 'another']);
  writer.write(frameNumber(1), first);
  writer.addStatistics(described);
  writeFileSync(join(folder, 'in.pcapng'), writer.take());

  const source = await openCapture(join(folder, 'in.pcapng'));
  const extra = {
    comments: ['with names'],
    names: [{ address: Uint8Array.of(10, 0, 0, 2), names: ['a', 'b'] }],
  };
  const output = await createCapture(join(folder, 'out.pcapng'), { ...extra, from: source.reader });
  const frame = newFrame();
  for await (const reader of source.chunks()) while (reader.next(frame)) output.write(frame);
  await output.close();

  const before = source.reader;
  const { reader: after, numbers } = await readFile(join(folder, 'out.pcapng'));
  assert.deepEqual(numbers, [0, 1]);
  assert.deepEqual(after.interfaces, before.interfaces);
  assert.deepEqual(after.names, [...extra.names, ...before.names]);
  assert.deepEqual(after.sections[0]?.comments, ['a Monday', 'with names']);
  assert.deepEqual(after.secrets, before.secrets);
  assert.deepEqual(after.comments, before.comments);
});

const emptyStatistics = {
  startTime: null,
  endTime: null,
  received: null,
  dropped: null,
  accepted: null,
  droppedBySystem: null,
  delivered: null,
};
