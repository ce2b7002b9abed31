// Sightings made up: what is the same of a packet, what is kept of many, and what two places make of it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newFrame } from '@eyrie/dissect';
import fc from 'fast-check';
import { comparePaths, newSighting, Sightings, sightingOf } from '../../src/path/index.ts';
import { quickestPair } from '../../src/path/round-trip.ts';
import { hashAddress } from '../../src/path/sighting.ts';

/** Ethernet, IPv4, UDP or TCP, with whatever is given set in it. */
function packet(given: {
  id?: number;
  ttl?: number;
  from?: number;
  to?: number;
  tcp?: boolean;
  bytes?: number;
}) {
  const { id = 1, ttl = 64, from = 1, to = 2, tcp = false, bytes = 100 } = given;
  const data = Buffer.alloc(14 + bytes);
  data.writeUInt16BE(0x0800, 12);
  data[14] = 0x45;
  data.writeUInt16BE(bytes, 16);
  data.writeUInt16BE(id, 18);
  data[22] = ttl;
  data[23] = tcp ? 6 : 17;
  data.set([10, 0, 0, from], 26);
  data.set([10, 0, 0, to], 30);
  if (tcp) data[46] = 0x50;
  return data;
}

function frameOf(data: Uint8Array, linkType = 1) {
  return { ...newFrame(), data, end: data.length, wireLength: data.length, linkType };
}

function seen(data: Uint8Array, linkType = 1) {
  const out = newSighting();
  assert.ok(sightingOf(frameOf(data, linkType), out));
  return out;
}

test('routers change TTL, TOS and checksums: it stays the same packet; anything else is another', () => {
  const original = packet({});
  const routed = Buffer.from(original);
  routed[15] = 0xb8;
  routed[22] = 61;
  routed.set([1, 2], 24);
  routed.set([3, 4], 14 + 20 + 6);
  const [a, b] = [seen(original), seen(routed)];
  assert.deepEqual([a.hashHigh, a.hashLow, b.ttl], [b.hashHigh, b.hashLow, 61]);
  for (const at of [18, 26, 33, 34, 37, 38, 14 + 20 + 20]) {
    const other = Buffer.from(original);
    other[at]! ^= 1;
    const c = seen(other);
    assert.notDeepEqual([a.hashHigh, a.hashLow], [c.hashHigh, c.hashLow], `byte ${at}`);
  }
});

test('a tag or another link below makes no difference', () => {
  const plain = packet({});
  const tagged = Buffer.concat([plain.subarray(0, 12), Buffer.from('8100002a', 'hex'), plain.subarray(12)]);
  const cooked = Buffer.concat([Buffer.alloc(14), plain.subarray(12)]);
  for (const [data, linkType] of [
    [tagged, 1],
    [cooked, 113],
    [plain.subarray(14), 101],
  ] as const)
    assert.equal(seen(data, linkType).hashLow, seen(plain).hashLow);
});

test('no bytes make it fail', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 120 }),
      fc.constantFrom(1, 113, 276, 101, 0, 12, 147),
      (data, linkType) => {
        sightingOf(frameOf(data, linkType), newSighting());
        if (data.length > 20) {
          data.set([8, 0, 0x45], 12);
          sightingOf(frameOf(data, linkType), newSighting());
        }
      },
    ),
  );
});

const MS = 1e6;

/** `count` packets each way, 2 ms there and 3 ms back, through one router; every hundredth there is lost. */
function lab(count: number, capacity: number, aheadMs = 0): [Sightings, Sightings] {
  const [a, b] = [new Sightings(0n, capacity, Infinity), new Sightings(5_000_000_000n, capacity, Infinity)];
  const shift = aheadMs * MS - 5e9;
  for (let i = 0; i < count; i++) {
    const at = 10e9 + i * MS;
    const there = (ttl: number) => seen(packet({ id: i & 0xffff, ttl, bytes: 60 + (i >> 16) }));
    const back = (ttl: number) =>
      seen(packet({ id: i & 0xffff, ttl, from: 2, to: 1, bytes: 60 + (i >> 16) }));
    a.add(there(64), at);
    if (i % 100 !== 50) b.add(there(63), at + 2 * MS + shift);
    b.add(back(64), at + 500 + shift);
    a.add(back(63), at + 500 + 3 * MS);
  }
  return [a, b];
}

