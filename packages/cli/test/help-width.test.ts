import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import { HELP } from '../src/help.ts';

test('help of 60 columns: descriptions are wrapped beside options of half that width', () => {
  const command = new Command('x').configureHelp(HELP).configureOutput({ getOutHelpWidth: () => 60 });
  command.option('-Y, --display-filter <filter>', 'print and write only packets that pass this filter');
  const lines = command.helpInformation().split('\n');
  assert.ok(lines.some((line) => line.includes('--display-filter')));
  for (const line of lines) assert.ok(line.length <= 60, line);
});
