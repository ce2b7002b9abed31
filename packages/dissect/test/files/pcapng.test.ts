import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CaptureReader,
  LINKTYPE_CUSTOM,
  LINKTYPE_JOURNAL,
  newFrame,
  newInterface,
  PcapngWriter,
  SECRETS_TLS_KEY_LOG,
} from '../../src/files/index.ts';
import {
  Builder,
  block,
  concat,
  interfaceBlock,
  option,
  type Packet,
  packet,
  packetBlock,
  readAll,
  sectionHeader,
} from './support.ts';

const text = (value: string) => new TextEncoder().encode(value);

for (const little of [true, false]) {
  const order = little ? 'little-endian' : 'big-endian';
  const u8 = (value: number) => Uint8Array.of(value);
  const u64 = (value: bigint) => new Builder(little).number(8, value).done();
  const opt = (code: number, value: Uint8Array | string) => option(little, code, value);
  const end = opt(0, '');
  const section = sectionHeader(little);
  const ethernet = interfaceBlock(little, 1, 0);

  test(`${order}: sections and interfaces are described by their options`, () => {
    const file = concat(
      sectionHeader(little, opt(1, 'a remark'), opt(2, 'a machine'), opt(3, 'Linux'), opt(4, 'dumpcap'), end),
      interfaceBlock(
        little,
        113,
        96,
        opt(1, 'on the interface'),
        opt(2, 'eth0\0'),
        opt(3, 'uplink'),
        opt(4, u8s(10, 0, 0, 1, 255, 0, 0, 0)),
        opt(5, Uint8Array.from([...Array(16).keys(), 64])),
        opt(6, u8s(1, 2, 3, 4, 5, 6)),
        opt(8, u64(10_000_000_000n)),
        opt(9, u8(9)),
        opt(11, '\0tcp port 80'),
        opt(12, 'Linux 6.1'),
        opt(13, u8(4)),
        opt(14, u64(-3600n)),
        opt(15, 'a card'),
        opt(16, u64(5n)),
        opt(17, u64(6n)),
        opt(18, 'Europe/Rome'),
        end,
      ),
    );
    const { reader, problem } = readAll(file);
    assert.equal(problem, null);
    assert.deepEqual(reader.sections, [
      {
        offset: 0,
        littleEndian: little,
        version: '1.0',
        hardware: 'a machine',
        os: 'Linux',
        application: 'dumpcap',
        comments: ['a remark'],
      },
    ]);
    assert.deepEqual(reader.interfaces, [
      {
        id: 0,
        section: 0,
        linkType: 113,
        snapLength: 96,
        ticksPerSecond: 1e9,
        timeOffset: -3600,
        fcsLength: 4,
        name: 'eth0',
        description: 'uplink',
        filter: 'tcp port 80',
        os: 'Linux 6.1',
        hardware: 'a card',
        timeZone: 'Europe/Rome',
        speed: 10_000_000_000,
        transmitSpeed: 5,
        receiveSpeed: 6,
        ipv4: [u8s(10, 0, 0, 1, 255, 0, 0, 0)],
        ipv6: [Uint8Array.from([...Array(16).keys(), 64])],
        hardwareAddress: u8s(1, 2, 3, 4, 5, 6),
        comments: ['on the interface'],
        statistics: null,
      },
    ]);
  });

  test(`${order}: time stamps of any resolution`, () => {
    const cases: [resolution: number, offset: bigint, ticks: bigint, seconds: number, nanoseconds: number][] =
      [
        [6, 0n, 1_700_000_000_123_456n, 1_700_000_000, 123_456_000],
        [9, 0n, 1_700_000_000_123_456_789n, 1_700_000_000, 123_456_789],
        [9, 0n, 1_700_000_000_999_999_999n, 1_700_000_000, 999_999_999],
        [9, 0n, 18_446_744_073_709_551_615n, 18_446_744_073, 709_551_615],
        [0, -100n, 50n, -50, 0],
        [3, 7n, 1_700_000_000_042n, 1_700_000_007, 42_000_000],
        [12, 0n, 1_700_000_000_123_456n, 1700, 123],
        [0x80 | 20, 1000n, (1_700_000_000n << 20n) | 0x80000n, 1_700_001_000, 500_000_000],
        [0x80 | 63, 0n, 3n << 62n, 1, 500_000_000],
        [0x80 | 127, 0n, 1n << 63n, 0, 0],
        [0x80, 0n, 77n, 77, 0],
        [127, 0n, 77n, 0, 0],
      ];
    for (const [resolution, offset, ticks, seconds, nanoseconds] of cases) {
      const options = [opt(9, u8(resolution)), opt(14, u64(offset)), end];
      const file = concat(
        section,
        interfaceBlock(little, 1, 0, ...options),
        packetBlock(little, 0, ticks, packet()),
      );
      const [only] = readAll(file).packets;
      assert.deepEqual(
        [only?.seconds, only?.nanoseconds],
        [seconds, nanoseconds],
        `resolution ${resolution}`,
      );
    }
  });

  test(`${order}: obsolete and simple packets`, () => {
    const obsolete = new Builder(little)
      .number(2, 1, 77)
      .number(4, 1_700_000_000_000_000n >> 32n, 1_700_000_000_000_000n & 0xffffffffn, 3, 60)
      .bytes([7, 8, 9])
      .pad();
    const simple = new Builder(little).number(4, 60).bytes([1, 2, 3, 4, 5, 6, 7, 8]);
    const file = concat(
      section,
      interfaceBlock(little, 1, 6),
      interfaceBlock(little, 101, 0),
      block(little, 2, obsolete.done()),
      block(little, 3, simple.done()),
    );
    const { packets, problem } = readAll(file);
    assert.equal(problem, null);
    const untimed = { seconds: 0, nanoseconds: 0, hasTime: false };
    assert.deepEqual(packets, [
      packet({ nanoseconds: 0, bytes: [7, 8, 9], wireLength: 60, linkType: 101, interfaceId: 1 }),
      packet({ ...untimed, bytes: [1, 2, 3, 4, 5, 6], wireLength: 60, interfaceId: 0 }),
    ]);
  });

  test(`${order}: names, keys, statistics and comments`, () => {
    const names = new Builder(little)
      .number(2, 1, 4 + 9)
      .bytes([10, 0, 0, 1])
      .text('one\0more\0')
      .pad()
      .number(2, 2, 16 + 4)
      .bytes([...Array(16).keys()])
      .text('six\0')
      .number(2, 0, 0);
    const keys = new Builder(little).number(4, SECRETS_TLS_KEY_LOG, 5).text('a key');
    const statistics = new Builder(little)
      .number(4, 0, 0, 0)
      .bytes(
        concat(
          opt(2, new Builder(little).number(4, 0, 1_500_000).done()),
          opt(4, u64(1000n)),
          opt(5, u64(3n)),
          opt(7, u64(2n)),
          end,
        ),
      );
    const file = concat(
      section,
      ethernet,
      block(little, 4, names.done()),
      block(little, 10, keys.done()),
      packetBlock(little, 0, 1n, packet(), opt(2, u8s(0, 0, 0, 1)), opt(1, 'first'), opt(1, 'second'), end),
      block(little, 5, statistics.done()),
    );
    const { reader, problem } = readAll(file, [100, 200, 300]);
    assert.equal(problem, null);
    assert.deepEqual(reader.names, [
      { address: u8s(10, 0, 0, 1), names: ['one', 'more'] },
      { address: Uint8Array.from([...Array(16).keys()]), names: ['six'] },
    ]);
    assert.deepEqual(reader.secrets, [{ kind: SECRETS_TLS_KEY_LOG, data: text('a key') }]);
    assert.deepEqual(reader.comments, [
      { frameNumber: 1, text: 'first' },
      { frameNumber: 1, text: 'second' },
    ]);
    assert.deepEqual(reader.interfaces[0]?.statistics, {
      startTime: 1.5,
      endTime: null,
      received: 1000,
      dropped: 3,
      accepted: null,
      droppedBySystem: 2,
      delivered: null,
    });
  });

  test(`${order}: custom blocks and journal entries count as frames, unknown blocks do not`, () => {
    const entry = '__REALTIME_TIMESTAMP=1700000000123456\nMESSAGE=hello\n';
    const file = concat(
      section,
      ethernet,
      block(little, 0x7777, text('what?')),
      block(little, 9, text(entry)),
      block(little, 9, text('MESSAGE=without a time\n')),
      block(little, 0xbad, new Builder(little).number(4, 32473).text('ours').done()),
      packetBlock(little, 0, 0n, packet()),
    );
    const { packets, numbers, problem } = readAll(file);
    assert.equal(problem, null);
    assert.deepEqual(numbers, [1, 2, 3, 4]);
    const [timed, untimed, custom] = packets;
    assert.deepEqual(timed, packet({ bytes: [...text(entry)], linkType: LINKTYPE_JOURNAL }));
    assert.equal(untimed?.hasTime, false);
    assert.deepEqual(
      [custom?.linkType, custom?.bytes, custom?.hasTime],
      [LINKTYPE_CUSTOM, [...text('ours')], false],
    );
    assert.equal(packets[3]?.interfaceId, 0);
  });

  test(`${order}: a block length that forgets the padding is understood`, () => {
    const unpadded = packetBlock(little, 0, 0n, packet({ bytes: [1, 2] }));
    const view = new DataView(unpadded.buffer);
    view.setUint32(4, unpadded.length - 2, little);
    view.setUint32(unpadded.length - 4, unpadded.length - 2, little);
    const { packets, problem } = readAll(
      concat(section, ethernet, unpadded, packetBlock(little, 0, 0n, packet())),
    );
    assert.equal(problem, null);
    assert.equal(packets.length, 2);
  });

  test(`${order}: contradictions are damage, and name their place`, () => {
    const good = packetBlock(little, 0, 0n, packet());
    const start = concat(section, ethernet, good);
    const wrongEnd = good.slice();
    new DataView(wrongEnd.buffer).setUint32(good.length - 4, 99, little);
    const wrongCaptured = good.slice();
    new DataView(wrongCaptured.buffer).setUint32(20, 20, little);
    const cases: [string, Uint8Array, RegExp][] = [
      ['interface', packetBlock(little, 3, 0n, packet()), /interface 3, but the section describes 1/],
      ['new section', concat(section, good), /interface 0, but the section describes 0/],
      ['two lengths', wrongEnd, /40 bytes at its beginning and 100 at its end/],
      ['captured length', wrongCaptured, /20 captured bytes in a block of 40/],
      ['too short', block(little, 6, new Uint8Array(4)), /at least 32/],
      ['too long', new Builder(little).number(4, 0x7777, 0x7fffffff, 0).done(), /more than any real one/],
      ['no magic', block(little, 0x0a0d0d0a, new Uint8Array(16)), /byte-order magic/],
    ];
    for (const [name, bad, message] of cases) {
      const { packets, problem } = readAll(concat(start, bad, good));
      assert.equal(packets.length, 1, name);
      assert.equal(problem?.code, 'damaged', name);
      assert.match(problem?.message ?? '', message, name);
      assert.equal(
        problem?.offset,
        name === 'new section' ? start.length + section.length : start.length,
        name,
      );
    }
  });

  test(`${order}: damaged options do not hide packets`, () => {
    const tooLong = new Builder(little).number(2, 1, 500).text('abcd').done();
    const file = concat(
      section,
      ethernet,
      packetBlock(little, 0, 0n, packet(), tooLong),
      packetBlock(little, 0, 0n, packet()),
    );
    const { packets, problem } = readAll(file);
    assert.equal(problem, null);
    assert.equal(packets.length, 2);
  });

  test(`${order}: another major version is not guessed at`, () => {
    const other = sectionHeader(little);
    new DataView(other.buffer).setUint16(12, 2, little);
    assert.equal(readAll(other).problem?.code, 'unsupported');
  });
}

