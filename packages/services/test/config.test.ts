import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { ConfigError, exampleToml, loadConfig, optionsOf, sectionNames } from '../src/config/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'eyrie-config-'));
after(() => rmSync(folder, { recursive: true }));

function toml(text: string): string {
  const path = join(folder, 'eyrie.toml');
  writeFileSync(path, text);
  return path;
}

describe('the configuration', () => {
  it('a relative XDG_CONFIG_HOME is ignored', () => {
    const own = mkdtempSync(join(tmpdir(), 'eyrie-config-xdg-'));
    const before = process.cwd();
    try {
      mkdirSync(join(own, 'rel/eyrie'), { recursive: true });
      writeFileSync(join(own, 'rel/eyrie/eyrie.toml'), '[ui]\nport = 4711\n');
      process.chdir(own);
      assert.notEqual(loadConfig({ env: { XDG_CONFIG_HOME: 'rel' } }).ui.port, 4711);
      assert.equal(loadConfig({ env: { XDG_CONFIG_HOME: join(own, 'rel') } }).ui.port, 4711);
    } finally {
      process.chdir(before);
      rmSync(own, { recursive: true });
    }
  });

  it('is the defaults, then the file, then variables, then flags', () => {
    const path = toml('[parser]\nport = 1001\nhost = "a"\npersistor = "http://x:1"\n');
    const env = { EYRIE_PARSER_HOST: 'b', EYRIE_PARSER_PERSISTOR: 'http://y:1' };
    const { parser, persistor } = loadConfig({ path, env, flags: { parser: { persistor: 'http://z:1' } } });
    assert.deepEqual(parser, {
      host: 'b',
      port: 1001,
      persistor: 'http://z:1',
      encoding: 'none',
      rules: true,
      keylog: '',
      refused_folder: '',
    });
    assert.equal(persistor.port, 5002);
  });

  it('takes numbers and switches as text from variables, and leaves out flags that were not given', () => {
    const env = {
      EYRIE_CAPTURE_SNAP_LENGTH: '128',
      EYRIE_CAPTURE_PROMISCUOUS: 'false',
      EYRIE_CAPTURES: '/x',
    };
    const { capture } = loadConfig({ env, flags: { capture: { filter: undefined } } });
    assert.equal(capture.snap_length, 128);
    assert.equal(capture.promiscuous, false);
    assert.equal(capture.filter, '');
  });

  const wrong: [string, string | undefined, Record<string, string>, RegExp][] = [
    [
      'a value out of bounds',
      '[parser]\nport = 70000',
      {},
      /parser\.port: 70000: must be a whole number from 0 to 65535/,
    ],
    ['a value of another kind', '[parser]\nport = "x"', {}, /a whole number/],
    [
      'a name that is none',
      '[parser]\nprot = 1',
      {},
      /parser\.prot: there is no such option; section parser has host/,
    ],
    ['a section that is none', '[praser]\nport = 1', {}, /no section praser; there are capture, parser/],
    ['a value outside of sections', 'port = 1', {}, /port is outside of any section/],
    ['a file that is no TOML', '[parser\n', {}, /eyrie\.toml:\d+:\d+: /],
    [
      'one of several',
      undefined,
      { EYRIE_CAPTURE_TOOL: 'snoop' },
      /EYRIE_CAPTURE_TOOL: "snoop": must be one of auto, tcpdump, dumpcap/,
    ],
    ['a ring', undefined, { EYRIE_CAPTURE_RING: 'big' }, /a text such as "20x100MB"/],
  ];
  for (const [name, text, env, message] of wrong)
    it(`${name} is one line that says what is wanted`, () => {
      const path = text === undefined ? {} : { path: toml(text) };
      assert.throws(
        () => loadConfig({ ...path, env }),
        (error: Error) => {
          assert.ok(error instanceof ConfigError);
          assert.match(error.message, message);
          assert.ok(!error.message.includes('\n'));
          return true;
        },
      );
    });

  it('a file that was named must be there', () => {
    assert.throws(() => loadConfig({ path: join(folder, 'nowhere.toml'), env: {} }), ConfigError);
  });

  it('every option says what it is, its default and its trade-off', () => {
    for (const section of sectionNames())
      for (const [key, schema] of Object.entries(optionsOf(section))) {
        assert.ok(schema.description && schema.tradeOff && 'default' in schema, `${section}.${key}`);
        if (schema.type === 'integer')
          assert.ok('minimum' in schema && 'maximum' in schema, `${section}.${key}`);
      }
  });

  it('the example is an eyrie.toml that is taken, and with its remarks taken away too', () => {
    for (const text of [exampleToml(), exampleToml().replaceAll(/^#(?=\w+ = )/gm, '')])
      assert.deepEqual(loadConfig({ path: toml(text), env: {} }), loadConfig({ path: toml(''), env: {} }));
    for (const section of sectionNames())
      for (const key of Object.keys(optionsOf(section)))
        assert.match(exampleToml(), new RegExp(`^#${key} = `, 'm'));
  });
});
