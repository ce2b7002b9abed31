// What is written digit by digit and byte by byte is what strings would have said.
import assert from 'node:assert/strict';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Words } from '@eyrie/dissect';
import fc from 'fast-check';
import { decimalDigits, Output } from '../src/terminal/output.ts';

/** What comes out of `write`. */
function written(write: (out: Output) => void): string {
  const path = join(tmpdir(), `eyrie-output-${process.pid}`);
  const file = openSync(path, 'w');
  try {
    const out = new Output(file);
    write(out);
    out.flush();
    return readFileSync(path, 'utf8');
  } finally {
    closeSync(file);
    rmSync(path);
  }
}

/** As many numbers of few digits as of many. */
const wholeNumber = fc
  .tuple(fc.nat(53), fc.bigInt(0n, 2n ** 53n - 1n))
  .map(([bits, value]) => Number(value & ((1n << BigInt(bits)) - 1n)));

describe('output', () => {
  it('writes numbers, padded with zeros where that is asked', () => {
    const asked = fc.array(fc.tuple(wholeNumber, fc.integer({ min: 1, max: 12 })), { minLength: 200 });
    fc.assert(
      fc.property(asked, (numbers) => {
        const expected = numbers.map(([value, width]) => `${String(value).padStart(width, '0')} `).join('');
        const actual = written((out) => {
          for (const [value, width] of numbers) {
            out.number(value, width);
            out.byte(32);
          }
        });
        assert.equal(actual, expected);
        for (const [value] of numbers) assert.equal(decimalDigits(value), String(value).length);
      }),
      { numRuns: 30 },
    );
  });

  it('writes numbers where their digits become one more, or too many for a quotient of doubles', () => {
    const powers = Array.from({ length: 16 }, (_, digits) => 10 ** digits);
    const binary = [2 ** 31, 2 ** 32, 2 ** 50, Number.MAX_SAFE_INTEGER];
    const numbers = [...powers, ...binary].flatMap((value) => [value - 1, value, value + 1]);
    // The quotient of these by a million is nearest to a whole number from below.
    for (let millions = 1; millions < 2 ** 30; millions *= 3) numbers.push(millions * 1_000_000 - 1);
    assert.equal(
      written((out) => {
        for (const value of numbers) {
          for (const width of [1, 6, 9]) out.number(value, width);
          out.byte(32);
        }
      }),
      numbers
        .map((value) => `${[1, 6, 9].map((width) => String(value).padStart(width, '0')).join('')} `)
        .join(''),
    );
  });

  it('writes numbers right-aligned, decimals behind their point, and arrows', () => {
    const asked = fc.array(fc.tuple(wholeNumber, fc.integer({ min: 0, max: 20 })), { minLength: 200 });
    fc.assert(
      fc.property(asked, (numbers) => {
        const actual = written((out) => {
          for (const [value, width] of numbers) {
            out.aligned(value, width);
            out.decimals(value, width);
            out.arrow();
          }
        });
        const expected = numbers.map(([value, width]) => {
          const digits = String(value);
          return `${digits.padStart(width)}.${digits.padStart(width, '0')} → `;
        });
        assert.equal(actual, expected.join(''));
      }),
      { numRuns: 30 },
    );
  });

  it('writes addresses, and tells their length', () => {
    for (let value = 0; value < 256; value++) {
      const address = Uint8Array.of(value, 255 - value, value, 7);
      const text = [...address].join('.');
      assert.equal(
        written((out) => assert.equal(out.ipv4(address, 0), text.length)),
        text,
      );
    }
  });

  it('writes text of any length in any script, and spaces between', () => {
    const piece = fc.tuple(fc.string({ unit: 'grapheme', maxLength: 300 }), fc.integer({ min: -3, max: 20 }));
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const actual = written((out) => {
          for (const [text, count] of pieces) {
            out.text(text);
            out.spaces(count);
          }
        });
        const expected = pieces.map(([text, count]) => text + ' '.repeat(Math.max(0, count))).join('');
        assert.equal(actual, expected);
      }),
      { numRuns: 50 },
    );
  });

  it('writes words that were made ready, also with a number behind them', () => {
    const ascii = fc.string({ unit: 'grapheme-ascii', maxLength: 40 });
    const asked = fc.array(fc.tuple(ascii, wholeNumber), { minLength: 200 });
    fc.assert(
      fc.property(asked, (pieces) => {
        const actual = written((out) => {
          for (const [text, value] of pieces) {
            const words = new Words(text);
            out.words(words);
            out.named(words, value);
          }
        });
        assert.equal(actual, pieces.map(([text, value]) => `${text}${text}${value}`).join(''));
      }),
      { numRuns: 50 },
    );
  });

  it('writes more than its buffer holds', () => {
    const text = 'ä line that is said again and again\n'.repeat(40_000);
    assert.equal(
      written((out) => out.text(text)),
      text,
    );
    // Wherever it is cut into pieces.
    for (const start of ['', 'x'])
      assert.equal(
        written((out) => out.text(start + '😀'.repeat(100_000))),
        start + '😀'.repeat(100_000),
      );
    const actual = written((out) => {
      for (let i = 0; i < 100_000; i++) out.number(i);
    });
    assert.equal(actual, Array.from({ length: 100_000 }, (_, i) => i).join(''));
    const window = new Words(' Win=');
    assert.equal(
      written((out) => {
        for (let i = 0; i < 50_000; i++) out.named(window, i);
      }),
      Array.from({ length: 50_000 }, (_, i) => ` Win=${i}`).join(''),
    );
  });

  it('writes bytes in hexadecimal and as ASCII, across the end of its buffer', () => {
    const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => (i * 7) & 0xff);
    const pairs = [...bytes].map((byte) => byte.toString(16).padStart(2, '0'));
    assert.equal(
      written((out) => {
        out.hex(bytes, 0, 0);
        out.hex(bytes, 0, bytes.length);
        out.hex(bytes, 5, bytes.length, 58);
      }),
      pairs.join('') + pairs.slice(5).join(':'),
    );
  });

  for (const [withText, bar] of [
    [true, ''],
    [true, '|'],
    [false, ''],
  ] as const)
    it(`writes rows of a dump, text ${withText} between "${bar}", across the end of its buffer`, () => {
      const bytes = Uint8Array.from({ length: 65_529 }, (_, i) => (i * 7) & 0xff);
      let expected = '';
      for (let at = 0; at < bytes.length; at += 16) {
        const row = [...bytes.subarray(at, at + 16)];
        const hex = row.map((byte) => ` ${byte.toString(16).padStart(2, '0')}`).join('');
        const text = row.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.')).join('');
        expected += `${at.toString(16).padStart(4, '0')} ${hex.padEnd(48)}   ${bar}${withText ? text : ''}${bar}\n`;
      }
      assert.equal(
        written((out) => {
          for (let at = 0; at < bytes.length; at += 16)
            out.dumpRow(
              at,
              bytes,
              at,
              Math.min(at + 16, bytes.length),
              withText,
              bar === '' ? 0 : bar.charCodeAt(0),
            );
        }),
        expected,
      );
    });

  it('writes a text of allowed characters only as a whole', () => {
    const allowed = new Uint8Array(128).fill(1, 97, 123);
    const results: boolean[] = [];
    assert.equal(
      written((out) => {
        for (const text of ['abc', 'ab<c', 'é', '', 'z'.repeat(97)]) results.push(out.textOf(text, allowed));
        out.text('.');
      }),
      'abc.',
    );
    assert.deepEqual(results, [true, false, false, true, false]);
  });
});
