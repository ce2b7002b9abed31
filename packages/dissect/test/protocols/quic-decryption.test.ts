// QUIC decrypted with logged secrets.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { requireTool } from '../../../../test/support/tools.ts';
import { infoColumn } from '../../src/core/columns.ts';
import { treeOf } from '../../src/core/tree.ts';
import { fullNumber, PacketKeys } from '../../src/protocols/quic/protection.ts';
import { suiteOf } from '../../src/protocols/tls/decryption/suites.ts';
import { crypto, sealed } from './quic-bytes.ts';
import { pathOf, RECORDINGS, seen } from './quic-recordings.ts';
import { bytesOf, dissect, fieldsOf, udpFrame } from './support.ts';
import { HELLO_13 } from './tls-bytes.ts';

const RUNS = 30;
/** Ethernet, IPv4 and UDP. */
const HEADERS = 42;
const SOURCE_PORT = 34;

const FIELDS = [
  'quic.packet_number',
  'quic.packet_number_length',
  'quic.key_phase',
  'quic.short.reserved',
  'quic.dcid',
  'quic.protected_payload',
  'quic.frame_type',
  'quic.padding_length',
  'quic.ack.largest_acknowledged',
  'quic.ack.first_ack_range',
  'quic.nt.token',
  'quic.nci.sequence',
  'quic.nci.connection_id',
  'quic.nci.stateless_reset_token',
  'quic.rci.sequence',
  'quic.ms.max_streams',
  'quic.stream.stream_id',
  'quic.stream.initiator',
  'quic.stream.direction',
  'quic.stream.offset',
  'quic.stream.fin',
  'quic.stream_data',
  'quic.cc.error_code.app',
  'tls.handshake.type',
  'tls.handshake.extensions_alpn_str',
];

/** As `-T fields` prints them. */
const fieldLines = (name: string): string[] =>
  seen(name, true, (p) => Object.values(fieldsOf(p, FIELDS)).join('\t'));

for (const name of RECORDINGS) {
  test(`${name}: every packet is decrypted, and none without secrets`, () => {
    const infos = seen(name, true, infoColumn);
    assert.ok(
      infos.every((info) => /PKN: \d+, [A-Z]/.test(info)),
      infos.join('\n'),
    );
    const closed = seen(name, false, infoColumn);
    assert.ok(closed.every((info) => info.startsWith('Initial') || !info.includes('PKN')));
  });

  test(`${name}: fields as tshark has them`, { skip: requireTool('tshark') }, () => {
    const args = FIELDS.flatMap((field) => ['-e', field]);
    const output = execFileSync('tshark', ['-r', pathOf(name), '-T', 'fields', ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const theirs = output.split('\n');
    const types = FIELDS.indexOf('quic.frame_type');
    // It gives up on 0-RTT with ChaCha20, and on phases beyond the second.
    fieldLines(name).forEach((line, i) => {
      if (theirs[i]!.split('\t')[types] !== '') assert.equal(line, theirs[i], `packet ${i + 1}`);
    });
  });

  test(`${name}: damaged anywhere, it is survived`, () => {
    const damage = fc.array(fc.tuple(fc.nat(80), fc.nat(1400), fc.integer({ min: 1, max: 255 })), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(damage, (places) => {
        seen(
          name,
          true,
          (p) => [treeOf(p), infoColumn(p)],
          (packets) => {
            for (const [i, at, bits] of places) {
              const bytes = packets[i % packets.length]!;
              bytes[HEADERS + (at % (bytes.length - HEADERS))]! ^= bits;
            }
            return packets;
          },
        );
      }),
      { numRuns: RUNS },
    );
  });
}

test('QUIC: keys change with the phase, and what comes late has those before', () => {
  const phases = seen('quic-v1', true, infoColumn).map((info) => /KP(\d)/.exec(info)?.[1] ?? '');
  assert.match(phases.join(''), /^0+1/);
  assert.ok(phases.lastIndexOf('0') > phases.indexOf('1'));
  const infos = seen('quic-v1', true, infoColumn, (packets) => {
    const changed = phases.indexOf('1');
    const port = (bytes: Uint8Array): number => bytes[SOURCE_PORT]! * 256 + bytes[SOURCE_PORT + 1]!;
    let before = changed - 1;
    while (port(packets[before]!) !== port(packets[changed]!)) before--;
    const order = [...packets];
    order.splice(changed, 0, ...order.splice(before, 1));
    return order;
  });
  assert.match(infos[phases.indexOf('1')]!, /KP0/);
  assert.ok(infos.every((info) => /PKN: \d+, [A-Z]/.test(info)));
});

test('QUIC: 0-RTT is decrypted with the suite that fits', () => {
  for (const name of RECORDINGS) {
    const early = seen(name, true, infoColumn).filter((info) => info.startsWith('0-RTT'));
    assert.ok(early.some((info) => info.includes('STREAM(0)')));
  }
});

test('QUIC: the packet of RFC 9001 §A.5, with ChaCha20-Poly1305 and a short header', () => {
  const secret = bytesOf('9ac312a7f877468ebe69422748ad00a15443f18203a07d6060f688f30f21632b');
  const keys = new PacketKeys(suiteOf(0x1303)!, secret, 1);
  const packet = bytesOf('4cfe4189655e5cd55c41f69080575d7999c25a5bfb');
  const header = keys.unmask(packet, 0, 1, packet.length, 654360563)!;
  assert.equal(header.number, 654360564);
  assert.deepEqual([...header.bytes], [...bytesOf('4200bff4')]);
  assert.deepEqual([...keys.open(header, packet.subarray(4))!], [1]);
  assert.equal(keys.next().open(header, packet.subarray(4)), null);
  packet[20]! ^= 1;
  assert.equal(keys.open(header, packet.subarray(4)), null);
});

test('QUIC: packet numbers of RFC 9000 §A.3', () => {
  assert.equal(fullNumber(0x9b32, 16, 0xa82f30ea), 0xa82f9b32);
  assert.equal(fullNumber(0, 8, -1), 0);
  assert.equal(fullNumber(0, 8, 255), 256);
  assert.equal(fullNumber(255, 8, 256), 255);
});

test('QUIC: any frames are survived', () => {
  const cid = '5555555555555555';
  const frame = fc.tuple(fc.nat(0x31), fc.uint8Array({ maxLength: 40 }));
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 12 }), (frames) => {
      const hex = frames
        .map(([type, body]) => type.toString(16).padStart(2, '0') + Buffer.from(body).toString('hex'))
        .join('');
      const bytes = bytesOf(
        sealed({ first: cid, to: cid, from: 'aa', frames: crypto(0, HELLO_13) + hex + '00'.repeat(20) }),
      );
      const p = dissect([udpFrame(50009, 443, bytes)]);
      assert.ok(treeOf(p).length > 0);
      assert.ok(infoColumn(p).includes('CRYPTO'));
    }),
    { numRuns: 200 },
  );
});
