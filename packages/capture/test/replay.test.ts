// Tests of the replay's schedule on a virtual clock.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { newFrame, PcapWriter } from '@eyrie/dissect/files';
import { openReplay } from '../src/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'eyrie-replay-'));
after(() => rmSync(folder, { recursive: true }));

/** Writes a file with a packet at each of these times, in seconds. */
function fileAt(name: string, times: readonly number[]): string {
  const writer = new PcapWriter({ linkType: 1 });
  const frame = newFrame();
  frame.data = new Uint8Array(60);
  frame.end = frame.wireLength = 60;
  for (const time of times) {
    frame.seconds = Math.floor(time);
    frame.nanoseconds = Math.round((time - frame.seconds) * 1e6) * 1000;
    writer.write(frame);
  }
  const path = join(folder, name);
  writeFileSync(path, writer.take());
  return path;
}

class FakeClock {
  ms = 0;
  readonly now = (): number => this.ms;
  readonly sleep = async (ms: number): Promise<void> => {
    this.ms += ms;
  };
}

/** [arrival in milliseconds, frame.number, seconds since 1970] of up to `most` packets. */
async function played(path: string, speed: number, loop = false, most = Infinity): Promise<number[][]> {
  const clock = new FakeClock();
  const source = await openReplay(path, { speed, loop, ...clock });
  const frame = newFrame();
  const all: number[][] = [];
  for await (const reader of source.chunks()) {
    while (all.length < most && reader.next(frame))
      all.push([Math.round(clock.ms), frame.number, frame.seconds + frame.nanoseconds / 1e9]);
    if (all.length >= most) break;
  }
  return all;
}

describe('replay', () => {
  const path = fileAt('a.pcap', [100, 100.5, 102]);

  it('at speed 1 delivers each packet when it is due', async () => {
    assert.deepEqual(await played(path, 1), [
      [0, 1, 100],
      [500, 2, 100.5],
      [2000, 3, 102],
    ]);
  });

  it('at speed N takes an N-th of the time', async () => {
    assert.deepEqual(
      (await played(path, 4)).map(([ms]) => ms),
      [0, 125, 500],
    );
  });

  it('at infinite speed never waits', async () => {
    assert.deepEqual(
      (await played(path, Infinity)).map(([ms, number]) => [ms, number]),
      [
        [0, 1],
        [0, 2],
        [0, 3],
      ],
    );
  });

  it('in a loop continues numbers and timestamps', async () => {
    assert.deepEqual(await played(path, 1, true, 5), [
      [0, 1, 100],
      [500, 2, 100.5],
      [2000, 3, 102],
      [3000, 4, 103],
      [3500, 5, 103.5],
    ]);
  });

  it('shortens long gaps, and does not wait for timestamps that go back', async () => {
    const times = await played(fileAt('gap.pcap', [100, 90_000, 50, 90_001]), 1);
    assert.deepEqual(
      times.map(([ms]) => ms),
      [0, 10_000, 10_000, 20_000],
    );
  });

  it('ends when closed', async () => {
    const source = await openReplay(path, { speed: 0.001 });
    const frame = newFrame();
    let count = 0;
    for await (const reader of source.chunks()) {
      while (reader.next(frame)) count++;
      await source.close();
    }
    assert.equal(count, 1);
  });
});
