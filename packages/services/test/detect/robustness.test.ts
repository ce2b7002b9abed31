// No bytes make the rules fail: packets of the samples with bytes changed, cut short and out of order.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { openCapture } from '@eyrie/capture';
import { randomFrom } from '@eyrie/detect';
import { Dissector, type Frame, newFrame } from '@eyrie/dissect';
import { PacketWatch } from '@eyrie/services/detect';

const samples = join(import.meta.dirname, '../../../../samples');
const ROUNDS = 4;

async function framesOf(file: string, every: number): Promise<Frame[]> {
  const source = await openCapture(join(samples, file));
  const frame = newFrame();
  const kept: Frame[] = [];
  for await (const reader of source.chunks())
    while (reader.next(frame)) {
      if (frame.number % every !== 0) continue;
      const data = frame.data.slice(frame.start, frame.end);
      kept.push({ ...frame, data, start: 0, end: data.length });
    }
  await source.close();
  return kept;
}

test('damaged packets are read to the end, and what is found has its parts', async () => {
  const frames = [...(await framesOf('office-hour.pcapng', 2)), ...(await framesOf('port-scan.pcapng', 9))];
  for (let seed = 1; seed <= ROUNDS; seed++) {
    const random = randomFrom(seed);
    const dissector = new Dissector({ maxFlows: 200 });
    const watch = new PacketWatch(dissector.session, { idleSeconds: 30 });
    for (const [i, frame] of frames.entries()) {
      const data = frame.data.slice();
      for (let changes = random.below(6); changes > 0; changes--)
        data[random.below(data.length)] = random.below(256);
      const end = random.below(10) === 0 ? random.below(data.length + 1) : data.length;
      // Time runs on, stands, and now and then goes back.
      const seconds = frame.seconds + (random.below(50) === 0 ? random.below(20_000) - 10_000 : 0);
      watch.add(dissector.dissect({ ...frame, data, end, seconds, number: i + 1 }));
      if (i % 500 === 0) watch.advance(seconds);
    }
    for (const { rule, summary, confidence, start, end, evidence } of watch.end()) {
      assert.ok(!/undefined|NaN|null/.test(summary), summary);
      assert.ok(confidence > 0 && confidence <= 1 && start <= end, rule);
      assert.ok(evidence.frames.length <= 20 && evidence.streams.length <= 20, rule);
    }
  }
});
