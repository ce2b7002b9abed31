// Visits as they stand on disk, many in one file: newest first, and each found whole, whatever stands around it.
import assert from 'node:assert/strict';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  truncateSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Account, Budget } from '../../src/honeypot/bounds.ts';
import { castOf, summaryOf } from '../../src/honeypot/cast.ts';
import { type SavedVisit, Segments } from '../../src/honeypot/segments.ts';
import { Tape } from '../../src/honeypot/tape.ts';
import { Visits } from '../../src/honeypot/visits.ts';

const root = mkdtempSync(join(tmpdir(), 'eyrie-visits-'));
after(() => rmSync(root, { recursive: true, force: true }));

function folderOf(name: string): { folder: string; sessions: string } {
  const folder = join(root, name);
  const sessions = join(folder, 'sessions');
  mkdirSync(sessions, { recursive: true });
  return { folder, sessions };
}

function visit(
  session: string,
  said: readonly (readonly ['i' | 'o', string])[],
  packets: string | null = null,
): SavedVisit {
  const time = 1_000_000;
  const tape = new Tape(1e6, time, new Account(new Budget(1e6)));
  said.forEach(([direction, text], i) => {
    tape.add(direction, Buffer.from(text), time + (i + 1) * 500);
  });
  const header = { session, protocol: 'telnet', source: '127.0.0.1:4000', port: 2323, time, meshTime: null };
  return {
    summary: summaryOf(tape, header),
    cast: castOf(tape, header),
    packets: packets === null ? null : Buffer.from(packets),
  };
}

const names = (found: readonly { session: string }[]) => found.map(({ session }) => session);

test('a missing folder has no visits', async () => {
  const visits = new Visits(join(root, 'nowhere'));
  assert.deepEqual(await visits.list(10), []);
  assert.equal(await visits.read('a1'), null);
});

test('visits are listed newest first, each complete', async () => {
  const { folder, sessions } = folderOf('whole');
  const segments = new Segments(sessions, 1e9);
  await segments.append([visit('a1', [['o', 'login: ']], 'first'), visit('mesh', [['i', 'ping']])]);
  await segments.append([
    visit(
      'b2',
      [
        ['i', 'root\r\n'],
        ['o', 'Password: '],
      ],
      'second',
    ),
  ]);
  assert.equal(readdirSync(sessions).length, 3, 'one file of casts, one of packets, one index');
  const visits = new Visits(folder);
  assert.deepEqual(names(await visits.list(10)), ['b2', 'mesh', 'a1']);
  assert.deepEqual(names(await visits.list(1)), ['b2']);
  const found = await visits.read('b2');
  assert.deepEqual([found?.seconds, found?.bytesIn, found?.bytesOut], [1, 6, 10]);
  assert.deepEqual(found?.events[0], { at: 0.5, direction: 'i', text: 'root\r\n' });
  assert.equal(String(await visits.packets('a1')), 'first');
  assert.equal(String(await visits.packets('b2')), 'second');
  for (const name of ['mesh', '../secret', 'b']) assert.equal(await visits.packets(name), null);
  await segments.append([visit('c3', [['i', 'x']])]);
  assert.deepEqual(names(await visits.list(10)), ['c3', 'b2', 'mesh', 'a1'], 'what came since is seen');
  assert.equal((await visits.read('c3'))?.events.length, 1);
});

test('a truncated file or a damaged line loses only its own visits', async () => {
  const { folder, sessions } = folderOf('damaged');
  const segments = new Segments(sessions, 1e9);
  await segments.append([visit('a1', [['o', 'login: ']]), visit('b2', [['o', 'login: ']])]);
  const [casts, index] = ['.casts', '.index'].map((kind) =>
    join(sessions, readdirSync(sessions).find((name) => name.endsWith(kind))!),
  );
  appendFileSync(
    index!,
    '{"session":"half\n{"session":7}\nnull\n{"session":"d4","cast":{"at":-1,"length":5},"packets":null}\n',
  );
  // As after a disk that was full: bytes of a record whose line in the index was never written.
  appendFileSync(casts!, '{"version":2');
  await segments.append([visit('c3', [['i', 'x']])]);
  const visits = new Visits(folder);
  assert.deepEqual(names(await visits.list(10)), ['c3', 'b2', 'a1']);
  assert.equal((await visits.read('c3'))?.events[0]?.text, 'x');
  truncateSync(casts!, 300);
  assert.equal(await new Visits(folder).read('c3'), null);
  assert.equal((await new Visits(folder).read('a1'))?.session, 'a1');
});

test('a failed write leaves nothing, so that files stay readable', async () => {
  const { folder, sessions } = folderOf('failed');
  const segments = new Segments(sessions, 1e9);
  await segments.append([visit('a1', [['o', 'login: ']], 'first')]);
  const [packets, index] = ['.pcapng', '.index'].map((kind) =>
    join(sessions, readdirSync(sessions).find((name) => name.endsWith(kind))!),
  );
  renameSync(index!, `${index}.away`);
  mkdirSync(index!);
  await assert.rejects(segments.append([visit('b2', [['o', 'login: ']], 'second')]), { code: 'EISDIR' });
  assert.equal(readFileSync(packets!, 'utf8'), 'first');
  rmdirSync(index!);
  renameSync(`${index}.away`, index!);
  await segments.append([visit('c3', [['i', 'x']], 'third')]);
  const visits = new Visits(folder);
  assert.deepEqual(names(await visits.list(10)), ['c3', 'a1']);
  assert.equal(String(await visits.packets('c3')), 'third');
});

test('a segment ends at its share of the disk limit', async () => {
  const { folder, sessions } = folderOf('share');
  const segments = new Segments(sessions, 16_000);
  const indices = () => readdirSync(sessions).filter((name) => name.endsWith('.index')).length;
  await segments.append([visit('a1', [['o', 'x'.repeat(2000)]])]);
  assert.equal(indices(), 1);
  await new Promise((done) => setTimeout(done, 5)); // They are named by the millisecond.
  await segments.append([visit('b2', [['o', 'y']])]);
  assert.equal(indices(), 2);
  assert.deepEqual(names(await new Visits(folder).list(10)), ['b2', 'a1']);
});