test('interfaces are numbered across sections', () => {
  const file = [true, false, true].flatMap((little) => [
    sectionHeader(little),
    interfaceBlock(little, 1, 0),
    interfaceBlock(little, 101, 0),
    packetBlock(little, 1, 0n, packet()),
  ]);
  const { packets, reader } = readAll(concat(...file));
  assert.deepEqual(
    packets.map(({ interfaceId, linkType }) => [interfaceId, linkType]),
    [
      [1, 101],
      [3, 101],
      [5, 101],
    ],
  );
  assert.deepEqual(
    reader.interfaces.map(({ section }) => section),
    [0, 0, 1, 1, 2, 2],
  );
});

test('lists are bounded, and what is left out is counted', () => {
  const one = packetBlock(true, 0, 0n, packet(), option(true, 1, 'x'));
  const many = new Uint8Array(one.length * 70_000);
  for (let i = 0; i < 70_000; i++) many.set(one, i * one.length);
  const reader = new CaptureReader();
  const frame = newFrame();
  reader.feed(concat(sectionHeader(true), interfaceBlock(true, 1, 0), many));
  while (reader.next(frame));
  assert.equal(reader.frameCount, 70_000);
  assert.equal(reader.comments.length, 65536);
  assert.equal(reader.omitted, 70_000 - 65536);
});

