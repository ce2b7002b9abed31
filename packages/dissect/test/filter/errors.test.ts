// A filter that can't be used says what is wrong, and where.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { compileFilter } from '../../src/filter/compile.ts';
import { FilterError } from '../../src/filter/error.ts';
import { parseFilter } from '../../src/filter/parser.ts';

/** The filter, what the message says, and the words the carets stand under. */
const WRONG: readonly [string, RegExp, string][] = [
  ['tcp.prt == 1', /did you mean tcp\.port/, 'tcp.prt'],
  ['ip.addr == 1.2.3', /no IPv4 address/, '1.2.3'],
  ['tcp.port == abc', /no number/, 'abc'],
  ['tcp.port == 1 ||', /ends where a field or value is missing/, ' '],
  ['(tcp', /"\)" is missing/, ' '],
  ['tcp udp', /not expected here/, 'udp'],
  ['frame contains "abc', /no closing quote/, '"abc'],
  ['http.host matches "("', /regular expression/, '"("'],
  ['tcp.port in {}', /empty/, '}'],
  ['nothing(tcp.port)', /no function "nothing"/, 'nothing'],
  ['ip.src[a:b] == 1', /slice/, '['],
];

describe('a wrong filter', () => {
  for (const [filter, message, place] of WRONG) {
    it(filter, () => {
      assert.throws(
        () => compileFilter(filter),
        (error: unknown) => {
          assert.ok(error instanceof FilterError);
          assert.match(error.message, message);
          const under = filter.slice(error.at, error.at + error.length);
          assert.equal(under || ' ', place);
          return true;
        },
      );
    });
  }

  it('is an error of its own, whatever the text', () => {
    const words = fc.constantFrom(
      'tcp',
      'ip.addr',
      '==',
      '(',
      ')',
      '&&',
      'not',
      '"a"',
      '10.0.0.0/8',
      '{',
      '}',
      '[0:2]',
      '..',
      ',',
      'in',
      '-',
      '!',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(words).map((list) => list.join(' ')),
        ),
        (filter) => {
          try {
            compileFilter(filter);
          } catch (error) {
            assert.ok(error instanceof FilterError, String(error));
          }
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('nests only so deep', () => {
    assert.throws(() => parseFilter(`${'('.repeat(500)}tcp${')'.repeat(500)}`), FilterError);
  });
});

describe('the syntax tree', () => {
  it('binds not before and before or', () => {
    const tree = parseFilter('tcp || udp && !arp');
    assert.equal(tree.kind, 'or');
    assert.equal(tree.kind === 'or' && tree.right.kind, 'and');
  });

  it('reads a chain of comparisons as their conjunction', () => {
    assert.equal(parseFilter('10 < ip.ttl < 64').kind, 'and');
  });
});
