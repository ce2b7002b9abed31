// Visits as they stand on disk: newest first, and nothing but records is read.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Account, Budget } from '../../src/honeypot/bounds.ts';
import { castOf } from '../../src/honeypot/cast.ts';
import { Tape } from '../../src/honeypot/tape.ts';
import { Visits } from '../../src/honeypot/visits.ts';

const folder = mkdtempSync(join(tmpdir(), 'eyrie-visits-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function record(session: string, time: number, said: readonly (readonly ['i' | 'o', string])[]): void {
  const tape = new Tape(1e6, time, new Account(new Budget(1e6)));
  said.forEach(([direction, text], i) => {
    tape.add(direction, Buffer.from(text), time + (i + 1) * 500);
  });
  const path = join(folder, 'sessions', `${session}.cast`);
  const header = { session, protocol: 'telnet', source: '127.0.0.1:4000', port: 2323, time, meshTime: null };
  writeFileSync(path, castOf(tape, header));
  utimesSync(path, time / 1000, time / 1000);
}

test('a folder that is not there yet has no visits', async () => {
  const visits = new Visits(join(folder, 'nowhere'));
  assert.deepEqual(await visits.list(10), []);
  assert.equal(await visits.read('a1'), null);
});

test('the newest visits first, what is no record left out, and one read whole', async () => {
  mkdirSync(join(folder, 'sessions'));
  record('a1', 1_000_000, [['o', 'login: ']]);
  record('b2', 2_000_000, [
    ['i', 'root\r\n'],
    ['o', 'Password: '],
  ]);
  writeFileSync(join(folder, 'sessions', 'c3.cast'), 'no record\n');
  writeFileSync(join(folder, 'secret.cast'), '');
  const visits = new Visits(folder);
  const sessions = (found: readonly { session: string }[]) => found.map(({ session }) => session);
  assert.deepEqual(sessions(await visits.list(10)), ['b2', 'a1']);
  assert.deepEqual(sessions(await visits.list(1)), ['b2']);
  const found = await visits.read('b2');
  assert.deepEqual([found?.seconds, found?.bytesIn, found?.bytesOut], [1, 6, 10]);
  assert.deepEqual(found?.events[0], { at: 0.5, direction: 'i', text: 'root\r\n' });
  assert.equal(await visits.read('c3'), null);
  assert.equal(await visits.read('../secret'), null);
  writeFileSync(join(folder, 'sessions', 'b2.pcapng'), 'packets');
  assert.equal(String(await visits.packets('b2')), 'packets');
  for (const name of ['a1', '../secret', 'b2.pcapng']) assert.equal(await visits.packets(name), null);
});
