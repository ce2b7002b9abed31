// `eyrie read -b`: the series of files, without an interface.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openCapture } from '@eyrie/capture';
import { newFrame } from '@eyrie/dissect/files';
import { conditions } from '../src/read/conditions.ts';
import { RingPrinter, ringName, untilMultiple } from '../src/read/ring.ts';

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'eyrie-ring-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

test('ring files are named as by dumpcap', () => {
  const date = new Date(2026, 0, 1, 12, 0, 0);
  const cases: [string, number, string][] = [
    ['/tmp/a.b/office.pcapng', 1, '/tmp/a.b/office_00001_20260101120000.pcapng'],
    ['office.tar.pcap', 99_999, 'office.tar_99999_20260101120000.pcap'],
    ['x/office', 100_000, 'x/office_00000_20260101120000'],
    ['/office.pcap', 2, '/office_00002_20260101120000.pcap'],
  ];
  for (const [path, number, name] of cases) assert.equal(ringName(path, number, date), name);
});

async function numbersIn(path: string): Promise<number[]> {
  const source = await openCapture(path);
  const frame = newFrame();
  const lengths: number[] = [];
  for await (const reader of source.chunks()) while (reader.next(frame)) lengths.push(frame.wireLength);
  assert.equal(source.reader.problem, null);
  return lengths;
}

/** Packets of 1, 2, 3 … bytes, until the ring is full or `count` is reached. */
async function written(path: string, stops: string[], switches: string[], count: number): Promise<boolean> {
  const { ring } = conditions(stops, switches, path);
  let isEnded = false;
  const printer = new RingPrinter(path, ring!, {}, () => {
    isEnded = true;
  });
  const frame = newFrame();
  for (let i = 1; i <= count && !isEnded; i++) {
    Object.assign(frame, {
      number: i,
      data: new Uint8Array(i),
      start: 0,
      end: i,
      wireLength: i,
      linkType: 1,
    });
    printer.see(undefined as never, frame);
    if (i % 3 === 0) await printer.drain();
  }
  await printer.finish();
  return isEnded;
}

test('the oldest ring files are deleted, and the others are complete', async (t) => {
  const folder = folderFor(t);
  assert.equal(await written(join(folder, 'a.pcapng'), [], ['packets:4', 'files:2'], 18), false);
  const names = readdirSync(folder).sort();
  assert.deepEqual(
    names.map((name) => name.replace(/\d{14}/, 'DATE')),
    ['a_00004_DATE.pcapng', 'a_00005_DATE.pcapng'],
  );
  assert.deepEqual(await numbersIn(join(folder, names[0]!)), [13, 14, 15, 16]);
  assert.deepEqual(await numbersIn(join(folder, names[1]!)), [17, 18]);
});

test('-a files: and filesize: end the capture after the packet that reaches them', async (t) => {
  const folder = folderFor(t);
  assert.equal(await written(join(folder, 'a.pcap'), ['files:2'], ['packets:3'], 100), true);
  const [first = '', second = ''] = readdirSync(folder).sort();
  assert.deepEqual(await numbersIn(join(folder, first)), [1, 2, 3]);
  assert.deepEqual(await numbersIn(join(folder, second)), [4, 5, 6]);

  const one = join(folder, 'one.pcap');
  assert.equal(await written(one, ['filesize:1'], [], 100), true);
  const lengths = await numbersIn(one);
  const bytes = 24 + lengths.reduce((sum, length) => sum + 16 + length, 0);
  assert.ok(bytes >= 1000 && bytes - 16 - lengths.length < 1000, `${bytes} bytes`);
});

test('a file ends by its time limit, also without packets', async (t) => {
  const folder = folderFor(t);
  const path = join(folder, 'a.pcapng');
  const { ring } = conditions(['files:2'], ['duration:0.01'], path);
  const printer = await new Promise<RingPrinter>((resolve) => {
    const printer = new RingPrinter(path, ring!, {}, () => resolve(printer));
  });
  await printer.finish();
  assert.equal(readdirSync(folder).length, 2);
});

test('an existing file is not replaced', (t) => {
  const path = join(folderFor(t), 'one.pcap');
  writeFileSync(path, 'precious');
  const { ring } = conditions(['filesize:1'], [], path);
  assert.throws(() => new RingPrinter(path, ring!, {}, () => {}), /--force/);
});

test('conditions without effect are refused', () => {
  const cases: [string[], string[], string | undefined, RegExp][] = [
    [['10'], [], 'x', /-a 10: write it as duration:10/],
    [['weeks:10'], [], 'x', /there are duration, filesize, files, packets/],
    [['packets:1.5'], [], 'x', /a whole number above 0/],
    [['duration:0'], [], 'x', /seconds above 0/],
    [['files:2'], [], 'x', /goes with -b/],
    [['filesize:2'], [], undefined, /goes with -w/],
    [[], ['files:2'], 'x', /say when a file ends/],
    [[], ['packets:2'], '-', /goes with -w FILE/],
  ];
  for (const [stops, switches, write, problem] of cases)
    assert.throws(() => conditions(stops, switches, write), problem);
  assert.deepEqual(conditions(['duration:1.5', 'packets:7'], [], undefined), {
    seconds: 1.5,
    packetsMax: 7,
    ring: null,
  });
});

test('-b printname: prints each finished file, including the last', async (t) => {
  const folder = folderFor(t);
  const names = join(folder, 'names');
  await written(join(folder, 'a.pcap'), [], ['packets:2', `printname:${names}`], 5);
  const told = readFileSync(names, 'utf8').trimEnd().split('\n');
  assert.deepEqual(
    told,
    readdirSync(folder)
      .filter((name) => name.startsWith('a_'))
      .sort()
      .map((name) => join(folder, name)),
  );
  assert.equal(told.length, 3);
});

test('-b interval: ends files at multiples of the interval', () => {
  const { ring } = conditions([], ['interval:3600'], 'a.pcap');
  assert.equal(ring?.intervalSeconds, 3600);
  assert.equal(untilMultiple(3600, Date.UTC(2026, 0, 1, 11, 59, 58)), 2000);
  assert.equal(untilMultiple(60, Date.UTC(2026, 0, 1)), 60_000);
  assert.equal(untilMultiple(Number.POSITIVE_INFINITY, 0), Number.POSITIVE_INFINITY);
});
