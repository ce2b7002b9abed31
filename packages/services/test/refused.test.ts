// What the store refuses is put aside: as it was, or encrypted, for a time, until it is full; and found by an erasure.
import assert from 'node:assert/strict';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { isVault, makeKeyFile, VaultKey } from '@eyrie/capture';
import { PacketBatch } from '@eyrie/dissect';
import { encodeStoreBody } from '../src/bus/batch-body.ts';
import { silentLog } from '../src/log/index.ts';
import { eraseRefused, type Fate, RefusedBodies, type RefusedOptions } from '../src/refused/index.ts';

const DAY_MS = 86_400_000;

function inFolder(work: (folder: string) => void | Promise<void>): () => Promise<void> {
  return async () => {
    const parent = mkdtempSync(join(tmpdir(), 'eyrie-refused-'));
    const folder = join(parent, 'refused');
    try {
      await work(folder);
    } finally {
      rmSync(parent, { recursive: true });
    }
  };
}

function bodies(folder: string | null, options: RefusedOptions = {}) {
  const lines: string[] = [];
  const log = { ...silentLog, error: (line: string) => void lines.push(line) };
  return { lines, refused: new RefusedBodies(folder, log, { key: null, ...options }) };
}

function add(refused: RefusedBodies, sequence: number, body: Uint8Array = Buffer.from('abc')): Fate {
  return refused.add({ source: 'live:../eth0', sequence, packets: 5, body: () => body, reason: 'never' });
}

/** One packet between two addresses, and a name. */
function body(from: number, to: number, name = '', outer = '>'): Uint8Array {
  const packets = new PacketBatch(1);
  packets.length = 1;
  packets.texts.push('UDP', 'eth:ip:udp', outer);
  packets.outer[0] = 2;
  packets.addressKind[0] = 2;
  packets.source.set([10, 0, 0, from]);
  packets.destination.set([10, 0, 0, to]);
  const names = name === '' ? [] : [{ address: name, name: 'a.example', source: 'dns', time: 1 } as const];
  return encodeStoreBody(
    { source: 'live:x', sequence: 1, flows: [], names, findings: [], drops: [], packets },
    packets,
    null,
  );
}

/** Without what tells two of one number apart. */
function kept(folder: string): string[] {
  return readdirSync(folder)
    .map((name) => name.replace(/-\w{8}\.batch$/, ''))
    .sort();
}

