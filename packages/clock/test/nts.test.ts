// Tests of exchanges between client and server logic without sockets, without and with NTS.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  type Arrival,
  type ClientRequest,
  makeRequest,
  type Protection,
  readResponse,
} from '../src/client/exchange.ts';
import { Leap } from '../src/ntp/packet.ts';
import { COOKIE_BYTES, COOKIES_MAX, CookieJar } from '../src/nts/cookies.ts';
import type { NtsKeys } from '../src/nts/keys.ts';
import {
  decodeRecords,
  END_OF_MESSAGE,
  encodeRecords,
  hasUnknownCritical,
  numbers,
  numbersOf,
  record,
} from '../src/nts/records.ts';
import { answer, type ServedTime } from '../src/server/answer.ts';

const NOW_NS = 1_790_000_000_000_000_000n;
const HOUR_NS = 3_600_000_000_000n;

/** A server whose clock is an hour ahead. */
const time: ServedTime = {
  nowNs: () => NOW_NS + HOUR_NS,
  status: () => ({
    stratum: 1,
    leap: Leap.none,
    referenceId: Uint8Array.of(71, 80, 83, 0),
    referenceNs: NOW_NS,
    rootDelay: 0,
    rootDispersion: 0.001,
  }),
};

function newKeys(): NtsKeys {
  return { clientToServer: randomBytes(32), serverToClient: randomBytes(32) };
}

function enrol(jar: CookieJar, cookies = COOKIES_MAX): Protection {
  const keys = newKeys();
  return { keys, cookies: Array.from({ length: cookies }, () => jar.seal(keys)) };
}

function serve(bytes: Uint8Array, jar: CookieJar | null, isTooFast = false): Uint8Array {
  const reply = answer({ bytes, receivedNs: time.nowNs(), isTooFast }, time, jar);
  assert.ok(reply !== null, 'the server answers');
  return reply;
}

function arrival(bytes: Uint8Array): Arrival {
  return { bytes, sentNs: NOW_NS, receivedNs: NOW_NS + 1_000_000n, at: 1 };
}

function asked(protection: Protection | null): ClientRequest {
  const question = makeRequest(protection);
  assert.ok(question !== null, 'there is a cookie to ask with');
  return question;
}

describe('an exchange without NTS', () => {
  test('yields offset and delay', () => {
    const question = asked(null);
    const heard = readResponse(question, arrival(serve(question.bytes, null)));
    assert.ok(heard.kind === 'sample');
    assert.ok(Math.abs(heard.sample.offset - 3599.9995) < 1e-6, `${heard.sample.offset}`);
    assert.ok(Math.abs(heard.sample.delay - 0.001) < 1e-6);
  });

  test('ignores responses to other requests and those of an unsynchronised server', () => {
    const question = asked(null);
    const other = serve(asked(null).bytes, null);
    assert.equal(readResponse(question, arrival(other)).kind, 'ignored');
    const unsynchronised = serve(question.bytes, null);
    unsynchronised[0]! |= 0xc0;
    assert.equal(readResponse(question, arrival(unsynchronised)).kind, 'ignored');
  });

  test('yields a RATE kiss code without time for too frequent requests', () => {
    const question = asked(null);
    const heard = readResponse(question, arrival(serve(question.bytes, null, true)));
    assert.ok(heard.kind === 'kiss');
    assert.equal(heard.kiss.code, 'RATE');
  });
});

