// Tests of NTP packets, extension fields, samples and kiss codes.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { kissOf, referenceBytes } from '../src/ntp/kiss.ts';
import { concat, decodePacket, encodeField, encodeHeader, type NtpPacket } from '../src/ntp/packet.ts';
import { PHI, sampleOf } from '../src/ntp/sample.ts';

const header: NtpPacket = {
  leap: 1,
  version: 4,
  mode: 4,
  stratum: 2,
  poll: 6,
  precision: -20,
  rootDelay: 0.25,
  rootDispersion: 1.5,
  referenceId: Uint8Array.of(192, 0, 2, 1),
  reference: 1n,
  origin: 2n,
  receive: 3n,
  transmit: 0xffff_ffff_ffff_ffffn,
};

describe('NTP packets', () => {
  test('a header survives a round trip', () => {
    assert.deepEqual(decodePacket(encodeHeader(header)), { packet: header, fields: [] });
  });

  test('a header is decoded as in RFC 5905, figure 8', () => {
    const bytes = Buffer.from(
      `240206ec00000010000000204750530000000000${'00'.repeat(12)}83aa7e8080000000${'00'.repeat(8)}`,
      'hex',
    );
    const { packet } = decodePacket(bytes)!;
    assert.deepEqual(
      [packet.version, packet.mode, packet.stratum, packet.poll, packet.precision],
      [4, 4, 2, 6, -20],
    );
    assert.equal(packet.rootDelay, 16 / 65_536);
    assert.equal(packet.receive, 0x83aa_7e80_8000_0000n);
  });

  test('extension fields survive a round trip, padded to the minimum of RFC 7822', () => {
    const bytes = concat(
      encodeHeader(header),
      encodeField(0x0104, Uint8Array.of(1, 2, 3)),
      encodeField(5, new Uint8Array(20)),
    );
    const { fields } = decodePacket(bytes)!;
    assert.deepEqual(
      fields.map(({ type, body, start, end }) => [type, body.length, start, end]),
      [
        [0x0104, 12, 48, 64],
        [5, 20, 64, 88],
      ],
    );
  });

  test('a MAC is ignored, a wrong length is rejected', () => {
    assert.deepEqual(decodePacket(concat(encodeHeader(header), new Uint8Array(20)))?.fields, []);
    const lying = concat(encodeHeader(header), encodeField(1, new Uint8Array(24)));
    lying[51] = 200;
    assert.equal(decodePacket(lying), null);
    assert.equal(decodePacket(new Uint8Array(47)), null);
    const fields = (count: number) => Array.from({ length: count }, () => encodeField(1, new Uint8Array(96)));
    assert.equal(decodePacket(concat(encodeHeader(header), ...fields(20)))?.fields.length, 20);
    assert.equal(decodePacket(concat(encodeHeader(header), ...fields(21))), null, 'longer than any packet');
  });

  test('offset, delay and dispersion of an exchange (RFC 5905 §8)', () => {
    const at = (seconds: number) => BigInt(seconds) << 32n;
    const stamps = { t1: at(1000), t2: at(1060), t3: at(1062), t4: at(1010) };
    const sample = sampleOf(stamps, header, 7, -20);
    assert.deepEqual([sample.offset, sample.delay, sample.at], [56, 8, 7]);
    assert.ok(Math.abs(sample.dispersion - (2 * 2 ** -20 + 10 * PHI)) < 1e-12);
  });

  test('arbitrary bytes do not throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const decoded = decodePacket(bytes);
        for (const { start, end } of decoded?.fields ?? []) assert.ok(start < end && end <= bytes.length);
      }),
    );
  });

  test('kiss codes map to the client’s actions', () => {
    const kiss = (code: string) => kissOf({ ...header, stratum: 0, referenceId: referenceBytes(code) });
    assert.equal(kiss('DENY')?.action, 'stop');
    assert.equal(kiss('RATE')?.action, 'slower');
    assert.equal(kiss('NTSN')?.action, 'rekey');
    assert.equal(kiss('XYZ')?.action, 'wait');
    assert.equal(kissOf(header), null);
  });
});
