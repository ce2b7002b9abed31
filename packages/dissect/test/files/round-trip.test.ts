import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CaptureReader, newFrame, newInterface, PcapngWriter, PcapWriter } from '../../src/files/index.ts';
import {
  anyCuts,
  anyPacket,
  anyPackets,
  concat,
  frameOf,
  interfaceBlock,
  option,
  type Packet,
  packet,
  packetBlock,
  pcapHeader,
  pcapRecord,
  readAll,
  sectionHeader,
} from './support.ts';

const inMicroseconds = (from: Packet): Packet => ({
  ...from,
  nanoseconds: Math.floor(from.nanoseconds / 1000) * 1000,
});

test('what PcapWriter writes is read back, in chunks of any size', () => {
  fc.assert(
    fc.property(anyPackets, anyCuts, fc.boolean(), (packets, cuts, nanoseconds) => {
      const writer = new PcapWriter({ linkType: 1, nanoseconds });
      for (const each of packets) writer.write(frameOf(each));
      const reading = readAll(writer.take(), cuts);
      assert.equal(reading.problem, null);
      assert.deepEqual(reading.packets, nanoseconds ? packets : packets.map(inMicroseconds));
      assert.deepEqual(
        reading.numbers,
        packets.map((_, i) => i + 1),
      );
    }),
  );
});

test('what PcapngWriter writes is read back, with several interfaces and link types', () => {
  const wide = fc.record({ packet: anyPacket, from: fc.integer({ min: 0, max: 2 }), late: fc.boolean() });
  fc.assert(
    fc.property(fc.array(wide, { maxLength: 12 }), anyCuts, (entries, cuts) => {
      const interfaces = [
        { ...newInterface(0, 0, 1), ticksPerSecond: 1e9, name: 'eth0' },
        { ...newInterface(1, 0, 113), ticksPerSecond: 1e6, name: 'any' },
        { ...newInterface(2, 0, 1), ticksPerSecond: 2 ** 20, timeOffset: -5_000_000_000 },
      ];
      const writer = new PcapngWriter({ application: 'test' });
      for (const each of interfaces) writer.addInterface(each);
      const expected = entries.map(({ packet: from, from: id, late }) => {
        const later = late ? 2 ** 33 : 0;
        const moved = { ...from, seconds: from.seconds + later, linkType: interfaces[id]!.linkType };
        const written = { ...(id === 1 ? inMicroseconds(moved) : moved), interfaceId: id };
        writer.write(frameOf(written), interfaces[id]);
        return written;
      });
      const reading = readAll(writer.take(), cuts);
      assert.equal(reading.problem, null);
      assert.deepEqual(reading.packets, expected);
      assert.deepEqual(
        reading.reader.interfaces.map(({ name }) => name),
        ['eth0', 'any', null],
      );
      assert.equal(reading.reader.sections[0]?.application, 'test');
    }),
  );
});

test('pcap is read in both byte orders', () => {
  fc.assert(
    fc.property(anyPackets, anyCuts, fc.boolean(), fc.boolean(), (packets, cuts, little, nanoseconds) => {
      const magic = nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4;
      const unit = nanoseconds ? 1 : 1000;
      const records = packets.map((each) => pcapRecord(little, each, unit));
      const reading = readAll(concat(pcapHeader(little, { magic }), ...records), cuts);
      assert.equal(reading.problem, null);
      assert.deepEqual(reading.packets, nanoseconds ? packets : packets.map(inMicroseconds));
    }),
  );
});

test('pcapng is read in both byte orders, also when they change between sections', () => {
  const section = fc.record({ packets: anyPackets, little: fc.boolean() });
  fc.assert(
    fc.property(fc.array(section, { minLength: 1, maxLength: 4 }), anyCuts, (sections, cuts) => {
      const expected: Packet[] = [];
      const parts = sections.flatMap(({ packets, little }, id) => [
        sectionHeader(little),
        interfaceBlock(little, 1, 0, option(little, 9, Uint8Array.of(9))),
        ...packets.map((each) => {
          expected.push({ ...each, interfaceId: id });
          const ticks = BigInt(each.seconds) * 1_000_000_000n + BigInt(each.nanoseconds);
          return packetBlock(little, 0, ticks, each);
        }),
      ]);
      const reading = readAll(concat(...parts), cuts);
      assert.equal(reading.problem, null);
      assert.deepEqual(reading.packets, expected);
      assert.equal(reading.reader.sections.length, sections.length);
    }),
  );
});

test('a frame says where its bytes stand in the file', () => {
  fc.assert(
    fc.property(anyPackets, anyCuts, (packets, cuts) => {
      const file = concat(pcapHeader(true), ...packets.map((each) => pcapRecord(true, each)));
      const { offsets } = readAll(file, cuts);
      packets.forEach(({ bytes }, i) => {
        assert.deepEqual([...file.subarray(offsets[i]!, offsets[i]! + bytes.length)], bytes);
      });
    }),
  );
});

test('chunks of one byte are enough', () => {
  const packets = [
    packet(),
    packet({ bytes: [] }),
    packet({ bytes: [...Array(300).keys()].map((i) => i % 256) }),
  ];
  const file = concat(pcapHeader(true), ...packets.map((each) => pcapRecord(true, each)));
  const everyByte = [...file.keys()];
  assert.deepEqual(readAll(file, everyByte).packets, packets);
});

test('the bytes of a packet that is whole in a chunk are not copied', () => {
  const file = concat(pcapHeader(true), pcapRecord(true, packet()), pcapRecord(true, packet()));
  const reader = new CaptureReader({ mayLookAhead: false });
  const frame = newFrame();
  reader.feed(file);
  assert.ok(reader.next(frame) && frame.data === file);
  assert.ok(reader.next(frame) && frame.data === file);
});

test('bytes that are fed before the last ones were read are not lost', () => {
  const packets = Array.from({ length: 20 }, (_, i) => packet({ seconds: i }));
  const file = concat(pcapHeader(true), ...packets.map((each) => pcapRecord(true, each)));
  const reader = new CaptureReader();
  const frame = newFrame();
  const seen: number[] = [];
  for (let at = 0; at < file.length; at += 50) {
    const chunk = file.slice(at, at + 50);
    reader.feed(chunk);
    if (reader.next(frame)) seen.push(frame.seconds);
    reader.release();
    chunk.fill(0xee);
  }
  reader.finish();
  while (reader.next(frame)) seen.push(frame.seconds);
  assert.deepEqual(
    seen,
    packets.map(({ seconds }) => seconds),
  );
});

test('memory that is given back to a writer is written to again, and leaves nothing behind', () => {
  fc.assert(
    fc.property(anyPackets, anyPackets, (first, second) => {
      const [plain, again] = [new PcapngWriter(), new PcapngWriter()];
      for (const packets of [first, second, first]) {
        for (const writer of [plain, again]) for (const each of packets) writer.write(frameOf(each));
        const taken = again.take();
        assert.deepEqual(taken, plain.take());
        taken.fill(0xff);
        again.giveBack(taken);
      }
    }),
  );
});
