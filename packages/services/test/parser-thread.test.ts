// What becomes of a parser's thread when its job is no longer wanted, as of a file that turns out to be stored already.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { newFrame, PcapWriter } from '@eyrie/dissect/files';
import { FILE_FLOWS } from '../src/parser/flow-times.ts';
import { startParser } from '../src/parser/thread/index.ts';
import type { FromParser, ParseJob } from '../src/parser/thread/spec.ts';

const folder = mkdtempSync(join(tmpdir(), 'eyrie-parser-thread-'));
after(() => rmSync(folder, { recursive: true }));

const PACKETS = 30_000;
const BATCH = 1000;
const path = join(folder, 'many.pcap');
{
  const writer = new PcapWriter({ linkType: 1 });
  const data = new Uint8Array(60);
  for (let i = 0; i < PACKETS; i++)
    writer.write({ ...newFrame(), data, end: data.length, wireLength: data.length, linkType: 1, seconds: i });
  writeFileSync(path, writer.take());
}

const job: ParseJob = {
  source: { kind: 'file', path, speed: Infinity, loop: false },
  ...{ batchPackets: BATCH, firstPackets: BATCH, batchesMax: 3, skipTo: 0, streamBase: 0 },
  ...{ canGoOn: true, flushMs: Infinity, flows: FILE_FLOWS, rules: false, isLive: false },
};

/** Packets that a job delivers before it ends. */
async function packetsOf(): Promise<number> {
  const parser = startParser(job);
  let packets = 0;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  parser.listen((message) => {
    if (message.kind === 'batch') {
      packets += message.length;
      parser.send({ kind: 'memory', memory: message.memory });
    } else if (message.kind === 'end') resolve();
    else reject(new Error(JSON.stringify(message)));
  });
  await promise;
  await parser.end();
  return packets;
}

describe('a parser that is ended before its file is', () => {
  it('leaves its thread to the next job, which gets nothing of the earlier one', async (t) => {
    await packetsOf();
    let started = 0;
    const count = (): number => started++;
    process.on('worker', count);
    t.after(() => process.off('worker', count));
    // Ended at once; while it waits for the memory of three batches; and in the middle of delivering.
    await startParser(job).end();
    assert.equal(await packetsOf(), PACKETS);

    const waiting = startParser(job);
    const kept: FromParser[] = [];
    await new Promise<void>((resolve) => {
      waiting.listen((message) => {
        kept.push(message);
        if (kept.length === job.batchesMax) resolve();
      });
    });
    await waiting.end();
    assert.equal(await packetsOf(), PACKETS);
    assert.equal(kept.length, job.batchesMax);
    assert.equal(started, 0);
  });
});
