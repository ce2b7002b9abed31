import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CaptureReader, newFrame, PcapWriter } from '../../src/files/index.ts';
import {
  Builder,
  concat,
  frameOf,
  type Packet,
  type PcapHeader,
  packet,
  pcapHeader,
  pcapRecord,
  readAll,
} from './support.ts';

const packets = [1, 2, 3, 4].map((seconds) => packet({ seconds, bytes: Array(20 + seconds).fill(seconds) }));

function pcapOf(
  header: PcapHeader,
  records: Packet[] = packets,
  unit = 1000,
  more: number[] = [],
): Uint8Array {
  return concat(pcapHeader(true, header), ...records.map((each) => pcapRecord(true, each, unit, more)));
}

/** What Kuznetsov's header adds: interface index, protocol, packet type, padding. */
const modified = [2, 0, 0, 0, 0x00, 0x08, 0, 0xee];

test('a file without packets is no problem', () => {
  const { reader, packets: none, problem } = readAll(pcapHeader(true));
  assert.deepEqual([none, problem, reader.format, reader.interfaces.length], [[], null, 'pcap', 1]);
});

test('the header is described', () => {
  const { reader } = readAll(pcapOf({ network: 0x24000001, snapLength: 96 }));
  const [only] = reader.interfaces;
  assert.equal(only?.linkType, 1);
  assert.equal(only?.snapLength, 96);
  assert.equal(only?.fcsLength, 4);
  assert.equal(only?.ticksPerSecond, 1e6);
  assert.equal(reader.sections[0]?.version, '2.4');
});

test('the patched variants of pcap are told by their records', () => {
  for (const [magic, more] of [
    [0xa1b2cd34, modified],
    [0xa1b2cd34, [...modified, 1, 2, 3, 4]],
    [0xa1b2c3d4, modified],
    [0xa1b2c3d4, [0x01, 0xb6, 0xbf, 0x9f]],
  ] as const) {
    const reading = readAll(pcapOf({ magic }, packets, 1000, [...more]));
    assert.equal(reading.problem, null);
    assert.deepEqual(reading.packets, packets);
  }
});

test('a usual file is not taken for a patched one because it is damaged', () => {
  const record = pcapRecord(true, packets[1]!);
  new DataView(record.buffer).setUint32(8, 0x7fffffff, true);
  const { packets: before, problem } = readAll(concat(pcapOf({}, packets.slice(0, 1)), record));
  assert.deepEqual(before, packets.slice(0, 1));
  assert.equal(problem?.code, 'damaged');
});

test('a live input gives each packet as soon as it is whole', () => {
  const reader = new CaptureReader({ mayLookAhead: false });
  const frame = newFrame();
  reader.feed(pcapHeader(true));
  assert.equal(reader.next(frame), false);
  for (const [i, each] of packets.entries()) {
    reader.feed(pcapRecord(true, each));
    assert.ok(reader.next(frame), `packet ${i + 1}`);
    assert.equal(frame.seconds, each.seconds);
    assert.equal(reader.next(frame), false);
  }
});

test('Ixia writes four bytes more in the file header', () => {
  const rest = [1, 2, 3, 4];
  for (const [magic, unit] of [
    [0x1c0001ac, 1],
    [0x1c0001ab, 1000],
  ] as const) {
    const header = new Builder(true).bytes(pcapHeader(true, { magic })).bytes(rest).done();
    const reading = readAll(concat(header, ...packets.map((each) => pcapRecord(true, each, unit))));
    assert.equal(reading.problem, null);
    assert.deepEqual(reading.packets, packets);
  }
});

test('before version 2.3 the wire length stands first; in 2.3, the smaller one is the captured', () => {
  const cut = packet({ bytes: [1, 2, 3], wireLength: 60 });
  const swapped = (from: Packet) => {
    const record = pcapRecord(true, from);
    const view = new DataView(record.buffer);
    view.setUint32(8, from.wireLength, true);
    view.setUint32(12, from.bytes.length, true);
    return record;
  };
  for (const header of [{ minor: 2 }, { major: 543, minor: 0 }]) {
    const reading = readAll(concat(pcapHeader(true, header), swapped(cut), swapped(packet())));
    assert.deepEqual(reading.packets, [cut, packet()]);
  }
  const either = readAll(concat(pcapHeader(true, { minor: 3 }), swapped(cut), pcapRecord(true, cut)));
  assert.deepEqual(either.packets, [cut, cut]);
});

