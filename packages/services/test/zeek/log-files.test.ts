import assert from 'node:assert/strict';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openCapture } from '@eyrie/capture';
import { newFrame } from '@eyrie/dissect';
import { rowsOfZeek } from '../../../../test/support/zeek.ts';
import { PacketParser } from '../../src/parser/index.ts';
import { LogFiles, type LogKind } from '../../src/zeek/index.ts';

const OFFICE = join(import.meta.dirname, '../../../../samples/office-hour.pcapng');
const numbers: LogKind<number> = { path: 'numbers', columns: [['n', 'count', (n) => n]] };

function temporary(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'eyrie-logs-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('a file is put aside after its time, and deleted after another; nothing is lost between', (t) => {
  const folder = temporary(t);
  let now = new Date(2026, 10, 22, 8, 0, 0).getTime();
  const options = { folder, format: 'tsv', rotateSeconds: 3600, keepSeconds: 7200, now: () => now } as const;
  const files = new LogFiles(options);
  files.write(numbers, 1);
  now += 3_599_000;
  files.flush();
  assert.deepEqual(readdirSync(folder), ['numbers.log']);
  now += 1000;
  files.flush();
  files.write(numbers, 2);
  files.close();
  const aside = 'numbers.2026-11-22-08-00-00.log';
  assert.deepEqual(readdirSync(folder).sort(), [aside, 'numbers.log']);
  const rows = (name: string) => rowsOfZeek(readFileSync(join(folder, name), 'utf8'))!.rows;
  assert.deepEqual([...rows(aside), ...rows('numbers.log')], [{ n: '1' }, { n: '2' }]);
  // The next run keeps what this one left, under the time when it was written last.
  utimesSync(join(folder, 'numbers.log'), now / 1000, now / 1000);
  utimesSync(join(folder, aside), now / 1000 - 7201, now / 1000 - 7201);
  const again = new LogFiles(options);
  again.write(numbers, 3);
  now += 3_600_000;
  again.flush();
  again.close();
  assert.deepEqual(readdirSync(folder).sort(), [
    'numbers.2026-11-22-09-00-00.1.log',
    'numbers.2026-11-22-09-00-00.log',
  ]);
});

test('rows that cannot be written are counted, and said once', (t) => {
  const folder = temporary(t);
  const troubles: string[] = [];
  const files = new LogFiles({ folder, format: 'json', onTrouble: (trouble) => troubles.push(trouble) });
  rmSync(folder, { recursive: true });
  files.write(numbers, 1);
  files.write(numbers, 2);
  files.close();
  assert.equal(files.dropped, 2);
  assert.equal(troubles.length, 1);
  assert.match(troubles[0]!, /ENOENT/);
});

test('files of logs that nothing comes for any more are deleted as well, and none of others', (t) => {
  const folder = temporary(t);
  const old = ['ssh.2026-11-22-08-00-00.log', 'ssh.2026-11-22-08-00-00.1.log'];
  const foreign = ['mine.2026-11-22-08-00-00.log', 'ssh.log', 'ssh.2026.log'];
  for (const name of [...old, ...foreign]) {
    writeFileSync(join(folder, name), '');
    utimesSync(join(folder, name), 1, 1);
  }
  let now = 1_000_000;
  const times = { rotateSeconds: 10, keepSeconds: 100, now: () => now } as const;
  const files = new LogFiles({ folder, format: 'tsv', paths: ['numbers', 'ssh'], ...times });
  files.write(numbers, 1);
  now += 10_000;
  files.flush();
  const left = readdirSync(folder);
  for (const name of old) assert.ok(!left.includes(name), name);
  for (const name of foreign) assert.ok(left.includes(name), name);
});

test('what was put aside is deleted at its time also where no file is put aside any more', (t) => {
  const folder = temporary(t);
  const aside = join(folder, 'ssh.2026-11-22-08-00-00.log');
  writeFileSync(aside, '');
  utimesSync(aside, 1000, 1000);
  let now = 1_050_000;
  const times = { rotateSeconds: 0, keepSeconds: 100, now: () => now } as const;
  const files = new LogFiles({ folder, format: 'tsv', paths: ['ssh'], ...times });
  files.flush();
  assert.deepEqual(readdirSync(folder).length, 1);
  now += 60_000;
  files.flush();
  assert.deepEqual(readdirSync(folder), []);
});

test('on a full disk rows are dropped and counted, which is said once', (t) => {
  const folder = temporary(t);
  symlinkSync('/dev/full', join(folder, 'numbers.log'));
  const troubles: string[] = [];
  const files = new LogFiles({ folder, format: 'tsv', onTrouble: (trouble) => troubles.push(trouble) });
  files.write(numbers, 1);
  files.flush();
  files.write(numbers, 2);
  files.flush();
  files.close();
  assert.equal(files.dropped, 2);
  assert.deepEqual(files.rows, new Map());
  assert.equal(troubles.length, 1);
  assert.match(troubles[0]!, /ENOSPC/);
  unlinkSync(join(folder, 'numbers.log'));
});

test('the parser writes the logs of what it stores', async (t) => {
  const folder = temporary(t);
  const logs = { folder, format: 'json', rotateSeconds: 3600, keepSeconds: 0 } as const;
  const parser = new PacketParser({ logs });
  const source = await openCapture(OFFICE);
  const frame = newFrame();
  let flows = 0;
  for await (const reader of source.chunks()) {
    parser.interfaces = source.reader.interfaces;
    while (reader.next(frame)) {
      if (!parser.hasBatch) parser.begin();
      parser.add(frame);
      if (parser.isFull) flows += parser.take().flows.length;
    }
  }
  parser.end();
  flows += parser.take().flows.length;
  parser.close();
  const names = readdirSync(folder);
  for (const name of ['conn.log', 'dns.log', 'http.log', 'ssl.log', 'ssh.log', 'files.log'])
    assert.ok(names.includes(name), name);
  const rows = readFileSync(join(folder, 'conn.log'), 'utf8').trim().split('\n');
  const transports = rows
    .map((row) => JSON.parse(row).proto)
    .filter((proto) => proto === 'tcp' || proto === 'udp');
  // Zeek ends a connection after a minute without a packet, so that it has some more.
  assert.ok(transports.length >= flows, `${transports.length} connections of ${flows} conversations`);
});
