// Symmetric keys: vectors of RFC 4493, key files, and rejection of unauthenticated responses.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ClockError, makeRequest, parseKeys, readResponse } from '../src/index.ts';
import { isProvenBy, type SymmetricKey, withMac } from '../src/ntp/mac.ts';

const AES = '10 AES128 HEX:2b7e151628aed2a6abf7158809cf4f3c';
const keyOf = (line: string): SymmetricKey => [...parseKeys(line).values()][0]!;

test('AES-CMAC agrees with RFC 4493, preceded by the key id', () => {
  // RFC 4493 §4, example 3: its 40 bytes.
  const message = Buffer.from(
    '6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411',
    'hex',
  );
  const mac = Buffer.from(withMac(keyOf(AES), message))
    .subarray(message.length)
    .toString('hex');
  assert.equal(mac, '0000000adfa66747de9ae63030ca32611497c827');
});

test('every digest type authenticates an unmodified packet, and none that differs in a byte', () => {
  const lines = [
    AES,
    `1 AES256 HEX:${'5a'.repeat(32)}`,
    '2 SHA1 secret',
    '3 SHA256 ASCII:s',
    '4 sha512 HEX:00ff',
  ];
  const other = keyOf('9 SHA1 another');
  for (const key of lines.map(keyOf)) {
    const packet = withMac(key, Buffer.alloc(48, 7));
    assert.ok(packet.length - 48 <= 24 && isProvenBy(key, packet), key.type);
    assert.ok(!isProvenBy(other, packet) && !isProvenBy(key, packet.subarray(0, 52)));
    const change = fc.tuple(fc.nat(packet.length - 1), fc.integer({ min: 1, max: 255 }));
    fc.assert(
      fc.property(change, ([at, by]) => {
        const changed = Uint8Array.from(packet);
        changed[at]! ^= by;
        return !isProvenBy(key, changed);
      }),
      { numRuns: 30 },
    );
  }
});

test('a response without the MAC, or with a crypto-NAK, is ignored', () => {
  const key = keyOf(AES);
  const question = makeRequest(null, key)!;
  assert.ok(isProvenBy(key, question.bytes));
  const answer = Buffer.alloc(48);
  answer[0] = (4 << 3) | 4;
  answer[1] = 1;
  answer.writeBigUInt64BE(question.token, 24);
  answer.writeBigUInt64BE(1n << 63n, 32);
  answer.writeBigUInt64BE(1n << 63n, 40);
  const heard = (bytes: Uint8Array) =>
    readResponse(question, { bytes, sentNs: 0n, receivedNs: 1n, at: 0 }).kind;
  assert.equal(heard(answer), 'ignored');
  assert.equal(heard(Buffer.concat([answer, Buffer.alloc(4)])), 'ignored');
  assert.equal(heard(withMac(keyOf('10 AES128 HEX:00000000000000000000000000000000'), answer)), 'ignored');
  assert.equal(heard(withMac(key, answer)), 'sample');
});

test('a key file has chrony’s format; an error names its line', () => {
  const keys = parseKeys(`# comment\n\n! another\n${AES}\n 20\tSHA1  HEX:0aFF \n`);
  assert.deepEqual([...keys.keys()], [10, 20]);
  assert.deepEqual([...keys.get(20)!.secret], [10, 255]);
  for (const [line, message] of [
    ['0 SHA1 x', /line 1: a key has the form/],
    ['1 secret', /line 1: a key has the form/],
    ['1 MD5 x', /unknown type MD5; use one of SHA1, /],
    ['1 AES128 HEX:00', /a key of AES128 has 16 bytes, not 1/],
    ['1 SHA1 HEX:0', /HEX: must be followed by/],
  ] as const)
    assert.throws(
      () => parseKeys(line),
      (error) => error instanceof ClockError && message.test(error.message),
    );
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        parseKeys(text);
      } catch (error) {
        if (!(error instanceof ClockError)) throw error;
      }
    }),
  );
});