describe('bodies that were refused', () => {
  it(
    'are kept in a folder, as they were, until it is full; then counted',
    inFolder((folder) => {
      const { lines, refused } = bodies(folder, { filesMax: 2 });
      add(refused, 7);
      // What was there before counts, too.
      const { refused: restarted, lines: later } = bodies(folder, { filesMax: 2 });
      for (const sequence of [8, 9]) add(restarted, sequence);
      assert.deepEqual(kept(folder), ['live_.._eth0-7', 'live_.._eth0-8']);
      assert.equal(readFileSync(join(folder, readdirSync(folder)[0]!), 'utf8'), 'abc');
      assert.deepEqual(restarted.counts, { bodies: 2, packets: 10, notKept: 1 });
      assert.match(
        lines[0]!,
        /^live:..\/eth0: 5 packets are not stored.*never; put aside as .*-7-\w{8}\.batch$/,
      );
      assert.match(later[1]!, /not kept, for .* is full/);
    }),
  );

  it(
    'stay beside others of their number, once each',
    inFolder((folder) => {
      const { refused } = bodies(folder);
      for (const text of ['packets', 'drops', 'packets']) add(refused, 7, Buffer.from(text));
      assert.deepEqual(
        readdirSync(folder)
          .map((name) => readFileSync(join(folder, name), 'utf8'))
          .sort(),
        ['drops', 'packets'],
      );
    }),
  );

  it(
    'that cannot be deleted, or looked at, end nobody',
    inFolder(async (folder) => {
      mkdirSync(join(folder, 'folder.batch'), { recursive: true });
      const lines: string[] = [];
      const log = { ...silentLog, warn: (line: string) => void lines.push(line) };
      new RefusedBodies(folder, log, { key: null, now: () => Date.now() + 8 * DAY_MS }).keepTidy()();
      assert.match(lines[0]!, /^cannot delete what is too old of .*refused: /);
      const file = join(folder, 'no-folder');
      writeFileSync(file, '');
      new RefusedBodies(file, log, { key: null }).keepTidy()();
      assert.equal(lines.length, 2);
      assert.deepEqual(await eraseRefused(file, '10.0.0.1'), { deleted: 0, unread: [file] });
    }),
  );

  it(
    'go after a week',
    inFolder((folder) => {
      mkdirSync(folder);
      const now = Date.now();
      for (const [name, days] of [
        ['old.batch', 8],
        ['new.batch', 6],
        ['old.txt', 8],
      ] as const) {
        writeFileSync(join(folder, name), 'x');
        utimesSync(join(folder, name), now / 1000, (now - days * DAY_MS) / 1000);
      }
      bodies(folder, { now: () => now }).refused.keepTidy()();
      assert.deepEqual(readdirSync(folder).sort(), ['new.batch', 'old.txt']);
    }),
  );

  it('of a store that takes none are not all put aside: it is sick, until it takes one', () => {
    const { refused, lines } = bodies(null);
    const kept = Array.from({ length: 20 }, (_, i) => add(refused, i));
    assert.deepEqual(kept, [...Array(8).fill('lost'), ...Array(12).fill('retry')]);
    assert.equal(refused.trouble, 'the store refuses everything: never');
    assert.equal(lines.filter((line) => /8 batches in a row/.test(line)).length, 1);
    refused.taken();
    assert.deepEqual([refused.trouble, add(refused, 21)], [null, 'lost']);
  });

  it(
    'are found by the address that they name, and deleted, encrypted or not',
    inFolder(async (folder) => {
      const keyFile = join(mkdtempSync(join(tmpdir(), 'eyrie-key-')), 'key');
      makeKeyFile(keyFile);
      const key = VaultKey.fromFile(keyFile);
      const { refused: plain } = bodies(folder);
      add(plain, 1, body(1, 2));
      add(plain, 2, body(3, 4, '2001:db8::1'));
      add(plain, 3);
      const { refused: locked } = bodies(folder, { key });
      add(locked, 4, body(1, 5));
      const left = (): string[] => kept(folder).map((name) => name.at(-1)!);
      const numberOf = (path: string): string => /(\d+)-\w+\.batch$/.exec(path)![1]!;
      assert.ok(
        isVault(readFileSync(join(folder, readdirSync(folder).find((name) => numberOf(name) === '4')!))),
      );
      // What can't be read is named, and left.
      const one = await eraseRefused(folder, '10.0.0.1');
      assert.deepEqual(
        [one.deleted, one.unread.map(numberOf).sort(), left()],
        [1, ['3', '4'], ['2', '3', '4']],
      );
      const before = process.env.EYRIE_CAPTURE_KEY;
      process.env.EYRIE_CAPTURE_KEY = keyFile;
      try {
        assert.equal((await eraseRefused(folder, '10.0.0.1')).deleted, 1);
      } finally {
        if (before === undefined) delete process.env.EYRIE_CAPTURE_KEY;
        else process.env.EYRIE_CAPTURE_KEY = before;
        rmSync(dirname(keyFile), { recursive: true });
      }
      assert.equal((await eraseRefused(folder, '2001:DB8:0::1')).deleted, 1);
      assert.deepEqual(left(), ['3']);
      add(plain, 5, body(1, 2, '::ffff:192.0.2.7'));
      assert.equal((await eraseRefused(folder, '::FFFF:c000:207')).deleted, 1);
      add(plain, 6, body(1, 2, '', '198.51.100.1 2001:db8::5>198.51.100.2'));
      assert.equal((await eraseRefused(folder, '2001:db8::5')).deleted, 1);
      assert.deepEqual(await eraseRefused(join(folder, 'none'), '10.0.0.1'), { deleted: 0, unread: [] });
    }),
  );
});
