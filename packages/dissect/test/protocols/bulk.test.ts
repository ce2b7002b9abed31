// The way most packets take in one go must lead where the steps lead: to the same layers, addresses and columns.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { infoColumn, protocolColumn, sourceColumn } from '../../src/core/columns.ts';
import { data } from '../../src/core/data.ts';
import { Dissector } from '../../src/core/dissector.ts';
import type { Packet } from '../../src/core/packet.ts';
import { framePath } from '../../src/core/path.ts';
import { linkTypes } from '../../src/core/table.ts';
import { CaptureReader, type Frame, newFrame } from '../../src/files/index.ts';
import { eth } from '../../src/protocols/eth.ts';
import { ProtocolHierarchy } from '../../src/stats/index.ts';

const SAMPLE = new URL('../../../../samples/office-hour.pcapng', import.meta.url);
const ETHERNET = 1;
/** Bytes that headers up to the transport's lie in, with room for options. */
const HEADERS = 90;

/** One that goes step by step: made while Ethernet is told to be read otherwise. */
function stepwise(): Dissector {
  linkTypes.set(ETHERNET, data);
  const made = new Dissector();
  linkTypes.set(ETHERNET, eth);
  return made;
}

/** All that later steps and readers can see of a packet. */
function stateOf(p: Packet): unknown {
  const layers = Array.from({ length: p.count }, (_, i) => [
    p.protocols[i]!.name,
    p.proto[i],
    p.flags[i],
    p.start[i],
    p.stop[i],
    p.payload[i],
    p.layerFrom[i],
    p.mark[i],
    p.notes[i] === null,
  ]);
  const { netKind, netSrc, netDst, transport, srcPort, dstPort, flow, direction, analysis } = p;
  const { columnKind, columnSrc, columnDst, relativeSeq, relativeAck, window, segmentLength } = p;
  return {
    layers,
    net: { netKind, netSrc, netDst, isFrame: p.netBuf === p.buffers[0] },
    transport: { transport, srcPort, dstPort, flow, direction },
    tcp: { analysis, relativeSeq, relativeAck, window, segmentLength, layer: p.tcpLayer },
    columns: { columnKind, columnSrc, columnDst, isFrame: p.columnBuf === p.buffers[0] },
    texts: [framePath(p), sourceColumn(p), protocolColumn(p), infoColumn(p)],
    bufferCount: p.bufferCount,
  };
}

function packets(): Frame[] {
  const reader = new CaptureReader();
  reader.feed(readFileSync(SAMPLE));
  const frames: Frame[] = [];
  for (let frame = newFrame(); reader.next(frame); frame = newFrame()) frames.push(frame);
  return frames;
}

interface Change {
  readonly at: number;
  readonly value: number;
}

/** The frame with some bytes of its headers changed, cut by so many bytes, and so much longer on the wire. */
function mutated(frame: Frame, changes: readonly Change[], cut: number, unseen: number): Frame {
  const bytes = frame.data.slice(frame.start, Math.max(frame.start, frame.end - cut));
  for (const { at, value } of changes) if (at < bytes.length) bytes[at] = value;
  return { ...frame, data: bytes, start: 0, end: bytes.length, wireLength: bytes.length + unseen };
}

describe('the fast path', () => {
  const frames = packets();

  it('handles most packets of an ordinary network', () => {
    const dissector = new Dissector();
    const taken = frames.filter((frame) => dissector.dissect(frame).head !== 0);
    assert.ok(taken.length > frames.length * 0.8, `${taken.length} of ${frames.length}`);
    assert.equal(stepwise().dissect(taken[0]!).head, 0);
  });

  it('gives the same layers and counts as the single steps', () => {
    const [fast, slow] = [new Dissector(), stepwise()];
    const [fastCounts, slowCounts] = [new ProtocolHierarchy(), new ProtocolHierarchy()];
    for (const frame of frames) {
      const [p, q] = [fast.dissect(frame), slow.dissect(frame)];
      assert.deepEqual(stateOf(p), stateOf(q));
      fastCounts.add(p);
      slowCounts.add(q);
    }
    assert.deepEqual(fastCounts.tree(), slowCounts.tree());
  });

  it('gives the same layers for invalid headers and truncated packets', () => {
    const change = fc.record({
      at: fc.oneof(fc.nat(HEADERS), fc.constantFrom(12, 13, 14, 16, 17, 18, 19, 20, 21, 23)),
      value: fc.oneof(
        fc.nat(255),
        fc.constantFrom(0, 6, 8, 17, 43, 44, 59, 60, 0x45, 0x46, 0x60, 0x86, 0xdd),
      ),
    });
    const [fast, slow] = [new Dissector(), stepwise()];
    fc.assert(
      fc.property(
        fc.nat(frames.length - 1),
        fc.array(change, { maxLength: 3 }),
        fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(120) }),
        fc.constantFrom(0, 0, 0, 7, 1000, -9),
        (index, changes, cut, unseen) => {
          const frame = mutated(frames[index]!, changes, cut, unseen);
          assert.deepEqual(stateOf(fast.dissect(frame)), stateOf(slow.dissect(frame)));
        },
      ),
      { numRuns: 4000 },
    );
  });
});
