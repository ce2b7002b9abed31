// Strings and patterns of display filters, on the bytes of a frame and on text.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newFrame } from '../../src/files/index.ts';
import { compileFilter } from '../../src/filter/compile.ts';
import { FilterError } from '../../src/filter/error.ts';
import { patternOf } from '../../src/filter/pattern.ts';
import { Dissector } from '../../src/index.ts';

function passes(filter: string, bytes: Uint8Array): boolean {
  const frame = { ...newFrame(), data: bytes, end: bytes.length, wireLength: bytes.length, linkType: 1 };
  return compileFilter(filter)(new Dissector().dissect({ ...frame, number: 1 }));
}

const bytes = Uint8Array.of(0xff, 0xff, 0xff, 0, 0x80, 0xc3, 0xbc, 10, 0x41, 13, 0x42, 0, 0x88, 0xb5, 1, 2);

test('an escape stands for a byte, also beyond 0x7f; a character, typed or by its number, for its bytes in UTF-8', () => {
  for (const filter of [
    String.raw`frame contains "\xff\xff\xff\x00\x80"`,
    String.raw`frame contains "\303\274"`,
    'frame contains "ü"',
    String.raw`frame contains "\u00fc\n"`,
    String.raw`frame contains "\U000000FC"`,
    String.raw`frame[0:1] == "\xff"`,
    String.raw`frame matches "\xff{3}"`,
    String.raw`frame matches r"^\xff+\x00\x80"`,
    'frame matches "ü"',
  ])
    assert.ok(passes(filter, bytes), filter);
  assert.ok(!passes(String.raw`frame contains "\xc3\xbf"`, bytes));
});

test("a character between ' ' is one value: that of its byte, or its number in Unicode", () => {
  for (const character of [
    'ü',
    String.raw`\xfc`,
    String.raw`\374`,
    String.raw`\u00fc`,
    String.raw`\U000000fc`,
  ]) {
    assert.ok(passes(`frame.len == '${character}'`, new Uint8Array(0xfc)), character);
    assert.ok(!passes(`frame.len == '${character}'`, new Uint8Array(0xc3)), character);
    assert.ok(passes(`frame[0] == '${character}'`, Uint8Array.of(0xfc, ...bytes)), character);
  }
});

test('the dot stops at line feeds, and at nothing else', () => {
  assert.ok(passes('frame matches "a.b"', bytes));
  assert.ok(!passes(String.raw`frame matches "\xbc.a"`, bytes));
  assert.ok(passes(String.raw`frame matches "\xbc[.\n]a"`, bytes));
});

test("PCRE's words: POSIX classes, ends of the text, brackets that begin with one", () => {
  for (const [pattern, text] of [
    ['^[[:alpha:]_]+[[:digit:]]{2}$', 'ab_12'],
    ['\\Aab\\z', 'AB'],
    ['ab\\Z', 'ab\n'],
    ['[]x]', ']'],
    ['[^]x]', 'y'],
    ['a\\hb', 'a\tb'],
    ['(?i)\\.example', '.EXAMPLE'],
    ['[a.]\\.b', 'a.b'],
    ['^\\x47\\x{65}[R-Tr]\\x20', 'gEt '],
    ['^(?<twice>[a-c]+)-\\k<twice>$', 'aB-Ab'],
    ['^GET$', 'get\n'],
    ['(?-i)^GE(?i:t)[A-C]$', 'GETB'],
    ['^[\\v\\S]+$', 'a\nb'],
    ['^x{2,3}[a-]$', 'XX-'],
    ['^(?:[^[:upper:]]|\\e)$', '\x1b'],
  ] as const)
    assert.ok(patternOf(pattern).test(text), pattern);
  assert.ok(!patternOf('[^]x]').test(']'));
  assert.ok(!patternOf('\\Ab').test('ab'));
  assert.ok(!patternOf('(?-i)[[:upper:]]').test('get'));
  assert.ok(!patternOf('^GET$').test('get\n\n'));
  // Beyond ASCII a byte is neither a letter with another case nor a space.
  assert.ok(!patternOf('\\xe9').test('\xc9'));
  assert.ok(!patternOf('\\s').test('\xa0'));
  for (const unknown of ['\\p{L}', '\\g{1}', '\\x', '[[:^alpha:]]', '[[:letter:]]', '(?-i:a)'])
    assert.throws(() => patternOf(unknown), SyntaxError, unknown);
  assert.throws(() => compileFilter(String.raw`frame matches "\\Qa\\E"`), FilterError);
});
