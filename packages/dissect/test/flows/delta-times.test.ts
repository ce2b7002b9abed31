// Time since the packet before in a conversation, wherever the conversation was first heard of.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesOf, dissect, fieldsOf, join, tcpFrame, udpFrame } from '../protocols/support.ts';

const ETHERNET_BYTES = 14;

/** An ICMP error from 10.0.0.9 that quotes the IP packet of a frame: destination unreachable (RFC 792). */
function unreachable(frame: Uint8Array): Uint8Array {
  const quoted = frame.slice(ETHERNET_BYTES);
  const length = (28 + quoted.length).toString(16).padStart(4, '0');
  const head = bytesOf(`4500${length}00000000400100000a0000090a000001`);
  return join(frame.slice(0, ETHERNET_BYTES), head, bytesOf('0301000000000000'), quoted);
}

const delta = (frames: readonly Uint8Array[], field: string) => fieldsOf(dissect(frames), [field])[field];

test('a conversation that an ICMP error quotes before any of its segments came begins with the first that comes', () => {
  const segment = tcpFrame(40_000, 80, '', 1);
  assert.equal(delta([unreachable(segment), segment], 'tcp.time_delta'), '0.000000000');
  assert.equal(delta([unreachable(segment), segment, segment], 'tcp.time_delta'), '1.000000000');
});

test('the packet before in the same conversation counts, whatever came between', () => {
  const [one, other] = [udpFrame(5_000, 5_001, '00'), udpFrame(6_000, 6_001, '00')];
  assert.equal(delta([one], 'udp.time_delta'), '0.000000000');
  assert.equal(delta([one, other, one], 'udp.time_delta'), '2.000000000');
});
