// The overview's sums and times, without a browser.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CaptureRow, Timeline } from '../src/api/types.ts';
import { before } from '../src/pages/overview/earlier.ts';
import { spanOfPackets } from '../src/pages/overview/span.ts';
import { conversationOf, portOf, sumsOf } from '../src/pages/overview/sums.ts';

const row = (protocol: string, bytes: number, group: object) => ({ protocol, packets: 1, bytes, ...group });

test('conversations: protocols are summed, the one with most bytes names it, the largest is first', () => {
  const [near, far] = [
    { a: '10.0.0.1', b: '10.0.0.2' },
    { a: '10.0.0.1', b: '2001:db8::1' },
  ];
  const rows = [row('TCP', 50, near), row('DNS', 120, far), row('HTTP', 60, near), row('TCP', 5, near)];
  assert.deepEqual(
    sumsOf(rows, conversationOf, 9).map(({ parts, packets, bytes, protocol, term }) => [
      parts.join(),
      packets,
      bytes,
      protocol,
      term,
    ]),
    [
      ['10.0.0.1,2001:db8::1', 1, 120, 'DNS', 'ip.addr == 10.0.0.1 && ipv6.addr == 2001:db8::1'],
      ['10.0.0.1,10.0.0.2', 3, 115, 'HTTP', 'ip.addr == 10.0.0.1 && ip.addr == 10.0.0.2'],
    ],
  );
  assert.equal(sumsOf(rows, conversationOf, 1).length, 1);
});

test('a host that speaks to itself is filtered by its one address; packets without addresses are no conversation', () => {
  assert.equal(conversationOf(row('ICMP', 1, { a: '::1', b: '::1' }))?.term, 'ipv6.addr == ::1');
  assert.equal(conversationOf(row('STP', 1, { a: '', b: '' })), null);
});

test('ports of the two transports are not summed; packets without a transport have none', () => {
  const rows = [
    row('TLSv1.3', 9, { transport: 'tcp', port: 443 }),
    row('QUIC', 7, { transport: 'udp', port: 443 }),
    row('ARP', 99, { transport: null, port: null }),
  ];
  assert.deepEqual(
    sumsOf(rows, portOf, 9).map(({ term }) => term),
    ['tcp.port == 443', 'udp.port == 443'],
  );
});

test('the span of the packets that pass leaves out the empty ends of the timeline', () => {
  const of = (...packets: number[]): Timeline => ({
    start: 100,
    step: 10,
    buckets: packets.length,
    series: [{ key: 'TCP', packets, bytes: packets }],
    is_exact: true,
  });
  assert.deepEqual(spanOfPackets(of(0, 0, 4, 0, 1, 0)), { from: 120, to: 150 });
  assert.deepEqual(spanOfPackets(of(1)), { from: 100, to: 110 });
  assert.equal(spanOfPackets(of(0, 0)), null);
  assert.equal(spanOfPackets(of()), null);
});

test('a range is compared with as much time right before it, under the same filter', () => {
  const all = { capture: null, q: 'dns && frame.time_epoch >= 100.5 && frame.time_epoch < 130.5' };
  const from = (first: string | null, id = 1) => ({ id, first }) as CaptureRow;
  const earlier = 'dns && frame.time_epoch >= 70.5 && frame.time_epoch < 100.5';
  assert.equal(before(all, [from('70.5')]), earlier);
  assert.equal(before(all, [from(null), from('99'), from('3', 2)]), earlier);
  for (const none of ['', 'dns', 'frame.time_epoch >= 5', 'frame.time_epoch >= 5 && frame.time_epoch < 5'])
    assert.equal(before({ capture: null, q: none }, [from('0')]), null, none);
});

test('a range whose time before was captured only in part, or by another capture, is not compared', () => {
  const of = { capture: 1, q: 'frame.time_epoch >= 100 && frame.time_epoch < 130' };
  const from = (first: string | null, id = 1) => ({ id, first }) as CaptureRow;
  for (const known of [[], [from(null)], [from('70.000001')], [from('100')], [from('3', 2)]])
    assert.equal(before(of, known), 'uncaptured', JSON.stringify(known));
  assert.notEqual(before({ ...of, capture: null }, [from('3', 2)]), 'uncaptured');
});