test('delay, loss and routers of both ways, and what does not depend on the clocks', () => {
  for (const aheadMs of [0, 700]) {
    const report = comparePaths(...lab(5000, 1 << 16, aheadMs));
    const { forth, back } = report;
    assert.ok(
      Math.abs(forth.delay!.medianMs - 2 - aheadMs) < 1e-6 &&
        Math.abs(back.delay!.p95Ms - 3 + aheadMs) < 1e-6,
    );
    assert.ok(Math.abs(report.roundTripMs! - 5) < 1e-6);
    assert.ok(Math.abs(forth.lossPercent! - 1) < 0.05 && back.lossPercent === 0);
    assert.deepEqual([forth.hops, back.hops, forth.unseen, back.unseen, report.oneIn], [1, 1, 0, 0, 1]);
  }
});

test('a round trip is one of a moment: clocks that are slewed meanwhile do not make it negative', () => {
  const [a, b] = [new Sightings(0n, 1 << 12, Infinity), new Sightings(0n, 1 << 12, Infinity)];
  for (let i = 0; i < 100; i++) {
    const at = 10e9 + i * 100 * MS;
    // 0.02 ms each way; the second clock gains 20 ppm.
    const ahead = i * 100 * 20;
    a.add(seen(packet({ id: i, ttl: 64 })), at);
    b.add(seen(packet({ id: i, ttl: 64 })), at + 0.02 * MS + ahead);
    b.add(seen(packet({ id: i, ttl: 64, from: 2, to: 1 })), at + 500 + ahead);
    a.add(seen(packet({ id: i, ttl: 64, from: 2, to: 1 })), at + 500 + 0.02 * MS);
  }
  const [one, two] = [1, 2].map((host) => new Set([hashAddress(Uint8Array.of(10, 0, 0, host))]));
  const report = comparePaths(a, b, { addresses: [one!, two!] });
  assert.ok(report.forth.delay!.minMs + report.back.delay!.minMs < 0, 'of different moments');
  assert.ok(report.roundTripMs! > 0.015 && report.roundTripMs! <= 0.041, `${report.roundTripMs} ms`);
});

test('packets of both directions that are far apart in time still give a round trip', () => {
  assert.deepEqual(
    quickestPair({ atNs: [0, 1e9], delaysMs: [3, 2] }, { atNs: [5e12, 6e12], delaysMs: [4, 5] }),
    { thereMs: 2, backMs: 4 },
  );
  assert.deepEqual(quickestPair({ atNs: [-1], delaysMs: [3] }, { atNs: [1], delaysMs: [4] }), {
    thereMs: 3,
    backMs: 4,
  });
  assert.equal(quickestPair({ atNs: [], delaysMs: [] }, { atNs: [1], delaysMs: [4] }), null);
});

test('of more packets than there is room for, both places keep the same part', () => {
  const report = comparePaths(...lab(20_000, 1 << 12));
  assert.ok(report.oneIn >= 8, `one in ${report.oneIn}`);
  assert.ok(report.forth.matched > 1000 && report.back.matched > 1000);
  assert.ok(Math.abs(report.forth.lossPercent! - 1) < 0.6, `${report.forth.lossPercent} %`);
  assert.equal(report.back.lost, 0);
});

test('a place watched on and on keeps what is new', () => {
  const watched = new Sightings(0n, 1 << 10, 1e9);
  for (let i = 0; i < 100_000; i++) watched.add(seen(packet({ id: i & 0xffff })), i * 2 * MS);
  assert.equal(watched.length, 1 << 10);
  assert.equal(watched.untilNs, 99_999 * 2 * MS);
  assert.ok(watched.sinceNs > 190e9);
});

test('a segment that a network card has joined is no loss', () => {
  const [a, b] = [new Sightings(0n, 100), new Sightings(0n, 100)];
  for (let i = 0; i < 10; i++) {
    const ack = seen(packet({ tcp: true, id: i, bytes: 40 }));
    a.add(ack, i * 1e9);
    b.add({ ...ack, ttl: 63 }, i * 1e9 + MS);
  }
  a.add(seen(packet({ tcp: true, id: 50, bytes: 2900 })), 1e9 + 5);
  for (const id of [51, 52]) b.add(seen(packet({ tcp: true, id, bytes: 1500 })), 1e9 + MS);
  const { isTcpLeftOut, forth } = comparePaths(a, b);
  assert.deepEqual([isTcpLeftOut, forth.lost], [true, 0]);
});

test('of alike packets the nearest in time belong together', () => {
  const [a, b] = [new Sightings(0n, 100), new Sightings(0n, 100)];
  const same = seen(packet({}));
  for (const atMs of [0, 1000, 2000]) a.add(same, atMs * MS);
  for (const atMs of [1001, 2001, 3000]) b.add({ ...same, ttl: 63 }, atMs * MS);
  const { forth } = comparePaths(a, b);
  assert.equal(forth.delay!.medianMs, 1);
});
