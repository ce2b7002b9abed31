// MQTT 5 in front of a broker of MQTT 3.1.1: packets byte by byte.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Disconnected, Refused, Version5, versionOf } from '../../src/mqtt/version5.ts';
import { Malformed, Packets, packet, text, varint } from '../../src/mqtt/wire.ts';

const PACKET_MAX = 1000;
const hex = (digits: string): Buffer => Buffer.from(digits.replaceAll(' ', ''), 'hex');
const string = (of: string): Buffer => text(Buffer.from(of));

/** CONNECT with a clean start and keep-alive of 60 s (MQTT 5 §3.1). */
const connect = (properties = '', flags = '02', payload = string('a')): Buffer =>
  packet(
    0x10,
    string('MQTT'),
    hex(`05 ${flags} 003c`),
    varint(hex(properties).length),
    hex(properties),
    payload,
  );
const ACCEPTED = hex('20 02 00 00');

function connected(properties = ''): Version5 {
  const version = new Version5(PACKET_MAX);
  version.toBroker(connect(properties));
  version.toClient(ACCEPTED);
  return version;
}

const refuses = (reason: number) => (error: unknown) => error instanceof Refused && error.reason === reason;

describe('MQTT 5, from the client', () => {
  it('CONNECT: properties are taken off, and those of the will', () => {
    const version = new Version5(PACKET_MAX);
    assert.deepEqual(
      version.toBroker(connect('11 0000000a 26 0001 6b 0001 76')),
      hex('10 0d 0004 4d515454 04 02 003c 0001 61'),
    );
    const will = Buffer.concat([string('a'), hex('05 18 00000001'), string('t'), string('m')]);
    assert.deepEqual(
      new Version5(PACKET_MAX).toBroker(connect('', '06', will)),
      hex('10 13 0004 4d515454 04 06 003c 0001 61 0001 74 0001 6d'),
    );
  });

  it('CONNECT with a password alone: the name is empty, which MQTT 3.1.1 demands', () => {
    const payload = Buffer.concat([string('a'), string('pw')]);
    assert.deepEqual(
      new Version5(PACKET_MAX).toBroker(connect('', '42', payload)),
      hex('10 13 0004 4d515454 04 c2 003c 0001 61 0000 0002 7077'),
    );
  });

  it('CONNECT without an identifier: one is made up, and the client learns it', () => {
    const version = new Version5(PACKET_MAX);
    const to = version.toBroker(connect('', '02', string('')))!;
    const id = to.subarray(-36).toString();
    assert.match(id, /^[0-9a-f-]{36}$/);
    assert.ok(version.toClient(ACCEPTED)!.includes(Buffer.concat([hex('12'), string(id)])));
  });

  it('PUBLISH: properties are taken off, and a topic alias is refused', () => {
    const version = connected();
    const message = packet(0x32, string('t'), hex('0007'), hex('02 01 01'), Buffer.from('hi'));
    assert.deepEqual(version.toBroker(message), hex('32 07 0001 74 0007 6869'));
    assert.throws(() => version.toBroker(packet(0x30, string('t'), hex('03 23 0001'))), refuses(0x94));
    assert.deepEqual(version.refusal(0x94), hex('e0 01 94'));
  });

  it('SUBSCRIBE: of the options only the quality of service is left', () => {
    const version = connected();
    assert.deepEqual(
      version.toBroker(packet(0x82, hex('0001 00'), string('a/#'), hex('2d'))),
      hex('82 08 0001 0003 612f23 01'),
    );
    assert.throws(
      () => version.toBroker(packet(0x82, hex('0001 02 0b 01'), string('a'), hex('00'))),
      refuses(0xa1),
    );
    assert.throws(
      () => version.toBroker(packet(0x82, hex('0001 00'), string('$share/g/a'), hex('00'))),
      refuses(0x9e),
    );
  });

  it('DISCONNECT with the will: the broker sees none, so that it publishes the will', () => {
    assert.deepEqual(connected().toBroker(hex('e0 00')), hex('e0 00'));
    assert.deepEqual(connected().toBroker(hex('e0 02 00 00')), hex('e0 00'));
    assert.throws(() => connected().toBroker(hex('e0 01 04')), Disconnected);
  });

  it('an authentication method is refused with a CONNACK', () => {
    const version = new Version5(PACKET_MAX);
    assert.throws(() => version.toBroker(connect('15 0001 78')), refuses(0x8c));
    assert.deepEqual(version.refusal(0x8c), hex('20 03 00 8c 00'));
  });

  it('a property that comes twice is malformed, unless it is of the user', () => {
    assert.throws(() => new Version5(PACKET_MAX).toBroker(connect('21 0001 21 0002')), Malformed);
    const user = '26 0001 6b 0001 76';
    assert.ok(new Version5(PACKET_MAX).toBroker(connect(`${user} ${user}`)));
  });

  it('whatever comes, it is translated, refused or malformed', () => {
    const anything = fc.tuple(fc.integer({ min: 0x10, max: 0xff }), fc.uint8Array({ maxLength: 60 }));
    fc.assert(
      fc.property(anything, ([first, body]) => {
        try {
          const to = connected().toBroker(packet(first, body));
          assert.equal(to[0], first);
        } catch (error) {
          const isExpected = [Refused, Disconnected, Malformed].some((type) => error instanceof type);
          assert.ok(isExpected, String(error));
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('MQTT 5, to the client', () => {
  it('CONNACK: says what is not available; a refusal has a reason code', () => {
    const version = new Version5(PACKET_MAX);
    version.toBroker(connect());
    assert.deepEqual(version.toClient(hex('20 02 00 05')), hex('20 03 00 87 00'));
    assert.deepEqual(version.toClient(ACCEPTED), hex('20 11 00 00 0e 11 00000000 27 000003e8 29 00 2a 00'));
  });

  it('SUBACK and UNSUBACK: the latter has a code for each filter', () => {
    const version = connected();
    assert.deepEqual(version.toClient(hex('90 04 0001 01 80')), hex('90 05 0001 00 01 80'));
    version.toBroker(packet(0xa2, hex('0002 00'), string('a'), string('b')));
    assert.deepEqual(version.toClient(hex('b0 02 0002')), hex('b0 05 0002 00 00 00'));
  });

  it('PUBLISH: no more are in flight than the client takes, and none is longer', () => {
    const version = connected('21 0002 27 0000000c');
    const message = packet(0x32, string('t'), hex('0001'), Buffer.from('hi'));
    assert.deepEqual(version.toClient(message), hex('32 08 0001 74 0001 00 6869'));
    assert.equal(version.mustWait(message), false);
    version.toClient(message);
    assert.equal(version.mustWait(message), true);
    assert.equal(version.mustWait(hex('d0 00')), false);
    version.toBroker(hex('40 04 0001 10 00'));
    assert.equal(version.mustWait(message), false);
    assert.equal(version.toClient(packet(0x32, string('t'), hex('0001'), Buffer.alloc(9))), null);
  });
});

it('packets are cut where they end, however the bytes come', () => {
  const whole = [connect(), hex('c0 00'), packet(0x30, string('t'), Buffer.alloc(300))];
  const bytes = Buffer.concat(whole);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: bytes.length }), { maxLength: 8 }), (cuts) => {
      const packets = new Packets();
      const found: Buffer[] = [];
      const at = [0, ...cuts.sort((a, b) => a - b), bytes.length];
      for (let i = 1; i < at.length; i++) {
        packets.add(bytes.subarray(at[i - 1]!, at[i]!));
        for (let next = packets.next(); next !== null; next = packets.next()) found.push(next);
      }
      assert.deepEqual(found, whole);
    }),
  );
});

it('the version of a CONNECT is read; what is none has none', () => {
  assert.equal(versionOf(connect()), 5);
  assert.equal(versionOf(hex('10 0d 0004 4d515454 04 02 003c 0001 61')), 4);
  assert.equal(versionOf(hex('10 0d 0004 4d515454 84 02 003c 0001 61')), 4, 'a bridge of Mosquitto');
  assert.equal(versionOf(hex('10 05 0003 474554')), 0);
});
