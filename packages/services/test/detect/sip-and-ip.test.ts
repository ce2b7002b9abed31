// SIP, LLMNR and bare IP packets made by hand: who guesses extensions, passwords and protocols, or answers for every name,
// is found; offices, phones with an old password and routers are left alone.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Dissector, newFrame } from '@eyrie/dissect';
import { PacketWatch } from '@eyrie/services/detect';

const LINKTYPE_RAW = 101;
const UDP = 17;

function ip(protocol: number, isAnswer: boolean, body: Buffer): Buffer {
  const head = Buffer.alloc(20);
  head[0] = 0x45;
  head.writeUInt16BE(20 + body.length, 2);
  head[8] = 64;
  head[9] = protocol;
  head.set(isAnswer ? [10, 0, 0, 2, 10, 0, 0, 1] : [10, 0, 0, 1, 10, 0, 0, 2], 12);
  return Buffer.concat([head, body]);
}

function sip(firstLine: string, isAnswer: boolean, number: number, user: string, more = ''): Buffer {
  const text = `${firstLine}\r\nVia: SIP/2.0/UDP 10.0.0.1:5062;branch=z9hG4bK${number}\r\nFrom: <sip:${user}@a>;tag=t${number}\r
To: <sip:${user}@a>\r\nCall-ID: c${number}\r\nCSeq: ${number} REGISTER\r\n${more}Content-Length: 0\r\n\r\n`;
  const udp = Buffer.alloc(8);
  udp.writeUInt16BE(isAnswer ? 5060 : 5062, 0);
  udp.writeUInt16BE(isAnswer ? 5062 : 5060, 2);
  udp.writeUInt16BE(8 + text.length, 4);
  return ip(UDP, isAnswer, Buffer.concat([udp, Buffer.from(text)]));
}

let numbers = 0;
/** A REGISTER and its answer. */
function register(user: string, hasPassword: boolean, answer: string): Buffer[] {
  const number = ++numbers;
  const digest = `Digest username="${user}", realm="a", nonce="n", uri="sip:a", response="${'0'.repeat(32)}"`;
  return [
    sip('REGISTER sip:a SIP/2.0', false, number, user, hasPassword ? `Authorization: ${digest}\r\n` : ''),
    sip(`SIP/2.0 ${answer}`, true, number, user),
  ];
}

/** `id severity` of what rules find, with `stepMs` between packets. */
function found(packets: readonly Buffer[], stepMs: number): string[] {
  const dissector = new Dissector();
  const watch = new PacketWatch(dissector.session);
  const frame = newFrame();
  for (const [i, data] of packets.entries()) {
    const ms = i * stepMs;
    Object.assign(frame, { number: i + 1, data, start: 0, end: data.length, wireLength: data.length });
    Object.assign(frame, { seconds: 1_700_000_000 + Math.floor(ms / 1000), linkType: LINKTYPE_RAW });
    frame.nanoseconds = (ms % 1000) * 1e6;
    watch.add(dissector.dissect(frame));
  }
  return watch.end().map(({ rule, severity }) => `${rule} ${severity}`);
}

const each = <T>(count: number, make: (i: number) => T[]): T[] =>
  Array.from({ length: count }, (_, i) => make(i)).flat();
const extension = (i: number) => String(100 + i);
const ASKED = '401 Unauthorized';
const REFUSED = '403 Forbidden';
const TAKEN = '200 OK';

/** A question for a name, and the answer that it is 10.0.0.2. */
function llmnr(name: string): Buffer[] {
  const question = Buffer.concat([Buffer.of(name.length), Buffer.from(name), Buffer.of(0, 0, 1, 0, 1)]);
  const head = (flags: number, answers: number) => Buffer.of(0, 7, flags, 0, 0, 1, 0, answers, 0, 0, 0, 0);
  const answer = Buffer.of(0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 30, 0, 4, 10, 0, 0, 2);
  const udp = (isAnswer: boolean, body: Buffer): Buffer => {
    const header = Buffer.alloc(8);
    header.writeUInt16BE(isAnswer ? 5355 : 50_000, 0);
    header.writeUInt16BE(isAnswer ? 50_000 : 5355, 2);
    header.writeUInt16BE(8 + body.length, 4);
    return ip(UDP, isAnswer, Buffer.concat([header, body]));
  };
  return [
    udp(false, Buffer.concat([head(0, 0), question])),
    udp(true, Buffer.concat([head(0x80, 1), question, answer])),
  ];
}

describe('LLMNR', () => {
  it('who answers for whatever is asked poisons', () => {
    assert.deepEqual(found(['wpad', 'files', 'pritner'].flatMap(llmnr), 100), ['llmnr-spoof high']);
    assert.deepEqual(found(['files', 'FILES', 'files'].flatMap(llmnr), 100), []);
  });
});

describe('SIP', () => {
  it('many extensions that do not get in are looked for, many passwords are guessed', () => {
    const looked = each(30, (i) => register(extension(i), false, ASKED));
    assert.deepEqual(found(looked, 100), ['sip-guessing medium']);
    const guessed = each(80, () => register('200', true, REFUSED));
    assert.deepEqual(found(guessed, 100), ['sip-guessing high']);
    assert.deepEqual(found([...guessed, ...register('200', true, TAKEN)], 100), ['sip-guessing critical']);
    const unanswered = each(300, () => register('200', true, REFUSED).slice(0, 1));
    assert.deepEqual(found([...unanswered, ...guessed], 100), ['sip-guessing high']);
  });

  it('who gets in long after others failed from there has not guessed', () => {
    const guessed = each(80, () => register('200', true, REFUSED));
    const silence = each(4000, () => [ip(UDP, false, Buffer.alloc(8))]);
    assert.deepEqual(found([...guessed, ...silence, ...register('200', true, TAKEN)], 100), [
      'sip-guessing high',
    ]);
  });

  it('an office whose phones all get in, and phones that try an old password again, are left alone', () => {
    const office = each(60, (i) => [
      ...register(extension(i), false, ASKED),
      ...register(extension(i), true, TAKEN),
    ]);
    assert.deepEqual(found(office, 20), []);
    const old = each(15 * 8, (i) => [
      ...register(extension(i % 15), false, ASKED),
      ...register(extension(i % 15), true, REFUSED),
    ]);
    // Fifteen phones, each every 30 s.
    assert.deepEqual(found(old, 500), []);
  });
});

describe('protocols of IP', () => {
  it('each number once is a scan; what routers speak with each other is none', () => {
    assert.deepEqual(
      found(
        each(256, (i) => [ip(i, false, Buffer.alloc(0))]),
        5,
      ).slice(0, 1),
      ['protocol-scan medium'],
    );
    const cut = each(256, (i) => [ip(i, false, Buffer.alloc(0)).subarray(0, 19)]);
    assert.deepEqual(found(cut, 5), []);
    const spoken = [1, 2, 4, 47, 50, 51, 89, 103, 112];
    assert.deepEqual(
      found(
        each(900, (i) => [ip(spoken[i % 9]!, false, Buffer.alloc(64, 1))]),
        50,
      ),
      [],
    );
  });
});