test('everything that describes a capture is written back', () => {
  const described = {
    ...newInterface(0, 0, 1),
    snapLength: 96,
    ticksPerSecond: 1e9,
    timeOffset: -3600,
    fcsLength: 4,
    name: 'eth0',
    description: 'uplink',
    filter: 'tcp',
    os: 'Linux',
    hardware: 'a card',
    timeZone: 'Europe/Rome',
    speed: 1e10,
    receiveSpeed: 5,
    transmitSpeed: 6,
    ipv4: [u8s(10, 0, 0, 1, 255, 0, 0, 0)],
    ipv6: [Uint8Array.from([...Array(16).keys(), 64])],
    hardwareAddress: u8s(1, 2, 3, 4, 5, 6),
    comments: ['a remark'],
    statistics: {
      startTime: 1.5,
      endTime: 2.25,
      received: 1000,
      dropped: 3,
      accepted: 900,
      droppedBySystem: 2,
      delivered: 800,
    },
  };
  const names = [
    { address: u8s(10, 0, 0, 1), names: ['one', 'more'] },
    { address: new Uint8Array(16), names: ['six'] },
  ];
  const secrets = { kind: SECRETS_TLS_KEY_LOG, data: text('a key') };
  const writer = new PcapngWriter({ application: 'a', hardware: 'b', os: 'c' });
  writer.addInterface(described);
  writer.addNames(names);
  writer.addSecrets(secrets);
  writer.addStatistics(described);
  const { reader, problem } = readAll(writer.take());
  assert.equal(problem, null);
  assert.deepEqual(reader.interfaces, [described]);
  assert.deepEqual(reader.names, names);
  assert.deepEqual(reader.secrets, [secrets]);
  assert.deepEqual(
    [reader.sections[0]?.application, reader.sections[0]?.hardware, reader.sections[0]?.os],
    ['a', 'b', 'c'],
  );
});