test('AIX writes interface types for link types, nanoseconds, and pads FDDI', () => {
  const padded = packets.map((each) => packet({ seconds: each.seconds, bytes: [0, 0, 0, ...each.bytes] }));
  const fddi = readAll(
    concat(pcapHeader(true, { minor: 2, network: 15 }), ...padded.map((each) => pcapRecord(true, each, 1))),
  );
  assert.equal(fddi.problem, null);
  assert.deepEqual(
    fddi.packets,
    packets.map((each) => packet({ ...each, linkType: 10 })),
  );
  for (const [network, linkType] of [
    [6, 1],
    [9, 6],
    [24, 0],
  ]) {
    assert.equal(readAll(pcapHeader(true, { minor: 2, network })).reader.interfaces[0]?.linkType, linkType);
  }
});

test('DLT values that are not LINKTYPE values are mapped', () => {
  for (const [network, linkType] of [
    [12, 101],
    [14, 101],
    [11, 100],
    [13, 109],
    [16, 106],
    [101, 101],
    [281, 281],
    [0x00010001, 1],
  ]) {
    assert.equal(
      readAll(pcapHeader(true, { network })).reader.interfaces[0]?.linkType,
      linkType,
      `${network}`,
    );
  }
});

test('a pseudo-header is not part of the packet, and is written back', () => {
  const direction = [0, 0, 0, 1];
  const from = packet({ bytes: [...direction, 9, 8, 7], wireLength: 40 });
  const file = concat(pcapHeader(true, { network: 201 }), pcapRecord(true, from));
  const { packets: read } = readAll(file);
  assert.deepEqual(read, [packet({ bytes: [9, 8, 7], wireLength: 36, linkType: 201 })]);

  const reader = new CaptureReader({ mayLookAhead: false });
  const frame = newFrame();
  reader.feed(file);
  assert.ok(reader.next(frame));
  const writer = new PcapWriter({ linkType: 201, snapLength: 65535 });
  writer.write(frame);
  assert.deepEqual(writer.take(), file);
});

test('a packet that is shorter than its pseudo-header is empty', () => {
  const { packets: read } = readAll(
    concat(pcapHeader(true, { network: 201 }), pcapRecord(true, packet({ bytes: [1] }))),
  );
  assert.deepEqual(read, [packet({ bytes: [], linkType: 201 })]);
});

test('a fraction of more than a second is carried', () => {
  const late = pcapRecord(true, packet({ seconds: 10 }));
  new DataView(late.buffer).setUint32(4, 2_500_000, true);
  const [only] = readAll(concat(pcapHeader(true), late)).packets;
  assert.deepEqual([only?.seconds, only?.nanoseconds], [12, 500_000_000]);
});

test('a writer is emptied by take, and goes on', () => {
  const writer = new PcapWriter({ linkType: 1, nanoseconds: true });
  const parts: Uint8Array[] = [];
  for (const each of packets) {
    writer.write(frameOf(each));
    parts.push(writer.take());
    assert.equal(writer.pending, 0);
  }
  assert.deepEqual(readAll(concat(...parts)).packets, packets);
});

test('what is no capture is said to be none', () => {
  const cases: [string, Uint8Array, string][] = [
    ['nothing', new Uint8Array(0), 'empty'],
    ['one byte', Uint8Array.of(0xd4), 'unknown-format'],
    ['half a header', pcapHeader(true).subarray(0, 10), 'truncated'],
    ['text', new TextEncoder().encode('GET / HTTP/1.1\r\nHost: a\r\n\r\n'), 'unknown-format'],
    ['text like a pcapng block', new TextEncoder().encode('\n\r\r\nnot at all a section'), 'unknown-format'],
  ];
  for (const [name, bytes, code] of cases) {
    const { problem, packets: none } = readAll(bytes, [1, 2, 3]);
    assert.equal(problem?.code, code, name);
    assert.deepEqual(none, []);
  }
});
