// Whatever the bytes are: no exception, no endless loop, no layer or field outside of the packet.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { capturesFolder } from '../../../test/support/tools.ts';
import { Collector } from '../src/core/collect.ts';
import { infoColumn, protocolColumn } from '../src/core/columns.ts';
import { Dissector } from '../src/core/dissector.ts';
import { LAYERS_MAX, type Packet } from '../src/core/packet.ts';
import { fieldNamed, fieldNames } from '../src/core/registry.ts';
import { type TreeNode, treeOf } from '../src/core/tree.ts';
import { CaptureReader, type Frame, newFrame } from '../src/files/index.ts';

const SAMPLES = new URL('../../../samples/', import.meta.url);
/** Packets taken from each capture, spread over it. */
const PACKETS_PER_FILE = 150;
const LINK_TYPES = [0, 1, 8, 9, 50, 101, 104, 105, 107, 113, 119, 127, 129, 192, 228, 229, 239, 276];

interface Sample {
  readonly linkType: number;
  readonly bytes: Uint8Array;
}

function packetsOf(file: URL | string): Sample[] {
  const reader = new CaptureReader();
  const frame = newFrame();
  const found: Sample[] = [];
  const take = (): void => {
    while (reader.next(frame))
      found.push({ linkType: frame.linkType, bytes: frame.data.slice(frame.start, frame.end) });
  };
  reader.feed(readFileSync(file));
  take();
  reader.finish();
  take();
  const step = Math.max(1, Math.floor(found.length / PACKETS_PER_FILE));
  return found.filter((_, i) => i % step === 0);
}

function frameOf({ linkType, bytes }: Sample, number: number, wireLength = bytes.length): Frame {
  const frame = newFrame();
  frame.number = number;
  frame.linkType = linkType;
  frame.data = bytes;
  frame.end = bytes.length;
  frame.wireLength = wireLength;
  frame.seconds = 1_700_000_000 + number;
  return frame;
}

/** Asks for every field there is; one for all tests, because it is large. */
const collector = new Collector([...fieldNames()].map((name) => fieldNamed(name)!));

/** Reads the packet in every way there is. */
function readWhole(dissector: Dissector, frame: Frame): void {
  const p = dissector.dissect(frame);
  assert.ok(p.count >= 1 && p.count <= LAYERS_MAX);
  for (let layer = 0; layer < p.count; layer++) {
    const end = p.bufferOf(layer).length;
    assert.ok(p.start[layer]! >= 0 && p.start[layer]! <= end, `${p.protocols[layer]!.name} starts outside`);
    assert.ok(p.stop[layer]! <= end, `${p.protocols[layer]!.name} ends outside`);
  }
  assert.equal(typeof protocolColumn(p), 'string');
  isProper(p, infoColumn(p));
  collector.collect(p);
  for (const node of treeOf(p)) {
    inBounds(node, frame.end - frame.start);
    isProperTree(p, node);
  }
}

/** What a text says where a value was read behind the end, or put into it as it is. */
const SLIP = /NaN|undefined|\[object/;

function isProper(p: Packet, text: string): void {
  const slip = SLIP.exec(text)?.[0];
  if (slip === undefined) return;
  // Unless the packet itself says so, or the name of DHCP's option 128 (RFC 4578 §2.4).
  if (text.includes('PXE - undefined')) return;
  for (let layer = 0; layer < p.count; layer++) if (Buffer.from(p.bufferOf(layer)).includes(slip)) return;
  assert.fail(text);
}

function isProperTree(p: Packet, node: TreeNode): void {
  if (node.name === 'data-text-lines') return; // lines of a body that may have been compressed
  isProper(p, node.text);
  for (const child of node.children) isProperTree(p, child);
}

function inBounds(node: TreeNode, frameLength: number): void {
  assert.ok(node.length >= 0, `${node.name} has length ${node.length}`);
  if (node.buffer === 0 && node.length > 0)
    assert.ok(node.start >= 0 && node.start + node.length <= frameLength, `${node.name} lies outside`);
  for (const child of node.children) inBounds(child, frameLength);
}

/** The same dissector for many packets, so that damage meets the state that good packets left. */
function readAll(packets: Iterable<Frame>): void {
  const dissector = new Dissector({ maxFlows: 64 });
  for (const frame of packets) {
    try {
      readWhole(dissector, frame);
    } catch (error) {
      const bytes = Buffer.from(frame.data.subarray(frame.start, frame.end)).toString('hex');
      throw new Error(`link type ${frame.linkType}, wire length ${frame.wireLength}, bytes ${bytes}`, {
        cause: error,
      });
    }
  }
}

/** A small fast generator: damage must be the same in every run. */
function xorshift(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

function* damaged(samples: readonly Sample[], seed: number): Generator<Frame> {
  const random = xorshift(seed);
  let number = 0;
  for (const sample of samples) {
    yield frameOf(sample, ++number);
    const flipped = sample.bytes.slice();
    for (let flips = 1 + (random() % 4); flips > 0; flips--)
      flipped[random() % flipped.length] = EDGES[random() % EDGES.length]! ^ (random() & 1);
    yield frameOf({ ...sample, bytes: flipped }, ++number);
    const cut = sample.bytes.slice(0, random() % (sample.bytes.length + 1));
    yield frameOf({ ...sample, bytes: cut }, ++number);
    yield frameOf({ ...sample, bytes: cut }, ++number, sample.bytes.length);
  }
}

/** Values at which lengths and counts go wrong. */
const EDGES = [0x00, 0x01, 0x7f, 0x80, 0xc0, 0xfe, 0xff, 0x40];

function samplesIn(folder: URL | string): string[] {
  return readdirSync(folder).filter((name) => /\.(pcap|pcapng|trace)$/.test(name));
}

describe('dissection of damaged packets', () => {
  it('survives random bytes on every link type', () => {
    fc.assert(
      fc.property(fc.constantFrom(...LINK_TYPES), fc.uint8Array({ maxLength: 400 }), (linkType, bytes) => {
        readAll([frameOf({ linkType, bytes }, 1), frameOf({ linkType, bytes }, 2, bytes.length + 100)]);
      }),
      { numRuns: 500 },
    );
  });

  it('survives the samples cut at every length', () => {
    const packets = samplesIn(SAMPLES).flatMap((name) => packetsOf(new URL(name, SAMPLES)));
    const frames: Frame[] = [];
    packets
      .filter((_, i) => i % 8 === 0)
      .forEach((sample, i) => {
        for (let length = 0; length < Math.min(sample.bytes.length, 200); length++) {
          frames.push(
            frameOf({ ...sample, bytes: sample.bytes.slice(0, length) }, i + 1, sample.bytes.length),
          );
        }
      });
    readAll(frames);
  });

  it('survives the samples with bytes changed', () => {
    const packets = samplesIn(SAMPLES).flatMap((name) => packetsOf(new URL(name, SAMPLES)));
    for (let seed = 1; seed <= 3; seed++) readAll(damaged(packets, seed * 7919));
  });

  const folder = capturesFolder();
  it('survives real captures of every kind with bytes changed', {
    skip: folder === null ? 'no folder of captures here (EYRIE_CAPTURES)' : false,
  }, () => {
    for (const name of samplesIn(folder!)) readAll(damaged(packetsOf(`${folder}/${name}`), 104729));
  });
});
