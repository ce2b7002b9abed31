/**
 * Writes the reference pages in docs/reference from what stands in the code.
 *
 *   npm run docs              writes them
 *   npm run docs -- --check   only says which are out of date, with exit status 1
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exampleToml, reference } from '@eyrie/services/config';
import { program } from '../packages/cli/src/main.ts';
import { describe } from '../packages/cli/src/tree/describe.ts';
import { commandsPage } from '../packages/cli/src/tree/markdown.ts';
import { apiPage } from './docs/api.ts';
import { errorsPage } from './docs/errors.ts';
import { filtersPage } from './docs/filters.ts';
import { findingsPage } from './docs/findings.ts';

const folder = join(import.meta.dirname, '../docs/reference');

const pages: Readonly<Record<string, string>> = {
  'commands.md': commandsPage(describe(program)),
  'configuration.md': reference(),
  'eyrie.toml': exampleToml(),
  'api.md': await apiPage(),
  'filters.md': filtersPage(),
  'findings.md': findingsPage(),
  'errors.md': errorsPage(),
};

const isChecking = process.argv.includes('--check');
mkdirSync(folder, { recursive: true });
for (const [name, text] of Object.entries(pages)) {
  if (!isChecking) writeFileSync(join(folder, name), text);
  else if (textOf(name) !== text) {
    console.error(`docs/reference/${name} is out of date: npm run docs`);
    process.exitCode = 1;
  }
}

function textOf(name: string): string {
  try {
    return readFileSync(join(folder, name), 'utf8');
  } catch {
    return '';
  }
}
