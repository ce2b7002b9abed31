import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compileSilence, type Finding, SilenceError } from '@eyrie/detect';
import fc from 'fast-check';
import { attempt, findingsOf, times } from './support.ts';

const [scan] = findingsOf(times(20, (i) => attempt('refused', i, { stream: i, serverPort: 100 + i }))) as [
  Finding,
];

describe('a recurring finding', () => {
  const twice = [0, 5000].flatMap((after) =>
    times(20, (i) => attempt('refused', after + i, { stream: after + i, serverPort: 100 + i })),
  );

  it('after quietS is a new finding in live traffic, but not in a file', () => {
    const scans = findingsOf(twice, { quietS: 3600 }).filter(({ rule }) => rule === 'port-scan');
    assert.deepEqual(
      scans.map(({ againAt }) => againAt !== undefined),
      [false, true],
    );
    assert.equal(findingsOf(twice).filter(({ rule }) => rule === 'port-scan').length, 1);
  });

  it('silenced leaves what was found before as it was, once', () => {
    const isSilenced = (finding: { readonly againAt?: number }): boolean => finding.againAt !== undefined;
    const scans = findingsOf(twice, { quietS: 3600, isSilenced }).filter(({ rule }) => rule === 'port-scan');
    assert.equal(scans.length, 1);
  });
});

describe('silencing', () => {
  const isSilenced = (expression: string, finding = scan): boolean => compileSilence(expression)(finding);

  it('accepts the syntax of display filters', () => {
    assert.equal(scan.source, '10.0.0.1');
    for (const expression of [
      'rule == port-scan',
      'rule == "port-scan" && source == 10.0.0.1',
      'source == 10.0.0.0/8',
      'source in {192.168.0.0/16, 10.0.0.1}',
      'severity <= medium and not severity == low',
      '!(target == 192.0.2.1) && technique == T1046',
      'summary contains "20 PORTS"',
      'confidence > 0.5 || rule == x',
    ])
      assert.equal(isSilenced(expression), true, expression);
    for (const expression of [
      'rule != port-scan',
      'source == 10.0.0.0/30 && target == 10.0.1.0/24',
      'severity >= high',
    ])
      assert.equal(isSilenced(expression), false, expression);
  });

  it('compares addresses with ports and IPv6 addresses', () => {
    assert.equal(isSilenced('target == 10.0.0.0/8', { ...scan, target: '10.1.2.3:80' }), true);
    assert.equal(isSilenced('target == fd00::/8', { ...scan, target: '[fd00::1]:80' }), true);
    assert.equal(isSilenced('target == fd00::/8', { ...scan, target: 'fe80::1' }), false);
  });

  it('throws SilenceError of one line for invalid expressions', () => {
    const wrong: readonly [string, RegExp][] = [
      ['', /a field \(rule, title, .*\) is expected, not the end at 1/],
      ['colour == red', /a field .* not colour at 1/],
      ['severity == awful', /info, low, medium, high, critical are severities, not awful at 13/],
      ['rule == a rule == b', /"&&" or "\|\|" is missing before rule at 11/],
      ['(rule == a', /"\)" is missing/],
      ['rule > a', /rule cannot be compared with ">"/],
      ['rule == $', /unexpected \$ at 9/],
    ];
    for (const [expression, message] of wrong)
      assert.throws(
        () => compileSilence(expression),
        (error) => error instanceof SilenceError && message.test(error.message),
        expression,
      );
  });

  it('throws nothing but SilenceError for any text', () => {
    const words = fc.constantFrom(
      'rule',
      'source',
      '==',
      '10.0.0.0/8',
      '::1',
      '&&',
      '!',
      '(',
      ')',
      'in',
      '{',
      '}',
      ',',
      'low',
      'severity',
      '>=',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(words).map((all) => all.join(' ')),
        ),
        (expression) => {
          try {
            compileSilence(expression)(scan);
          } catch (error) {
            assert.ok(error instanceof SilenceError);
          }
        },
      ),
    );
    assert.throws(() => compileSilence('!'.repeat(100_000)), SilenceError);
  });
});
