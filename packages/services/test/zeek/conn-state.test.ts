// The states and histories of conn.log, from segments made by hand, as Zeek's documentation describes them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Conn } from '../../src/zeek/conn/conn.ts';
import { Endpoint } from '../../src/zeek/conn/endpoint.ts';
import { seeSegment, tcpState } from '../../src/zeek/conn/tcp.ts';

const FLAGS: Readonly<Record<string, number>> = { F: 1, S: 2, R: 4, A: 16 };

/** `> S`, `< SA`, `> A 100`: direction, flags, and bytes of payload; `! > A 100` is one that the capture missed. */
function connOf(...segments: string[]): Conn {
  const start = { uid: 'C', proto: 'tcp', ipProto: 6, direction: 0, isFlipped: false, time: 0 } as const;
  const ends = { orig: new Endpoint('192.0.2.1', 1024), resp: new Endpoint('192.0.2.2', 80) };
  const addresses = [new Uint8Array(4), new Uint8Array(4)] as const;
  const conn = new Conn({ ...start, ...ends, addresses });
  const next = { '>': 0xffff_fff0, '<': 5000 };
  segments.forEach((text, i) => {
    const [, missed, way, flags = '', bytes = '0'] = /^(! )?([<>]) ([FSRA]+)(?: (\d+))?$/.exec(text)!;
    const [self, peer] = way === '>' ? (['>', '<'] as const) : (['<', '>'] as const);
    const bits = [...flags].reduce((sum, flag) => sum | FLAGS[flag]!, 0);
    const length = Number(bytes);
    const segment = {
      seq: next[self] | 0,
      ack: next[peer] | 0,
      flags: bits,
      window: 1000,
      length,
      isWhole: true,
      time: i,
    };
    next[self] += length + (bits & 3 ? 1 : 0);
    if (missed === undefined) seeSegment(conn, segment, self === '>', () => {});
  });
  return conn;
}

const HANDSHAKE = ['> S', '< SA', '> A'];

const CASES: readonly (readonly [string, string, readonly string[]])[] = [
  ['S0', 'S', ['> S']],
  ['REJ', 'Sr', ['> S', '< RA']],
  ['S1', 'ShA', HANDSHAKE],
  ['S1', 'ShADad', [...HANDSHAKE, '> A 10', '< A', '< A 20']],
  ['SF', 'ShADadFf', [...HANDSHAKE, '> A 10', '< A', '< A 20', '> FA', '< FA', '> A']],
  ['S2', 'ShAF', [...HANDSHAKE, '> FA']],
  ['S3', 'ShAf', [...HANDSHAKE, '< FA']],
  ['RSTO', 'ShAR', [...HANDSHAKE, '> R']],
  ['RSTR', 'ShAr', [...HANDSHAKE, '< R']],
  ['RSTOS0', 'SR', ['> S', '> R']],
  ['RSTRH', 'hr', ['< SA', '< R']],
  ['SH', 'SF', ['> S', '> F']],
  ['SHR', 'hf', ['< SA', '< F']],
  ['OTH', 'DdA', ['> A 10', '< A 10', '> A']],
  ['OTH', 'D', ['> A 10']],
];

for (const [state, history, segments] of CASES)
  test(`${segments.join(', ')} is ${state} with ${history}`, () => {
    const conn = connOf(...segments);
    assert.equal(tcpState(conn), state);
    assert.equal(conn.history, history);
  });

test('sizes come from sequence numbers, across their end, without SYN and FIN', () => {
  const { orig, resp } = connOf(...HANDSHAKE, '> A 1000', '< A 7', '> FA', '< FA', '> A');
  assert.equal(orig.sizeBeside(resp), 1000);
  assert.equal(resp.sizeBeside(orig), 7);
});

test('what was acknowledged and not captured is missed, once, and counts in the size', () => {
  const conn = connOf(...HANDSHAKE, '> A 10', '! > A 500', '> A 10', '< A', '< A');
  assert.equal(conn.missedBytes, 500);
  assert.equal(conn.history, 'ShADaG');
  assert.equal(conn.orig.sizeBeside(conn.resp), 520);
});

test('repeats are noted at the first, the tenth and the hundredth', () => {
  const conn = connOf(...HANDSHAKE, '> A 10');
  const again = {
    seq: 0xffff_fff1 | 0,
    ack: 5001,
    flags: 16,
    window: 1000,
    length: 10,
    isWhole: true,
    time: 9,
  };
  for (let i = 0; i < 100; i++) seeSegment(conn, again, true, () => {});
  assert.equal(conn.history, 'ShADTTT');
});
