import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { shellWord } from '../src/terminal/shell.ts';

test('words of a shell: those without special characters stay as they are', () => {
  const plain = ['a.pcap', '/tmp/x-1/y_2', 'duckdb:a.duckdb', 'postgres://eyrie@db/x', 'key=value'];
  assert.deepEqual(plain.map(shellWord), plain);
  assert.equal(shellWord('my file'), "'my file'");
});

test('words of a shell: whatever is in one, sh reads it back', { skip: process.platform === 'win32' }, () => {
  const word = fc.string({ unit: fc.constantFrom(...`a ü'"\\$\`*?~#;&|<>(){}[]!\n\t-`) });
  const words = fc.sample(word, { seed: 1, numRuns: 200 });
  const script = `printf '%s\\0' ${words.map(shellWord).join(' ')}`;
  assert.deepEqual(execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1), words);
});