describe('an exchange with NTS', () => {
  test('yields the time and a new cookie for the one used', () => {
    const jar = new CookieJar();
    const protection = enrol(jar);
    for (let i = 0; i < 20; i++) {
      const question = asked(protection);
      assert.equal(readResponse(question, arrival(serve(question.bytes, jar))).kind, 'sample');
      assert.equal(protection.cookies.length, COOKIES_MAX);
    }
    const texts = protection.cookies.map((cookie) => Buffer.from(cookie).toString('hex'));
    assert.equal(new Set(texts).size, COOKIES_MAX);
  });

  test('requests lost cookies again, and the response is no longer than the request', () => {
    const jar = new CookieJar();
    const protection = enrol(jar, 3);
    const question = asked(protection);
    const reply = serve(question.bytes, jar);
    assert.ok(reply.length <= question.bytes.length, `${reply.length} of ${question.bytes.length}`);
    assert.equal(readResponse(question, arrival(reply)).kind, 'sample');
    assert.equal(protection.cookies.length, COOKIES_MAX);
  });

  test('makes no request without a cookie', () => {
    assert.equal(makeRequest({ keys: newKeys(), cookies: [] }), null);
  });

  test('ignores tampered, replayed and forged responses', () => {
    const jar = new CookieJar();
    const protection = enrol(jar);
    const question = asked(protection);
    const reply = serve(question.bytes, jar);
    for (let i = 0; i < reply.length; i++) {
      const other = reply.slice();
      other[i]! ^= 1 << (i % 8);
      const heard = readResponse(question, arrival(other));
      assert.notEqual(heard.kind, 'sample', `byte ${i} changed`);
    }
    const next = asked(protection);
    assert.equal(readResponse(next, arrival(reply)).kind, 'ignored', 'the old answer to a new question');
    const plain = serve(asked(null).bytes, jar);
    assert.equal(readResponse(next, arrival(plain)).kind, 'ignored', 'an answer without NTS');
  });

  test('a tampered request, or one with an expired cookie, gets an NTSN kiss code', () => {
    const jar = new CookieJar();
    const protection = enrol(jar);
    const forged = asked(protection);
    forged.bytes[1]! ^= 1; // The stratum, which the authenticator covers.
    const answers = [serve(forged.bytes, jar)];
    for (let i = 0; i < 3; i++) jar.rotate();
    const late = asked(protection);
    answers.push(serve(late.bytes, jar));
    const heard = [forged, late].map((question, i) => readResponse(question, arrival(answers[i]!)));
    for (const each of heard) assert.ok(each.kind === 'kiss' && each.kiss.code === 'NTSN');
  });

  test('a cookie is valid for two key rotations', () => {
    const jar = new CookieJar();
    const keys = newKeys();
    const cookie = jar.seal(keys);
    assert.equal(cookie.length, COOKIE_BYTES);
    jar.rotate();
    jar.rotate();
    assert.deepEqual(Buffer.from(jar.open(cookie)!.serverToClient), Buffer.from(keys.serverToClient));
    jar.rotate();
    assert.equal(jar.open(cookie), null);
  });

  test('arbitrary bytes never make client or server throw, and never yield a sample', () => {
    const jar = new CookieJar();
    const protection = enrol(jar);
    const question = asked(protection);
    const good = serve(question.bytes, jar);
    fc.assert(
      fc.property(fc.nat(good.length), fc.uint8Array({ maxLength: 80 }), (at, noise) => {
        const bytes = Buffer.concat([good.subarray(0, at), noise]);
        // Bytes after the authenticator are ignored (RFC 8915 §5.7).
        if (bytes.subarray(0, good.length).equals(good)) return;
        assert.notEqual(readResponse(question, arrival(bytes)).kind, 'sample');
        answer({ bytes, receivedNs: NOW_NS, isTooFast: false }, time, jar);
        jar.open(bytes);
      }),
    );
  });
});

describe('records of key establishment', () => {
  const records = [record(1, numbers(0), true), record(5, randomBytes(100), false), END_OF_MESSAGE];

  test('round-trip, and are null while incomplete', () => {
    const bytes = encodeRecords(records);
    const shown = (list: typeof records | null) =>
      list?.map(({ type, isCritical, body }) => [type, isCritical, Buffer.from(body).toString('hex')]);
    assert.deepEqual(shown(decodeRecords(bytes)), shown(records));
    for (let end = 0; end < bytes.length; end++) assert.equal(decodeRecords(bytes.subarray(0, end)), null);
  });

  test('an unknown critical record is detected', () => {
    assert.equal(hasUnknownCritical(records), false);
    assert.equal(hasUnknownCritical([record(4000, numbers(), false)]), false);
    assert.equal(hasUnknownCritical([record(4000, numbers(), true)]), true);
  });

  test('arbitrary bytes do not throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        for (const { body } of decodeRecords(bytes) ?? []) numbersOf(body);
      }),
    );
  });
});
