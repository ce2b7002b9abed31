// Several readers that share a capture find together what one finds alone, or say that they may not have.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { capturesFolder, requireCaptures } from '../../../../test/support/tools.ts';
import { Dissector } from '../../src/core/dissector.ts';
import { CaptureReader, type Frame, newFrame } from '../../src/files/index.ts';
import { type SessionSummary, summaryOf, whyNotMergeable } from '../../src/flows/merge-check.ts';
import { carriesTcp, FlowPartition } from '../../src/flows/partition.ts';
import { ADDRESS_KINDS, type AddressKind } from '../../src/stats/address-pairs.ts';
import { Conversations, Endpoints } from '../../src/stats/endpoints.ts';
import { ProtocolHierarchy } from '../../src/stats/hierarchy.ts';
import { IoTable } from '../../src/stats/io.ts';

const SAMPLES = join(import.meta.dirname, '../../../../samples');

const SAMPLE = join(SAMPLES, 'office-hour.pcapng');

interface Part {
  readonly parts: unknown[];
  readonly summary: SessionSummary;
}

/** All that can be counted in parts. */
class Counters {
  readonly hierarchy = new ProtocolHierarchy();
  readonly io = new IoTable(1000, [{ function: 'FRAMES BYTES', field: null, filter: null }]);
  readonly pairs = (Object.keys(ADDRESS_KINDS) as AddressKind[]).flatMap((kind) => [
    new Conversations(kind),
    new Endpoints(kind),
  ]);

  get #all() {
    return [this.hierarchy, this.io, ...this.pairs];
  }

  see(p: Parameters<ProtocolHierarchy['add']>[0]): void {
    for (const each of this.#all) each.add(p);
  }

  take(): unknown[] {
    return this.#all.map((each) => each.part());
  }

  /** False where they say that it is not what one reader finds. */
  add(parts: readonly unknown[]): boolean {
    return this.#all.map((each, i) => each.addPart(parts[i] as never)).every((isAsOne) => isAsOne);
  }

  told(): unknown {
    const { hierarchy, io, pairs } = this;
    return [
      hierarchy.tree(),
      io.duration,
      ...io.cells.map((cells) => [...cells].sort(([a], [b]) => a - b)),
      ...pairs.map((each) => [...each.list()]),
    ];
  }
}

function framesOf(file: string): Frame[] {
  const reader = new CaptureReader();
  const found: Frame[] = [];
  const frame = newFrame();
  reader.feed(readFileSync(file));
  while (reader.next(frame)) found.push({ ...frame });
  reader.finish();
  while (reader.next(frame)) found.push({ ...frame });
  return found;
}

/** What one of the readers finds. */
function readShare(
  frames: readonly Frame[],
  partition: FlowPartition,
  reader: number,
  maxFlows?: number,
): { counters: Counters; summary: SessionSummary } {
  const dissector = new Dissector({
    matchReplies: false,
    timesConversations: false,
    ...(maxFlows !== undefined && { maxFlows }),
  });
  const counters = new Counters();
  for (const frame of frames) {
    if (partition.of(frame) === reader) counters.see(dissector.dissect(frame));
    else dissector.advanceClock(frame);
  }
  return { counters, summary: summaryOf(dissector.session) };
}

/** What they find together; a text: why that may not be what one finds. */
function readTogether(frames: readonly Frame[], partition: FlowPartition): unknown {
  const [first, ...others] = Array.from({ length: partition.count }, (_, reader) =>
    readShare(frames, partition, reader),
  );
  const sent: Part[] = others.map(({ counters, summary }) =>
    structuredClone({ parts: counters.take(), summary }),
  );
  const why = whyNotMergeable([first!.summary, ...sent.map(({ summary }) => summary)], partition);
  if (why !== null) return why;
  const isAdded = sent.every(({ parts }) => first!.counters.add(parts));
  return isAdded ? first!.counters.told() : 'does not add up';
}

const alone = (frames: readonly Frame[]): unknown =>
  readShare(frames, new FlowPartition(1, 1), 0).counters.told();

/** Readers, and the part of TCP that the first of them has. */
const DIVISIONS = [
  [2, 0],
  [2, 0.5],
  [3, 0.3],
] as const;

/** How many of the captures are read as one reads them; fails where others are, and are not noticed. */
function compareAll(
  captures: readonly (readonly Frame[])[],
  divisionsOf: (capture: number) => readonly (readonly [number, number])[] = () => DIVISIONS,
): { shared: number; reasons: Set<unknown> } {
  const reasons = new Set<unknown>();
  let shared = 0;
  for (const [i, frames] of captures.entries()) {
    const expected = alone(frames);
    for (const [count, ofFirst] of divisionsOf(i)) {
      const found = readTogether(frames, new FlowPartition(count, ofFirst));
      if (typeof found === 'string') reasons.add(found);
      else {
        assert.deepEqual(found, expected, `${frames.length} frames, ${count} readers`);
        shared++;
      }
    }
  }
  return { shared, reasons };
}

