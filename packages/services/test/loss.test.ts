// What the log says of lost packets: soon, not often, and in the end all of them.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { DropRow } from '@eyrie/store';
import { addDrop } from '../src/capture/drop-rows.ts';
import { LossLog } from '../src/capture/loss.ts';
import { silentLog } from '../src/log/index.ts';

it('lost packets are told at once, then once a minute, and the rest at the end', () => {
  const lines: string[] = [];
  let nowMs = 0;
  const log = { ...silentLog, warn: (line: string) => void lines.push(line) };
  const loss = new LossLog(log, 'eth0', () => nowMs);
  const row = (where: DropRow['where'], packets: number): DropRow => ({ where, packets, time: 0 });
  loss.add([]);
  assert.deepEqual(lines, []);
  loss.add([row('kernel', 5)]);
  assert.match(lines.splice(0).join(), /^eth0: 5 packets were lost by the kernel.*-B/);
  for (; nowMs < 59_000; nowMs += 1000) loss.add([row('kernel', 1)]);
  assert.deepEqual(lines, []);
  nowMs = 60_000;
  loss.add([row('queue', 2)]);
  assert.deepEqual(
    lines.splice(0).map((line) => /: (\d+) .* by the (kernel|ring)/.exec(line)!.slice(1)),
    [
      ['59', 'kernel'],
      ['2', 'ring'],
    ],
  );
  loss.add([row('interface', 1)]);
  loss.flush();
  loss.flush();
  assert.equal(lines.length, 1);
  assert.equal(loss.all, 67);
});

it('rows of lost packets that wait are one a place, however long they wait', () => {
  const waiting: DropRow[] = [];
  for (let time = 1; time <= 1000; time++)
    for (const where of ['kernel', 'queue'] as const) addDrop(waiting, { where, packets: 2, time });
  assert.deepEqual(waiting, [
    { where: 'kernel', packets: 2000, time: 1000 },
    { where: 'queue', packets: 2000, time: 1000 },
  ]);
});
