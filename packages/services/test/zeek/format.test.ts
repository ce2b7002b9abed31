import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type ColumnValue, formatRow, type LogKind } from '../../src/zeek/index.ts';
import { textOfBytes } from '../../src/zeek/write/byte-text.ts';
import { footerOf, headerOf } from '../../src/zeek/write/format.ts';

const textLog: LogKind<string> = { path: 'text', columns: [['text', 'string', (text) => text]] };
const setLog: LogKind<string[]> = { path: 'set', columns: [['texts', 'set[string]', (texts) => texts]] };

/** As readers of Zeek's logs do it. */
function unescaped(text: string): string {
  if (text === '(empty)') return '';
  return text.replace(/\\(?:x([0-9a-f]{2})|(\\))/g, (_, hex: string | undefined) =>
    hex === undefined ? '\\' : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

function fieldOf(line: string): string {
  assert.ok(line.endsWith('\n'));
  return line.slice(0, -1);
}

test('any text comes back from its field, which holds no separator and is neither unset nor a comment', () => {
  const odd = fc.constantFrom('', '-', '(empty)', '#', '\\', '\\x09', 'a\tb', 'a\nb', ',', 'ä€😀');
  fc.assert(
    fc.property(
      fc.oneof(odd, fc.string({ unit: 'binary-ascii' }), fc.string({ unit: 'grapheme' })),
      (text) => {
        const field = fieldOf(formatRow(textLog, text, 'tsv'));
        assert.ok(!/[\t\n]/.test(field), field);
        assert.ok(field !== '-' && !field.startsWith('#'), field);
        assert.equal(unescaped(field), text);
      },
    ),
  );
});

/** The bytes that a field stands for. */
function bytesIn(field: string): Buffer {
  const parts = field.split(/(\\x[0-9a-f]{2}|\\\\)/);
  return Buffer.concat(
    parts.map((part, i) => {
      if (i % 2 === 0) return Buffer.from(part);
      return part === '\\\\' ? Buffer.from('\\') : Buffer.from(part.slice(2), 'hex');
    }),
  );
}

test('any bytes come back from a field, which holds no control characters; JSON of them is text', () => {
  const part = fc.constantFrom('ä', '€', '😀', '\x9b', '-', '\\');
  const characters = part.map((text) => new Uint8Array(Buffer.from(text)));
  const any = fc.uint8Array({ minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(fc.array(fc.oneof(any, characters), { minLength: 1 }), (parts) => {
      const bytes = Buffer.concat(parts);
      const text = textOfBytes(bytes);
      const field = fieldOf(formatRow(textLog, text, 'tsv'));
      assert.ok(!/[\x00-\x1f\x7f-\x9f]/.test(field), field);
      if (bytes.toString('latin1') !== '(empty)') assert.deepEqual(bytesIn(field), bytes);
      const json: string = JSON.parse(formatRow(textLog, text, 'json')).text;
      assert.equal(Buffer.from(json).toString(), json);
    }),
  );
});

test('what is no UTF-8 stands as \\xNN, as Zeek has it', () => {
  const text = textOfBytes(Buffer.from([0x61, 0xff, 0xc3, 0xa4, 0xc3]));
  assert.equal(formatRow(textLog, text, 'tsv'), 'a\\xffä\\xc3\n');
  assert.deepEqual(JSON.parse(formatRow(textLog, text, 'json')), { text: 'a\\xffä\\xc3' });
  // A terminal may take U+009B as the beginning of a command.
  assert.equal(formatRow(textLog, 'a\x9b2J', 'tsv'), 'a\\xc2\\x9b2J\n');
});

test('any texts come back from a set, an empty one among them', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary-ascii' }), { minLength: 1 }), (texts) => {
      const field = fieldOf(formatRow(setLog, texts, 'tsv')).replace(/^\\x23/, '#');
      assert.deepEqual(field.split(',').map(unescaped), texts);
    }),
  );
  assert.equal(formatRow(setLog, [], 'tsv'), '(empty)\n');
});

type Row = Readonly<Record<string, ColumnValue>>;

const allLog: LogKind<Row> = {
  path: 'all',
  columns: [
    ['ts', 'time', ({ ts }) => ts],
    ['id.orig_h', 'addr', ({ host }) => host],
    ['id.orig_p', 'port', ({ port }) => port],
    ['ok', 'bool', ({ ok }) => ok],
    ['took', 'interval', ({ took }) => took],
    ['TTLs', 'vector[interval]', ({ ttls }) => ttls],
    ['tags', 'set[enum]', ({ tags }) => tags],
    ['note', 'string', ({ note }) => note],
  ],
};
const row: Row = {
  ts: 1700000000.123456,
  host: '192.0.2.1',
  port: 53,
  ok: true,
  took: 0.5,
  ttls: [60],
  tags: [],
};

test('times and intervals have six decimals, truth is T or F, and what is unset is -', () => {
  assert.equal(
    formatRow(allLog, row, 'tsv'),
    '1700000000.123456\t192.0.2.1\t53\tT\t0.500000\t60.000000\t(empty)\t-\n',
  );
});

test('a time is the nearest with six decimals', () => {
  const timeLog: LogKind<number> = { path: 'time', columns: [['ts', 'time', (ts) => ts]] };
  fc.assert(
    fc.property(fc.nat(2 ** 32), fc.nat(999_999), (seconds, millionths) => {
      const text = fieldOf(formatRow(timeLog, seconds + millionths / 1e6, 'tsv'));
      assert.equal(text, `${seconds}.${String(millionths).padStart(6, '0')}`);
    }),
  );
  assert.equal(formatRow(timeLog, 0.9999999, 'tsv'), '1.000000\n');
  assert.equal(formatRow(timeLog, -1.5, 'tsv'), '-1.500000\n');
});

test('JSON leaves out what is unset, and times are numbers of seconds', () => {
  assert.deepEqual(JSON.parse(formatRow(allLog, row, 'json')), {
    ...{ ts: 1700000000.123456, 'id.orig_h': '192.0.2.1', 'id.orig_p': 53, ok: true, took: 0.5 },
    ...{ TTLs: [60], tags: [] },
  });
});

test('a file begins with the header and ends with the time', () => {
  const at = new Date(2026, 10, 22, 8, 5, 9);
  assert.deepEqual(headerOf(textLog as LogKind<never>, 'tsv', at).split('\n'), [
    '#separator \\x09',
    '#set_separator\t,',
    '#empty_field\t(empty)',
    '#unset_field\t-',
    '#path\ttext',
    '#open\t2026-11-22-08-05-09',
    '#fields\ttext',
    '#types\tstring',
    '',
  ]);
  assert.equal(footerOf('tsv', at), '#close\t2026-11-22-08-05-09\n');
  assert.equal(headerOf(textLog as LogKind<never>, 'json', at), '');
});