describe('FlowPartition', () => {
  it('let the samples be read together', () => {
    const captures = [SAMPLE, join(SAMPLES, 'port-scan.pcapng')].map(framesOf);
    assert.deepEqual(compareAll(captures), { shared: 6, reasons: new Set() });
  });

  it('let real captures be read together, or say why not', { skip: requireCaptures() }, () => {
    const folder = capturesFolder()!;
    const files = readdirSync(folder)
      .filter((name) => /cap(ng)?$/.test(name))
      .map((name) => join(folder, name));
    const captures = files.map(framesOf);
    // Each is divided in one of the three ways, all together in the one that mixes most.
    const { shared, reasons } = compareAll(captures, (i) => [DIVISIONS[i % 3]!]);
    assert.ok(shared > files.length * 0.9, `${shared} of ${files.length}`);
    // Time that goes back before the first packet: of io,stat.
    assert.deepEqual(reasons, new Set(['does not add up']));
    const together = compareAll([captures.flat().map(later)], () => [DIVISIONS[2]]);
    assert.deepEqual(together, { shared: 1, reasons: new Set() });
  });

  it('notice a conversation within a tunnel and beside it', () => {
    const frames = framesOf(SAMPLE);
    const within = frames.filter(carriesTcp).slice(0, 20).map(inTunnel);
    const partition = new FlowPartition(2, 0);
    assert.ok(Array.isArray(readTogether(within, partition)));
    const both = [...frames, ...within].map(later);
    assert.equal(readTogether(both, partition), 'a conversation within a tunnel and beside it');
  });

  it('notice that one is told of an endpoint of another', () => {
    const reply = '227 Entering Passive Mode (10,0,0,9,200,1).\r\n';
    const control = tcp([10, 0, 0, 1], 21, [10, 0, 0, 2], 40_000, reply);
    // Of so many, some fall to the other reader.
    const transfers = (port: number): Frame[] =>
      Array.from({ length: 50 }, (_, i) => tcp([10, 0, 0, 9], port, [10, 1, 0, i], 5000, 'data'));
    const partition = new FlowPartition(2, 0.5);
    const told = readTogether([control, ...transfers(51_201)].map(later), partition);
    assert.equal(told, 'what one conversation announced is in another');
    assert.ok(Array.isArray(readTogether([control, ...transfers(51_202)].map(later), partition)));
  });

  it('notice that one reader would have forgotten', () => {
    const frames = framesOf(SAMPLE);
    const summaries = [0, 1].map(
      (reader) => readShare(frames, new FlowPartition(2, 0.5), reader, 16).summary,
    );
    assert.equal(whyNotMergeable(summaries, new FlowPartition(2, 0.5)), 'more than is remembered');
  });

  it('give both directions and fragments of a conversation, and errors about it, to one reader', () => {
    const partition = new FlowPartition(4, 0.1);
    for (let i = 0; i < 200; i++) {
      const [a, b] = [
        [10, 0, i, 1],
        [192, 168, 7, (i * 3) & 0xff],
      ];
      const there = tcp(a, 40_000 + i, b, 443, 'x');
      const reader = partition.of(there);
      assert.equal(partition.of(tcp(b, 443, a, 40_000 + i, 'x')), reader);
      assert.equal(partition.of(tcp(b, 80, a, 1, 'x')), reader);
      const quoted = there.data.slice(14);
      const error = ip([10, 9, 9, 9], a, 1, [11, 0, 0, 0, 0, 0, 0, 0, ...quoted]);
      assert.equal(partition.of(error), reader);
      assert.equal(partition.of(ip(a, b, 17, [0, 53, 0, 53, 0, 8, 0, 0])), 0);
    }
  });
});

/** A second after the frame before it, and the next in number. */
function later(frame: Frame, i: number): Frame {
  return { ...frame, number: i + 1, seconds: 1_700_000_000 + i };
}

function ethernet(payload: readonly number[]): Frame {
  const data = new Uint8Array([...new Array<number>(12).fill(2), 8, 0, ...payload]);
  return { ...newFrame(), number: 1, data, end: data.length, wireLength: data.length, linkType: 1 };
}

function ip(
  src: readonly number[],
  dst: readonly number[],
  transport: number,
  payload: readonly number[],
): Frame {
  const length = 20 + payload.length;
  const head = [0x45, 0, length >> 8, length & 0xff, 0, 1, 0, 0, 64, transport, 0, 0, ...src, ...dst];
  return ethernet([...head, ...payload]);
}

function tcp(
  src: readonly number[],
  srcPort: number,
  dst: readonly number[],
  dstPort: number,
  text: string,
): Frame {
  const ports = [srcPort >> 8, srcPort & 0xff, dstPort >> 8, dstPort & 0xff];
  const rest = [0, 0, 0, 1, 0, 0, 0, 1, 0x50, 0x18, 4, 0, 0, 0, 0, 0];
  return ip(src, dst, 6, [...ports, ...rest, ...new TextEncoder().encode(text)]);
}

/** IP in IP (RFC 2003). */
function inTunnel({ data, start, end }: Frame): Frame {
  return ip([10, 8, 8, 1], [10, 8, 8, 2], 4, [...data.subarray(start + 14, end)]);
}
