import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, openSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { readAhead } from '../src/read-ahead.ts';
import { folderFor } from './support.ts';

const CHUNK = 100;

function fileOf(t: TestContext, bytes: number): { path: string; expected: Buffer } {
  const path = join(folderFor(t), 'file');
  const expected = Buffer.from(Array.from({ length: bytes }, (_, i) => i % 251));
  writeFileSync(path, expected);
  return { path, expected };
}

describe('a file that is read ahead', () => {
  it('comes whole, in chunks, whatever its size', async (t) => {
    for (const size of [0, 1, 99, 100, 101, 499, 500, 501, 900, 901, 1299, 1300, 4321]) {
      const { path, expected } = fileOf(t, size);
      const chunks: Buffer[] = [];
      for await (const chunk of readAhead(openSync(path, 'r'), CHUNK)) {
        assert.ok(chunk.length > 0 && chunk.length <= CHUNK);
        chunks.push(Buffer.from(chunk));
      }
      assert.deepEqual(Buffer.concat(chunks), expected);
    }
  });

  it('that grows meanwhile comes with what was added', async (t) => {
    const { path, expected } = fileOf(t, 150);
    const chunks: Buffer[] = [];
    for await (const chunk of readAhead(openSync(path, 'r'), CHUNK)) {
      chunks.push(Buffer.from(chunk));
      if (chunks.length === 1) appendFileSync(path, expected);
    }
    assert.deepEqual(Buffer.concat(chunks), Buffer.concat([expected, expected]));
  });

  it('is closed once it is left, though a read is pending', async (t) => {
    if (!existsSync('/proc/self/fd')) return t.skip('needs /proc');
    const { path } = fileOf(t, 10_000);
    for await (const chunk of readAhead(openSync(path, 'r'), CHUNK)) {
      assert.equal(chunk.length, CHUNK);
      break;
    }
    const open = readdirSync('/proc/self/fd').map((each) => {
      try {
        return readlinkSync(`/proc/self/fd/${each}`);
      } catch {
        return '';
      }
    });
    assert.ok(!open.includes(path));
  });

  it('fails for its caller, and nobody else, if that is busy while a read fails', async (t) => {
    if (!existsSync('/proc/self/maps')) return t.skip('needs /proc');
    // Reading the mappings of a process that has ended fails with ESRCH.
    const child = spawn('sleep', ['60']);
    await once(child, 'spawn');
    const chunks = readAhead(openSync(`/proc/${child.pid}/maps`, 'r'), CHUNK);
    await chunks.next();
    child.kill();
    await once(child, 'exit');
    const rest = (async () => {
      for await (const _ of chunks) await pause(20);
    })();
    await assert.rejects(rest, { code: 'ESRCH' });
  });
});
