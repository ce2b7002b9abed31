import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { CaptureReader, newFrame, newInterface, PcapngWriter } from '../../src/files/index.ts';
import {
  anyCuts,
  block,
  concat,
  frameOf,
  interfaceBlock,
  option,
  packet,
  packetBlock,
  pcapHeader,
  pcapRecord,
  readAll,
  sectionHeader,
} from './support.ts';

const packets = [packet(), packet({ seconds: 5 }), packet({ bytes: [...Array(70).keys()] })];

const samples: Record<string, Uint8Array> = {
  pcap: concat(pcapHeader(true), ...packets.map((each) => pcapRecord(true, each))),
  'big-endian pcap': concat(pcapHeader(false), ...packets.map((each) => pcapRecord(false, each))),
  'modified pcap': concat(
    pcapHeader(true, { magic: 0xa1b2cd34 }),
    ...packets.map((each) => pcapRecord(true, each, 1000, [1, 0, 0, 0, 0, 8, 0, 0])),
  ),
  pcapng: richPcapng(true),
  'big-endian pcapng': richPcapng(false),
  snoop: snoopFile(),
};

/** A file with every kind of block. */
function richPcapng(little: boolean): Uint8Array {
  const end = option(little, 0, '');
  return concat(
    sectionHeader(little, option(little, 4, 'a program'), end),
    interfaceBlock(little, 1, 0, option(little, 2, 'eth0'), option(little, 9, Uint8Array.of(9)), end),
    interfaceBlock(little, 201, 64, option(little, 9, Uint8Array.of(0x94)), end),
    packetBlock(little, 0, 1_700_000_000_000_000_001n, packets[0]!, option(little, 1, 'a remark'), end),
    block(little, 0x77777777, Uint8Array.of(1, 2, 3)),
    packetBlock(little, 1, 1n << 40n, packets[1]!),
    block(little, 3, Uint8Array.of(4, 0, 0, 0, 9, 9, 9, 9)),
    block(little, 4, Uint8Array.of(1, 0, 6, 0, 1, 2, 3, 4, 97, 0, 0, 0, 0, 0, 0, 0)),
    block(little, 9, new TextEncoder().encode('__REALTIME_TIMESTAMP=1700000000123456\nMESSAGE=x\n')),
    block(little, 0xbad, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)),
    packetBlock(little, 0, 2n, packets[2]!),
  );
}

function snoopFile(): Uint8Array {
  const header = Uint8Array.of(0x73, 0x6e, 0x6f, 0x6f, 0x70, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 4);
  const record = new Uint8Array(24 + 8);
  record.set([0, 0, 0, 6, 0, 0, 0, 6, 0, 0, 0, 32, 0, 0, 0, 0, 1, 2, 3, 4, 0, 0, 0, 9]);
  return concat(header, record, record);
}

for (const [name, file] of Object.entries(samples)) {
  suite(name, () => {
    const whole = readAll(file);

    test('is read without a problem', () => {
      assert.equal(whole.problem, null);
      assert.ok(whole.packets.length >= 2);
    });

    test('cut anywhere, gives the packets before the cut and says where it was cut', () => {
      // Of the modified variants, less than two whole records cannot tell which they are.
      const first = name === 'modified pcap' ? whole.offsets[2]! : 0;
      for (let length = first; length < file.length; length++) {
        const reading = readAll(file.subarray(0, length));
        const count = reading.packets.length;
        assert.deepEqual(reading.packets, whole.packets.slice(0, count), `cut at ${length}`);
        const { problem } = reading;
        if (problem === null) continue;
        assert.ok(problem.offset <= length);
        assert.equal(problem.frames, count);
        assert.ok(['empty', 'truncated', 'unknown-format'].includes(problem.code), problem.code);
        // No later packet was whole.
        for (const offset of whole.offsets.slice(count)) assert.ok(offset >= problem.offset);
      }
    });

    test('with bytes changed, never throws, and reads the same in any chunks', () => {
      const change = fc.record({ at: fc.nat(file.length - 1), value: fc.integer({ min: 0, max: 255 }) });
      fc.assert(
        fc.property(fc.array(change, { maxLength: 6 }), anyCuts, (changes, cuts) => {
          const changed = file.slice();
          for (const { at, value } of changes) changed[at] = value;
          const once = readAll(changed);
          const inChunks = readAll(changed, cuts);
          assert.deepEqual(inChunks.packets, once.packets);
          assert.deepEqual(inChunks.problem, once.problem);
        }),
        { numRuns: 300 },
      );
    });
  });
}

