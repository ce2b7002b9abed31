// `[clock] servers` of eyrie.toml: what authenticates a server stands behind it, as in chrony.conf.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { UserError } from '../src/errors.ts';
import { configuredSources } from '../src/time/configured.ts';

let folder = '';
let keys = '';
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'eyrie-time-servers-'));
  keys = join(folder, 'chrony.keys');
  writeFileSync(keys, `10 SHA256 HEX:${'ab'.repeat(32)}\n11 SHA1 ASCII:secret\n`);
});
after(() => rmSync(folder, { recursive: true, force: true }));

const parsed = (text: string, nts = false) =>
  configuredSources(text, { keys, nts }).map(({ host, port, key, nts }) => ({
    host,
    ...(port === undefined ? {} : { port }),
    ...(key === undefined ? {} : { key: key.id }),
    ...(nts === undefined ? {} : { nts: typeof nts === 'object' ? (nts.port ?? true) : nts }),
  }));

describe('[clock] servers', () => {
  test('names alone, with spaces or commas between', () => {
    assert.deepEqual(parsed('ntp1.lan, ntp2.lan:1123  [fd00::1]:123'), [
      { host: 'ntp1.lan' },
      { host: 'ntp2.lan', port: 1123 },
      { host: 'fd00::1', port: 123 },
    ]);
    assert.deepEqual(parsed(' , '), []);
  });

  test('each with its own authentication; nts for all others', () => {
    assert.deepEqual(parsed('ntp1.lan key 10, ntp2.lan key 11 ntp3.lan nts, ntp4.lan'), [
      { host: 'ntp1.lan', key: 10 },
      { host: 'ntp2.lan', key: 11 },
      { host: 'ntp3.lan', nts: true },
      { host: 'ntp4.lan' },
    ]);
    assert.deepEqual(parsed('ntp1.lan key 10 ntp4.lan:4461', true), [
      { host: 'ntp1.lan', key: 10 },
      { host: 'ntp4.lan', nts: 4461 },
    ]);
  });

  test('what is wrong is said in one line', () => {
    const cases: [string, string, RegExp][] = [
      ['key 10', keys, /'key' stands before any server/],
      ['ntp.lan key', keys, /ntp\.lan: key takes a number, not ''/],
      ['ntp.lan key ten', keys, /key takes a number, not 'ten'/],
      ['ntp.lan key 10', '', /key 10 is in no file: name the file with keys/],
      ['ntp.lan key 12', keys, /has no key 12/],
      ['ntp.lan key 10 nts', keys, /two ways of authentication/],
      ['ntp.lan key 10', join(folder, 'none'), /none: no such file/],
    ];
    for (const [text, file, reason] of cases)
      assert.throws(
        () => configuredSources(text, { keys: file, nts: false }),
        (error: Error) =>
          error instanceof UserError && reason.test(error.message) && !error.message.includes('\n'),
        text,
      );
  });
});
