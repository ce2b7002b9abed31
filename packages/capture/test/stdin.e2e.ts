// Tests of captures from stdin and named pipes, in child processes.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { spawnChild } from '../../../test/support/children.ts';
import { folderFor, pcapBytes } from './support.ts';

/** A program that prints each packet's number at once, and stops after as many packets as its argument says. */
const program = `
  const { openCapture } = await import(${JSON.stringify(join(import.meta.dirname, '../src/index.ts'))});
  const { newFrame } = await import('@eyrie/dissect/files');
  const wanted = Number(process.argv[1] ?? Infinity);
  const frame = newFrame();
  try {
    const source = await openCapture('-');
    loop: for await (const reader of source.chunks()) {
      while (reader.next(frame)) {
        console.log(frame.number);
        if (frame.number >= wanted) break loop;
      }
    }
    console.log('end', source.reader.problem?.code ?? 'well');
  } catch (error) {
    console.log(error.code);
  }
`;

function start(wanted = '', stdin: 'pipe' | number = 'pipe') {
  const child = spawnChild(
    process.execPath,
    ['--input-type=module', '-e', program, ...(wanted ? [wanted] : [])],
    {
      cwd: import.meta.dirname,
      stdio: [stdin, 'pipe', 'inherit'],
    },
  );
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  const line = async () => (await lines.next()).value as string | undefined;
  const exit = once(child, 'exit');
  return { child, line, exit };
}

test('packets of a growing stdin are delivered as soon as they are complete', async () => {
  const { child, line, exit } = start();
  const bytes = pcapBytes(3);
  child.stdin!.write(bytes.subarray(0, 24 + 76));
  assert.equal(await line(), '1');
  child.stdin!.write(bytes.subarray(100, 150));
  child.stdin!.write(bytes.subarray(150, 180));
  assert.equal(await line(), '2');
  child.stdin!.end(bytes.subarray(180));
  assert.deepEqual([await line(), await line()], ['3', 'end well']);
  await exit;
});

test('stdin may be compressed, and truncated', async () => {
  const compressed = gzipSync(pcapBytes(2));
  for (const [bytes, last] of [
    [compressed, 'end well'],
    [compressed.subarray(0, compressed.length - 4), 'end truncated'],
  ] as const) {
    const { child, line, exit } = start();
    child.stdin!.end(bytes);
    assert.deepEqual([await line(), await line(), await line()], ['1', '2', last]);
    await exit;
  }
});

test('reading stdin can stop before its end', async () => {
  for (const bytes of [pcapBytes(3), gzipSync(pcapBytes(30_000))]) {
    const { child, line, exit } = start('2');
    child.stdin!.on('error', () => {});
    child.stdin!.write(bytes);
    assert.deepEqual([await line(), await line(), await line()], ['1', '2', 'end well']);
    assert.deepEqual(await exit, [0, null]);
    child.stdin!.destroy();
  }
});

test('stdin may be a file, or empty', async (t) => {
  const path = join(folderFor(t), 'a.pcap');
  writeFileSync(path, pcapBytes(1));
  const fromFile = start('', openSync(path, 'r'));
  assert.deepEqual([await fromFile.line(), await fromFile.line()], ['1', 'end well']);
  await fromFile.exit;
  const nothing = start();
  nothing.child.stdin!.end();
  assert.equal(await nothing.line(), 'ERR_CAPTURE_EMPTY');
  await nothing.exit;
});
