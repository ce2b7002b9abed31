// Display filters over fields that a packet has several times, or not at all (wireshark-filter(4)).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileFilter } from '../../src/filter/compile.ts';
import { dissect, tcpFrame } from '../protocols/support.ts';

/** A packet with tcp.port 40000 and 4000, and without UDP. */
const passes = (filter: string): boolean => {
  const test = compileFilter(filter);
  return test(dissect([tcpFrame(40_000, 4_000, Uint8Array.of(1))]));
};

function check(cases: Readonly<Record<string, boolean>>): void {
  for (const [filter, isPassed] of Object.entries(cases)) assert.equal(passes(filter), isPassed, filter);
}

test('of several values one is enough for == and !==, and all must be for != and ===', () => {
  check({
    'tcp.port == 4000': true,
    'tcp.port == 4001': false,
    'tcp.port != 4000': false,
    'tcp.port != 4001': true,
    'tcp.port === 4000': false,
    'tcp.srcport === 40000': true,
    'tcp.port !== 4000': true,
    'tcp.srcport !== 40000': false,
    '!(tcp.port == 4000)': false,
    'tcp.port > 5000': true,
    'tcp.port < 5000': true,
  });
});

test('all and any say it in words', () => {
  check({
    'all tcp.port > 3999': true,
    'all tcp.port > 4000': false,
    'any tcp.port > 4000': true,
    'any tcp.port != 4000': true,
    'all tcp.port == 4000': false,
    'all tcp.port in {4000, 40000}': true,
    'all tcp.port in {1..4000}': false,
    'any tcp.port in {1..4000}': true,
    'tcp.port in {4000..4000}': true,
    'tcp.port in {4001..39999}': false,
    'tcp.port not in {4000}': false,
  });
});

test('of no values nothing holds but that there are none', () => {
  check({
    'udp.port == 53': false,
    'udp.port != 53': false,
    'udp.port === 53': false,
    'udp.port !== 53': false,
    'all udp.port in {1..65535}': false,
    'all udp.port > 0': false,
    'udp.port not in {53}': true,
    '!(udp.port == 53)': true,
    'tcp.srcport != udp.srcport': false,
    'udp.srcport != tcp.srcport': false,
    'count(tcp.port) == 2': true,
    'count(udp.port) == 0': false,
    'count(udp.port) < 5': false,
    'len(udp.payload) == 0': false,
  });
});

test('what cannot be calculated has no value', () => {
  check({
    'tcp.srcport / 10 == 4000': true,
    'tcp.dstport / 3 == 1333': true,
    'tcp.srcport / 0 == 0': false,
    'tcp.srcport / 0 != 1': false,
    'tcp.srcport % 7 == 2': true,
    'tcp.srcport % 0 == 0': false,
    'tcp.srcport - tcp.dstport == 36000': true,
    'max(tcp.srcport, tcp.dstport) == 40000': true,
    'min(tcp.srcport, udp.srcport) == 40000': true,
  });
});