test('random bytes never throw, and read the same in any chunks', () => {
  const magics = [
    [],
    [0xd4, 0xc3, 0xb2, 0xa1],
    [0xa1, 0xb2, 0xcd, 0x34],
    [...sectionHeader(true)],
    [...snoopFile()],
  ];
  fc.assert(
    fc.property(
      fc.constantFrom(...magics),
      fc.uint8Array({ maxLength: 600 }),
      anyCuts,
      (magic, rest, cuts) => {
        const bytes = concat(Uint8Array.from(magic), rest);
        const once = readAll(bytes);
        assert.ok(once.packets.length <= bytes.length);
        assert.deepEqual(readAll(bytes, cuts).problem, once.problem);
      },
    ),
    { numRuns: 500 },
  );
});

test('what a record claims is not believed before it comes', () => {
  const header = pcapHeader(true, { network: 231 });
  const claim = new Uint8Array(16);
  new DataView(claim.buffer).setUint32(8, 100 << 20, true);
  const reader = new CaptureReader({ mayLookAhead: false });
  const before = process.memoryUsage().arrayBuffers;
  reader.feed(concat(header, claim));
  assert.equal(reader.next(newFrame()), false);
  assert.ok(process.memoryUsage().arrayBuffers - before < 10 << 20);
  reader.finish();
  assert.equal(reader.next(newFrame()), false);
  assert.equal(reader.problem?.code, 'truncated');
});

test('a packet longer than any is damage, and says so', () => {
  const record = pcapRecord(true, packet());
  new DataView(record.buffer).setUint32(8, 262145, true);
  const { problem, packets: before } = readAll(concat(pcapHeader(true), pcapRecord(true, packet()), record));
  assert.equal(before.length, 1);
  assert.equal(problem?.code, 'damaged');
  assert.equal(problem?.offset, 24 + 16 + 5);
  assert.match(problem?.message ?? '', /packet 2 claims 262145 captured bytes, more than the 262144/);
});

test('a longer packet is believed if the file announced it', () => {
  const long = packet({ bytes: Array(300_000).fill(7) });
  const file = concat(pcapHeader(true, { snapLength: 300_000 }), pcapRecord(true, long));
  assert.equal(readAll(file).packets.length, 1);
});

test('a block that passes over megabytes is not kept', () => {
  const writer = new PcapngWriter();
  writer.write(frameOf(packet()), newInterface(0, 0, 1));
  const length = 64 << 20;
  const head = new Uint8Array(8);
  const view = new DataView(head.buffer);
  view.setUint32(0, 0x7777, true);
  view.setUint32(4, length, true);
  const tail = head.slice(4);
  const reader = new CaptureReader();
  const frame = newFrame();
  const before = process.memoryUsage().arrayBuffers;
  reader.feed(concat(writer.take(), head));
  assert.ok(reader.next(frame));
  const filler = new Uint8Array(1 << 20);
  for (let left = length - 12; left > 0; left -= filler.length) {
    reader.feed(filler.subarray(0, Math.min(left, filler.length)));
    assert.ok(!reader.next(frame));
  }
  assert.ok(process.memoryUsage().arrayBuffers - before < 20 << 20);
  const next = new PcapngWriter();
  next.write(frameOf(packet({ seconds: 7 })), newInterface(0, 0, 1));
  reader.feed(concat(tail, next.take()));
  assert.ok(reader.next(frame));
  assert.equal(frame.seconds, 7);
  assert.equal(reader.problem, null);
});

test('a pcapng cut inside a block that is passed over is cut short', () => {
  const file = concat(sectionHeader(true), block(true, 0x7777, new Uint8Array(100)));
  for (const missing of [1, 4, 5, 50, 104]) {
    assert.equal(
      readAll(file.subarray(0, file.length - missing)).problem?.code,
      'truncated',
      `${missing} missing`,
    );
  }
});
