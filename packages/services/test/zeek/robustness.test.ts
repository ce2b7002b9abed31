// Broken packets: rows stay rows, whatever the bytes say.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { openCapture } from '@eyrie/capture';
import { Dissector, type Frame, newFrame } from '@eyrie/dissect';
import fc from 'fast-check';
import { formatRow, type LogKind, type RowSink, ZeekLogs } from '../../src/zeek/index.ts';

const OFFICE = join(import.meta.dirname, '../../../../samples/office-hour.pcapng');
/** All of the sample: each protocol has its hour. */
const FRAMES = 5000;

const frames: Frame[] = [];
before(async () => {
  const source = await openCapture(OFFICE);
  const frame = newFrame();
  for await (const reader of source.chunks())
    while (frames.length < FRAMES && reader.next(frame)) {
      const data = frame.data.slice(frame.start, frame.end);
      frames.push({ ...frame, data, start: 0, end: data.length });
    }
});

/** Counts rows, each of which has a value for every column. */
class Checked implements RowSink {
  rows = 0;

  write<Row>(kind: LogKind<Row>, row: Row): void {
    this.rows++;
    const line = formatRow(kind, row, 'tsv');
    const fields = line.slice(0, -1).split('\t');
    assert.equal(fields.length, kind.columns.length, `${kind.path}: ${line}`);
    // Ids are random, and may have such letters in them.
    for (const bad of ['undefined', 'NaN', '[object Object]']) assert.ok(!fields.includes(bad), line);
    for (const line of formatRow(kind, row, 'eve').split('\n')) if (line !== '') JSON.parse(line);
    JSON.parse(formatRow(kind, row, 'json'));
  }
}

test('any damage to packets', () => {
  const damage = fc.array(
    fc.tuple(fc.nat(FRAMES - 1), fc.double({ min: 0, max: 0.999, noNaN: true }), fc.nat(255)),
    {
      minLength: 500,
      maxLength: 1500,
    },
  );
  fc.assert(
    fc.property(damage, fc.boolean(), (changes, isCut) => {
      const sink = new Checked();
      const dissector = new Dissector({ matchReplies: false });
      const logs = new ZeekLogs(dissector.session, sink);
      const broken = new Map(changes.map(([i, place, value]) => [i, { place, value }] as const));
      for (const [i, frame] of frames.entries()) {
        const how = broken.get(i);
        const data = frame.data.slice();
        const at = how === undefined ? 0 : Math.floor(how.place * data.length);
        if (how !== undefined && !isCut) data[at] = how.value;
        const end = how !== undefined && isCut ? at : frame.end;
        logs.add(dissector.dissect({ ...frame, data, end }));
      }
      logs.end();
      assert.ok(sink.rows > 0);
    }),
    // To make a failure smaller would take minutes.
    { numRuns: 6, endOnFailure: true },
  );
});
