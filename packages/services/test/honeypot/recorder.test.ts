// What is written of visits, also when the disk is slow or gone.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { CaptureReader, newFrame } from '@eyrie/dissect/files';
import fc from 'fast-check';
import { Account, Budget } from '../../src/honeypot/bounds.ts';
import type { HoneypotEvent } from '../../src/honeypot/index.ts';
import { packetsOf } from '../../src/honeypot/packets.ts';
import { Recorder } from '../../src/honeypot/recorder.ts';
import { PLAYED, SENT, Tape } from '../../src/honeypot/tape.ts';

const root = mkdtempSync(join(tmpdir(), 'eyrie-recorder-'));
after(() => rmSync(root, { recursive: true, force: true }));

const event: HoneypotEvent = {
  ...{ type: 'connect', time: 0, session: 's', protocol: 'tcp', sourceAddress: '192.0.2.1' },
  ...{ meshTime: null, sourcePort: 4000, address: '192.0.2.2', port: 23 },
} as HoneypotEvent;

async function recorderIn(name: string, queueBytesMax: number): Promise<Recorder> {
  const folder = join(root, name);
  const recorder = new Recorder({ folder, log: join(folder, 'log'), diskBytesMax: 1e9, queueBytesMax });
  await recorder.open();
  return recorder;
}

test('all events of a burst are written in order', async () => {
  const recorder = await recorderIn('many', 1e9);
  for (let i = 0; i < 5000; i++) {
    recorder.event({ ...event, session: String(i) });
    if (i % 1000 === 0) await new Promise((done) => setTimeout(done, 1));
  }
  await recorder.close();
  const lines = readFileSync(join(root, 'many', 'log'), 'utf8')
    .trimEnd()
    .split('\n');
  assert.deepEqual(
    lines.map((line) => JSON.parse(line)['eyrie.session']),
    Array.from({ length: 5000 }, (_, i) => String(i)),
  );
  assert.deepEqual([recorder.written, recorder.lost], [5000, 0]);
});

test('records beyond the queue are lost and counted, and do not fill memory', async () => {
  const recorder = await recorderIn('slow', 10_000);
  // All in one turn: nothing can be written in between.
  for (let i = 0; i < 1000; i++) recorder.event(event);
  for (let i = 0; i < 100; i++) recorder.keep(Buffer.alloc(1000, i));
  await recorder.close();
  assert.equal(recorder.written + recorder.lost, 1100);
  assert.ok(recorder.lost > 1000);
  assert.equal(readdirSync(join(root, 'slow', 'files')).length, 10);
});

test('a steady stream of sessions does not delay events', async () => {
  const recorder = await recorderIn('turns', 700_000);
  const header = {
    session: 's',
    protocol: 'ftp',
    source: '192.0.2.1:4000',
    port: 21,
    time: 0,
    meshTime: null,
  };
  const summary = { ...header, seconds: 0, bytesIn: 0, bytesOut: 0 };
  let left = 20;
  const record = {
    heldBytes: 300_000,
    saved: () => {
      // Another is there before this one is on disk.
      queueMicrotask(() => {
        recorder.event({ ...event, command: 'x'.repeat(100_000) });
        if (--left > 0) recorder.session(record);
      });
      return { summary, cast: '', packets: null };
    },
  };
  recorder.session(record);
  await recorder.close();
  assert.deepEqual([recorder.written, recorder.lost], [40, 0]);
});

test('a missing folder loses records, and the honeypot continues', async () => {
  const recorder = await recorderIn('gone', 1e6);
  rmSync(join(root, 'gone'), { recursive: true });
  recorder.event(event);
  recorder.keep(Buffer.from('x'));
  await recorder.close();
  assert.deepEqual([recorder.written, recorder.lost], [0, 2]);
});

test('the packets of a visit contain the bytes sent, and nothing that was only displayed', () => {
  const ends = { sourceAddress: '2001:db8::2', sourcePort: 4000, address: '2001:db8::1', port: 23 };
  const piece = fc.record({
    isOut: fc.boolean(),
    shown: fc.constantFrom(PLAYED, SENT, PLAYED | SENT),
    bytes: fc.uint8Array({ maxLength: 4000 }),
  });
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const tape = new Tape(1e6, 1000, new Account(new Budget(1e9)));
      for (const { isOut, shown, bytes } of pieces) tape.add(isOut ? 'o' : 'i', bytes, 2000, shown);
      const reader = new CaptureReader();
      reader.feed(packetsOf(tape, ends, '', 1000, 3000));
      reader.finish();
      const said = { 4000: '', 23: '' };
      const frame = newFrame();
      while (reader.next(frame)) {
        const { data, start, end } = frame;
        const port = (data[start + 40]! << 8) | data[start + 41]!;
        said[port as 23] += Buffer.from(data.subarray(start + 60, end)).toString('latin1');
      }
      const wanted = (isOut: boolean) =>
        pieces
          .filter((each) => each.isOut === isOut && (each.shown & SENT) !== 0)
          .map(({ bytes }) => Buffer.from(bytes).toString('latin1'))
          .join('');
      assert.deepEqual(said, { 4000: wanted(false), 23: wanted(true) });
    }),
    { numRuns: 50 },
  );
});
