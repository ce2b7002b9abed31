import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import { commandName } from '../src/command-name.ts';

test('lines to copy say npx eyrie where npm started it and PATH of the shell has no eyrie', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'eyrie-name-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const ofNpm = join(folder, 'node_modules', '.bin');
  const path = [ofNpm, folder].join(delimiter);
  const nameIn = (npm_lifecycle_event: string | undefined) =>
    commandName({ npm_lifecycle_event, PATH: path });
  assert.deepEqual([nameIn('npx'), nameIn('start')], ['npx eyrie', 'npx eyrie']);
  assert.deepEqual([nameIn(undefined), nameIn('test')], ['eyrie', 'eyrie']);
  assert.equal(commandName({ npm_lifecycle_event: 'npx' }), 'npx eyrie');
  writeFileSync(join(folder, 'eyrie'), '', { mode: 0o755 });
  assert.equal(nameIn('npx'), 'eyrie');
});
