// A path with a known delay and a known loss: what two captures, taken at its ends, say of it.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ADDRESSES, cannotLab, Lab } from '../../../../test/support/namespaces.ts';
import { comparePaths, fileSightings } from '../../src/path/index.ts';

const PAYLOAD_BYTES = 1000;
/** On the wire of the queue: Ethernet, IP and UDP before it. */
const FRAME_BYTES = PAYLOAD_BYTES + 42;
const BURST = 20;
const BURSTS = 100;
const RATE_BITS = 10_000_000;
const BUCKET_BYTES = 1_600;
const LOSS_PERCENT = 5;

/** Bursts of datagrams: each waits in the queue for those before it. */
const SENDER = `
const socket = require('node:dgram').createSocket('udp4');
let left = ${BURSTS};
socket.bind(0, () => {
  const next = () => {
    if (left-- === 0) return setTimeout(() => socket.close(), 100);
    for (let i = 0; i < ${BURST}; i++) {
      const data = Buffer.alloc(${PAYLOAD_BYTES});
      data.writeUInt32BE(left * ${BURST} + i);
      socket.send(data, 9, '${ADDRESSES.b}');
    }
    setTimeout(next, 40);
  };
  next();
});`;

describe('a path between two captures', { skip: cannotLab() }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'eyrie-path-'));
  let lab: Lab;
  before(() => {
    lab = new Lab();
  });
  after(async () => {
    await lab.close();
    rmSync(folder, { recursive: true });
  });

  it('has the delay of its queue within 0.2 ms, the loss that the firewall counted, and one router', async (t) => {
    const tbf = ['tbf', 'rate', `${RATE_BITS}bit`, 'burst', String(BUCKET_BYTES), 'latency', '200ms'];
    lab.exec('r', 'tc', 'qdisc', 'add', 'dev', 'to-b', 'root', ...tbf);
    lab.exec('r', 'nft', 'add', 'table', 'inet', 'lab');
    lab.exec('r', 'nft', 'add', 'chain', 'inet', 'lab', 'f', '{ type filter hook postrouting priority 0; }');
    const rule = `udp dport 9 numgen random mod 100 < ${LOSS_PERCENT} counter drop`;
    lab.exec('r', 'nft', 'add', 'rule', 'inet', 'lab', 'f', ...rule.split(' '));
    const files = [join(folder, 'a.pcap'), join(folder, 'b.pcap')] as const;
    const captures = [await lab.capture('a', files[0]), await lab.capture('b', files[1])];
    lab.exec('a', 'ping', '-q', '-i', '0.02', '-c', '50', ADDRESSES.b);
    lab.exec('a', process.execPath, '-e', SENDER);
    lab.exec('a', 'ping', '-q', '-c', '2', ADDRESSES.b);
    for (const each of captures) await lab.end(each);
    const dropped = Number(/packets (\d+)/.exec(lab.exec('r', 'nft', 'list', 'ruleset'))![1]);

    const [a, b] = await Promise.all(files.map(fileSightings));
    const { forth, back, isTcpLeftOut } = comparePaths(a!.sightings, b!.sightings);
    const sent = BURST * BURSTS;
    assert.equal(forth.lost, dropped);
    assert.ok(forth.sent >= sent && forth.matched >= sent - dropped);
    assert.ok(Math.abs((100 * forth.lost) / sent - (100 * dropped) / sent) < 0.5);
    assert.deepEqual([forth.hops, forth.hopsVary, back.hops, back.lost, back.unseen], [1, false, 1, 0, 0]);
    assert.equal(isTcpLeftOut, false);

    // Without those that were dropped each burst is shorter: so the slowest of each is compared with what it waited for.
    const expected = expectedDelays(a!.sightings, b!.sightings);
    const errors = expected.map(({ delayMs, waitedMs }) => delayMs - waitedMs).sort((x, y) => x - y);
    const median = errors[errors.length >> 1]!;
    t.diagnostic(
      `delay missed by ${median.toFixed(3)} ms in the median; ${forth.lost} of ${sent} lost, ${dropped} dropped`,
    );
    assert.ok(Math.abs(median) < 0.2, `the queue's delay is missed by ${median} ms`);
  });
});

/** For each packet that arrived: the measured delay, and what the bucket made it wait (tc-tbf(8)). */
function expectedDelays(
  a: Awaited<ReturnType<typeof fileSightings>>['sightings'],
  b: Awaited<ReturnType<typeof fileSightings>>['sightings'],
): { delayMs: number; waitedMs: number }[] {
  const baseMs = Number(b.baseNs - a.baseNs) / 1e6;
  const arrived = new Map<string, number>();
  for (const j of b.ordered()) arrived.set(`${b.hashHigh[j]} ${b.hashLow[j]}`, b.times[j]! / 1e6 + baseMs);
  const all: { delayMs: number; waitedMs: number }[] = [];
  let [tokens, atMs] = [BUCKET_BYTES, Number.NEGATIVE_INFINITY];
  const bytesPerMs = RATE_BITS / 8 / 1000;
  for (const i of a.ordered()) {
    const sentMs = a.times[i]! / 1e6;
    const cameMs = arrived.get(`${a.hashHigh[i]} ${a.hashLow[i]}`);
    if (cameMs === undefined || a.lengths[i] !== PAYLOAD_BYTES + 28) continue;
    // The bucket fills until the packet may go, after those before it.
    const readyMs = Math.max(sentMs, atMs);
    if (Number.isFinite(atMs)) tokens = Math.min(BUCKET_BYTES, tokens + (readyMs - atMs) * bytesPerMs);
    const leavesMs = readyMs + Math.max(0, FRAME_BYTES - tokens) / bytesPerMs;
    tokens = Math.max(0, tokens - FRAME_BYTES);
    atMs = leavesMs;
    all.push({ delayMs: cameMs - sentMs, waitedMs: leavesMs - sentMs });
  }
  return all;
}
