// Cost of parsing per packet after warm-up: parses a capture in memory repeatedly, stage by stage.
//   node packages/services/bench/parser.ts CAPTURE [PASSES [MEGABYTES [STAGES]]]
// STAGES: names separated by commas, default all: what is added to the dissection, and `whole`, which is PacketParser itself. Prints CPU
// nanoseconds per packet of this thread: of the first pass, the best, and the median of the others.
import { closeSync, openSync, readSync } from 'node:fs';
import { unpack } from '@eyrie/capture';
import {
  CaptureReader,
  Dissector,
  FlowBook,
  FlowRecords,
  type Frame,
  newFrame,
  PacketBatch,
  shapeOf,
} from '@eyrie/dissect';
import { Findings } from '../src/parser/findings.ts';
import { FILE_FLOWS } from '../src/parser/flow-times.ts';
import { Names } from '../src/parser/names.ts';
import { PacketParser } from '../src/parser/packet-parser.ts';

const [path = 'samples/office-hour.pcapng', passes = '12', megabytes = '330', wanted = ''] =
  process.argv.slice(2);
const CHUNK_BYTES = 1 << 20;
const BATCH = 122_880;

function readFile(file: string, bytesMax: number): Uint8Array[] {
  const descriptor = openSync(file, 'r');
  const chunks: Uint8Array[] = [];
  for (let left = bytesMax; left > 0; left -= CHUNK_BYTES) {
    const chunk = new Uint8Array(CHUNK_BYTES);
    const length = readSync(descriptor, chunk);
    if (length === 0) break;
    chunks.push(chunk.subarray(0, length));
  }
  closeSync(descriptor);
  return chunks;
}

/** What is done with each frame, in one pass. */
type Pass = (reader: CaptureReader) => (frame: Frame) => void;

const dissecting = (reader: CaptureReader): Dissector => {
  const dissector = new Dissector({ unpack, matchReplies: false, timesConversations: false });
  dissector.session.interfaces = reader.interfaces;
  return dissector;
};

const stages: Record<string, Pass> = {
  read: () => () => {},
  dissect: (reader) => {
    const dissector = dissecting(reader);
    return (frame) => void dissector.dissect(frame);
  },
  batch: (reader) => {
    const dissector = dissecting(reader);
    let batch = new PacketBatch(BATCH);
    return (frame) => {
      batch.add(dissector.dissect(frame));
      if (!batch.isFull) return;
      batch = new PacketBatch(BATCH, [], batch.buffer);
      batch.clear();
    };
  },
  records: (reader) => {
    const dissector = dissecting(reader);
    const book = new FlowBook(0);
    const records = new FlowRecords(dissector.session, (flow) => book.add(flow), {
      ...FILE_FLOWS,
      communityIds: true,
    });
    return (frame) => {
      records.add(dissector.dissect(frame));
      if (frame.number % BATCH === 0) book.take();
    };
  },
  names: (reader) => {
    const dissector = dissecting(reader);
    const names = new Names();
    return (frame) => {
      const p = dissector.dissect(frame);
      names.add(p, shapeOf(p));
      if (frame.number % BATCH === 0) names.take();
    };
  },
  findings: (reader) => {
    const dissector = dissecting(reader);
    const findings = new Findings();
    return (frame) => {
      const p = dissector.dissect(frame);
      findings.add(p, shapeOf(p));
      if (frame.number % BATCH === 0) findings.take();
    };
  },
  whole: (reader) => {
    const parser = new PacketParser({ batchPackets: BATCH, ...FILE_FLOWS });
    parser.interfaces = reader.interfaces;
    parser.useSecrets(false, reader.secrets);
    let memory: ArrayBuffer | undefined;
    return (frame) => {
      if (!parser.hasBatch) parser.begin(memory);
      parser.add(frame);
      if (parser.isFull) memory = parser.take().packets.buffer;
    };
  },
};

function run(chunks: readonly Uint8Array[], pass: Pass): number {
  const reader = new CaptureReader();
  const each = pass(reader);
  const frame = newFrame();
  const { user } = process.threadCpuUsage();
  for (const chunk of chunks) {
    reader.feed(chunk);
    while (reader.next(frame)) each(frame);
  }
  return ((process.threadCpuUsage().user - user) * 1000) / reader.frameCount;
}

const chunks = readFile(path, Number(megabytes) * 1e6);
const names = wanted === '' ? Object.keys(stages) : wanted.split(',');
for (const name of names) {
  const costs = Array.from({ length: Number(passes) }, () => run(chunks, stages[name]!));
  const [first = 0, ...others] = costs;
  others.sort((a, b) => a - b);
  const median = others[others.length >> 1] ?? first;
  console.log(
    `${name.padEnd(8)} first ${first.toFixed(0)}, best ${(others[0] ?? first).toFixed(0)}, median ${median.toFixed(0)} ns a packet`,
  );
}