test('what is no packet, and packets without a time, are written back', () => {
  const little = true;
  const file = concat(
    sectionHeader(little),
    interfaceBlock(little, 1, 0),
    block(little, 3, new Builder(little).number(4, 4).bytes([1, 2, 3, 4]).done()),
    block(little, 9, text('__REALTIME_TIMESTAMP=1\nA=b\n')),
    block(little, 0xbad, u8s(1, 2, 3, 4, 5, 6, 7, 8)),
    block(little, 0x40000bad, u8s(1, 2, 3, 4, 5, 6, 7, 8)),
    packetBlock(little, 0, 1_700_000_000_123_456n, packet(), option(little, 1, 'a remark')),
  );
  const reader = new CaptureReader();
  const frame = newFrame();
  const writer = new PcapngWriter();
  reader.feed(file);
  while (reader.next(frame)) {
    const comments = reader.comments.map((each) => each.text);
    writer.write(frame, reader.interfaceOf(frame), comments);
  }
  const copy = readAll(writer.take());
  const mayBeCopied = ({ linkType }: Packet) => linkType !== -0x40000bad;
  assert.equal(copy.problem, null);
  assert.deepEqual(copy.packets, readAll(file).packets.filter(mayBeCopied));
  assert.deepEqual(copy.reader.comments, [{ frameNumber: 4, text: 'a remark' }]);
});

function u8s(...values: number[]): Uint8Array {
  return Uint8Array.from(values);
}
