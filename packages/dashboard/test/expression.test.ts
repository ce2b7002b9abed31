// Tests of editing display filters as text.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileFilter } from '@eyrie/dissect';
import fc from 'fast-check';
import {
  allOf,
  anyOf,
  combined,
  noneOf,
  ofAddress,
  quoted,
  termsOf,
  timeRange,
  WAYS,
  withTimeRange,
} from '../src/state/expression.ts';

const terms = [
  'dns',
  'tcp.port == 443',
  'ip.addr == 10.0.0.1',
  'http.host contains "a && b"',
  '_ws.col.Protocol in {"TCP", "UDP"}',
  '!(arp)',
  'tcp.flags.syn == 1 and not tcp.flags.ack == 1',
  'dns or arp',
  'udp || (tcp && ip.ttl < 3)',
  'frame[0:2] == 00:11',
];

test('terms are split at the outermost &&, not in brackets or quotes', () => {
  assert.deepEqual(termsOf('dns && (a || b) && http.host contains "x && y"'), [
    'dns',
    '(a || b)',
    'http.host contains "x && y"',
  ]);
  assert.deepEqual(termsOf('tcp and ip.ttl < 3'), ['tcp', 'ip.ttl < 3']);
  assert.deepEqual(termsOf('dns || arp'), ['dns || arp'], 'an alternative is one term');
  assert.deepEqual(termsOf('  '), []);
});

test('adding a term makes a conjunction without duplicates', () => {
  assert.equal(allOf('', 'dns'), 'dns');
  assert.equal(allOf('dns || arp', 'ip'), '(dns || arp) && ip');
  assert.equal(allOf('dns && ip', 'dns'), 'dns && ip');
  assert.equal(allOf('dns', 'dns || arp'), 'dns && (dns || arp)');
  assert.equal(anyOf('dns && ip', 'arp'), '(dns && ip) || arp');
  assert.equal(noneOf('dns'), '!(dns)');
});

test('any combination of filters is a valid display filter', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...terms),
      fc.array(fc.tuple(fc.constantFrom(...WAYS), fc.constantFrom(...terms)), { maxLength: 5 }),
      (first, steps) => {
        const expression = steps.reduce((sofar, [way, term]) => combined(sofar, way, term), first);
        compileFilter(expression);
      },
    ),
    { numRuns: 200 },
  );
});

test('an expression has at most one time range', () => {
  const once = withTimeRange('dns || arp', 100, 200.25);
  assert.equal(once, '(dns || arp) && frame.time_epoch >= 100 && frame.time_epoch < 200.25');
  assert.deepEqual(timeRange(once), { from: 100, to: 200.25 });
  assert.equal(withTimeRange(once, 5, 6), '(dns || arp) && frame.time_epoch >= 5 && frame.time_epoch < 6');
  assert.equal(withTimeRange(once, null, null), '(dns || arp)');
  assert.equal(withTimeRange('', 1763712000.000125, null, 6), 'frame.time_epoch >= 1763712000.000125');
});

test('the filter of an address has the field of its type', () => {
  assert.equal(ofAddress('10.0.0.1'), 'ip.addr == 10.0.0.1');
  assert.equal(ofAddress('fe80::1', 'src'), 'ipv6.src == fe80::1');
  assert.equal(ofAddress('00:11:22:33:44:55'), 'eth.addr == 00:11:22:33:44:55');
});

test('a quoted text: backslashes and quotes are escaped, an escape in place of a bidirectional control is kept', () => {
  assert.equal(quoted('a"b\\c'), '"a\\"b\\\\c"');
  assert.equal(quoted('evil\\u202egpj.exe'), '"evil\\u202egpj.exe"');
  assert.doesNotThrow(() => compileFilter(`http.host == ${quoted('\\u2066\\uabcd\\')}`));
});
