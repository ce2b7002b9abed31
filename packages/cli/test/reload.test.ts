// What SIGHUP does with a changed eyrie.toml.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Config, defaultConfig } from '@eyrie/services/config';
import { openLog } from '@eyrie/services/log';
import { UserError } from '../src/errors.ts';
import { levelOf, limitsKept, reloading } from '../src/pipeline/reload.ts';

function scene() {
  let file = (config: Config): Config => config;
  const lines: string[] = [];
  const log = openLog({ service: 'x', folder: null, screen: (line) => lines.push(line.slice(-4)) });
  const kept: string[] = [];
  const parts = [levelOf(log, null), limitsKept(({ keep_age }) => kept.push(keep_age))];
  const reload = reloading(() => file(defaultConfig()), defaultConfig(), parts);
  const write = (change: (config: Config) => void) => {
    file = (config) => {
      change(config);
      return config;
    };
    return reload();
  };
  return { write, log, lines, kept };
}

test('a changed level is in force for the next line, and back again with the file', () => {
  const { write, log, lines } = scene();
  log.debug('one!');
  assert.equal(
    write(({ log }) => (log.level = 'debug')),
    'in force now: log.level',
  );
  log.debug('two!');
  assert.equal(
    write(() => {}),
    'in force now: log.level',
  );
  log.debug('three');
  assert.deepEqual(lines, ['two!']);
});

test('only parts whose options changed are told; what needs a restart is named until it is as it was', () => {
  const { write, kept } = scene();
  const both = (config: Config) => {
    config.store.keep_age = '7d';
    config.parser.port = 4711;
  };
  assert.equal(write(both), 'in force now: store.keep_age; only after a restart: parser.port');
  assert.equal(write(both), 'only after a restart: parser.port');
  assert.deepEqual(kept, ['7d']);
  assert.equal(
    write(({ store }) => (store.keep_age = '7d')),
    'eyrie.toml has no changes',
  );
});

test('a file with a mistake changes nothing, and its mistake is said', () => {
  const { write, kept } = scene();
  const line = write(({ store }) => {
    store.keep_age = '7d';
    throw new UserError('eyrie.toml:3:1: no');
  });
  assert.equal(line, 'eyrie.toml:3:1: no; nothing has changed');
  assert.deepEqual(kept, []);
});
