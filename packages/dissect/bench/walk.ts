// Dissection cost per packet after warm-up: dissects a capture in memory repeatedly.
//   node packages/dissect/bench/walk.ts CAPTURE [PASSES [MEGABYTES]]
// Prints CPU nanoseconds per packet: of the first pass, and of the best of the others.
import { closeSync, openSync, readSync } from 'node:fs';
import { CaptureReader, Dissector, newFrame, ProtocolHierarchy } from '../src/index.ts';

const [path = 'samples/office-hour.pcapng', passes = '8', megabytes = '120'] = process.argv.slice(2);
const CHUNK_BYTES = 1 << 20;

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

/** Packets seen. */
function walk(chunks: readonly Uint8Array[]): number {
  const reader = new CaptureReader();
  const dissector = new Dissector({ timesConversations: false, matchReplies: false });
  dissector.session.interfaces = reader.interfaces;
  const hierarchy = new ProtocolHierarchy();
  const frame = newFrame();
  for (const chunk of chunks) {
    reader.feed(chunk);
    while (reader.next(frame)) hierarchy.add(dissector.dissect(frame));
  }
  return reader.frameCount;
}

const chunks = readFile(path, Number(megabytes) * 1e6);
const costs: number[] = [];
for (let pass = 0; pass < Number(passes); pass++) {
  const { user } = process.threadCpuUsage();
  const packets = walk(chunks);
  costs.push(((process.threadCpuUsage().user - user) * 1000) / packets);
}
const [first = 0, ...others] = costs;
console.log(`first pass ${first.toFixed(0)} ns, then ${Math.min(...others).toFixed(0)} ns a packet`);
