// Names of addresses that DNS messages tell.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Frame, newFrame } from '@eyrie/dissect';
import fc from 'fast-check';
import { PacketParser } from '../src/parser/packet-parser.ts';

const ETHERNET = 1;
const UDP = 17;
const [A, NS, AAAA, SRV, OPT, NSEC] = [1, 2, 28, 33, 41, 47];
const HEADER = 12;

function nameOf(name: string): number[] {
  return [...name.split('.').flatMap((label) => [label.length, ...Buffer.from(label)]), 0];
}

/** A pointer to the name of the question (RFC 1035 §4.1.4). */
const QUESTION_NAME = [0xc0, HEADER];

interface Resource {
  readonly name: readonly number[];
  readonly type: number;
  readonly data: readonly number[];
}

/** A response about host.example, with all records as answers. */
function response(...records: readonly Resource[]): number[] {
  const question = [...nameOf('host.example'), 0, A, 0, 1];
  const resources = records.flatMap(({ name, type, data }) => [
    ...[...name, 0, type, 0, 1, 0, 0, 0, 60],
    ...[data.length >> 8, data.length & 255, ...data],
  ]);
  return [0, 7, 0x81, 0x80, 0, 1, 0, records.length, 0, 0, 0, 0, ...question, ...resources];
}

function frame(message: readonly number[], port = 53): Frame {
  const data = new Uint8Array(42 + message.length);
  const total = 28 + message.length;
  data.set([8, 0, 0x45, 0, total >> 8, total & 255], 12);
  data.set([64, UDP, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2], 22);
  data.set([0, port, 0x30, 0x39, (total - 20) >> 8, (total - 20) & 255], 34);
  data.set(message, 42);
  return Object.assign(newFrame(), {
    ...{
      data,
      number: 1,
      start: 0,
      end: data.length,
      wireLength: data.length,
      linkType: ETHERNET,
      fileOffset: 0,
    },
    ...{ seconds: 1e9, nanoseconds: 0, hasTime: true },
  });
}

function namesIn(message: readonly number[]): string[] {
  const parser = new PacketParser();
  parser.begin();
  parser.add(frame(message));
  return parser.take().names.map(({ address, name, source }) => `${address} ${name} ${source}`);
}

const ADDRESS = { name: QUESTION_NAME, type: A, data: [192, 0, 2, 7] };

describe('names that DNS tells', () => {
  it('are those of addresses of either kind, whatever stands between them', () => {
    const message = response(
      { name: nameOf('example'), type: NS, data: QUESTION_NAME },
      // The types that it lists are none of records.
      { name: nameOf('example'), type: NSEC, data: [...QUESTION_NAME, 0, 1, 0x40] },
      { name: nameOf('_sip._udp.example'), type: SRV, data: [0, 1, 0, 1, 19, 196, ...QUESTION_NAME] },
      ADDRESS,
      {
        name: nameOf('six.example'),
        type: AAAA,
        data: [0x20, 1, 13, 184, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9],
      },
      { name: [0], type: OPT, data: [] },
    );
    assert.deepEqual(namesIn(message), ['192.0.2.7 host.example dns', '2001:db8::9 six.example dns']);
  });

  it('leave out an address that is too short, and go on behind it', () => {
    assert.deepEqual(namesIn(response({ ...ADDRESS, data: [192, 0, 2] }, ADDRESS)), [
      '192.0.2.7 host.example dns',
    ]);
  });

  it('of a message that is cut are those before the cut', () => {
    const whole = response(ADDRESS, { ...ADDRESS, data: [192, 0, 2, 8] });
    assert.deepEqual(namesIn(whole.slice(0, -1)), ['192.0.2.7 host.example dns']);
    assert.deepEqual(namesIn(whole.slice(0, HEADER + 3)), []);
  });

  it('of any bytes are read without an error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(8), (bytes, records) => {
        const message = [0, 7, 0x81, 0x80, 0, 1, 0, records, 0, 0, 0, 0, ...bytes];
        for (const line of namesIn(message)) assert.match(line, /^[\d.a-f:]+ .+ dns$/s);
      }),
      { numRuns: 300 },
    );
  });
});
