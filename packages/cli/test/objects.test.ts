import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { FileNames, fileNameOfObject } from '@eyrie/dissect';
import { ObjectsPrinter } from '../src/read/objects.ts';

const named = (name: string, type = ''): string => fileNameOfObject({ name, type, frame: 7 });

test('names of objects are given once, also where a sender chose the one that a repeated name would get', () => {
  const names = new FileNames();
  const given = ['a.txt', 'a.txt', 'a(1).txt', 'a(1).txt', 'a.txt', 'b'].map((name) => names.next(name));
  assert.equal(new Set(given).size, given.length, given.join(' '));
  assert.deepEqual(given.slice(0, 2), ['a.txt', 'a(1).txt']);
});

test('names of objects are Unicode, also where a file server sent half of a surrogate pair', () => {
  for (const name of ['\ud83d.txt', `${'x'.repeat(200)}.${'\u{1f426}'.repeat(20)}`])
    assert.ok(named(name).isWellFormed(), name);
});

test('names of objects stay in their folder, whatever a stranger called them', () => {
  assert.equal(named('plans.zip'), 'plans.zip');
  assert.equal(named('..'), '%2e.');
  assert.equal(named('.bashrc'), '%2ebashrc');
  assert.equal(named('a\\b:c\0d'), 'a%5cb%3ac%00d');
  assert.equal(named('', 'text/html'), 'object7.html');
  assert.equal(named('', 'x/unknown'), 'object7');
  assert.equal(named('', 'constructor'), 'object7');
  assert.equal(named(`${'ä'.repeat(300)}.png`).endsWith('.png'), true);
  // Room is left for a number.
  assert.ok(Buffer.byteLength(named(`${'ä'.repeat(300)}.png`)) <= 245);
  assert.ok(Buffer.byteLength(named(`${'a'.repeat(300)}.${'€'.repeat(50)}`)) <= 245);
});

test('what is wrong with --export-objects is one line', () => {
  const folder = mkdtempSync(join(tmpdir(), 'eyrie-objects-'));
  try {
    writeFileSync(join(folder, 'file'), '');
    assert.throws(
      () => ObjectsPrinter.from('http'),
      /write it as http,FOLDER; there are dicom, ftp-data, http, imf, smb, tftp/,
    );
    assert.throws(() => ObjectsPrinter.from(`smtp,${folder}`), /there are dicom, ftp-data, http/);
    assert.throws(() => ObjectsPrinter.from(`http,${join(folder, 'file')}`), /is not a folder/);
    if (process.platform === 'linux')
      assert.throws(
        () => ObjectsPrinter.from('http,/proc/new/one'),
        /\/proc\/new\/one: no folder can be made there/,
      );
    ObjectsPrinter.from(`http,${join(folder, 'new/one')}`);
    ObjectsPrinter.from(`http,${join(folder, 'new/one')}`);
    assert.deepEqual(readdirSync(folder), ['file', 'new']);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
