/**
 * Generates the reference pages in docs/reference, and the systemd units and Grafana dashboard in deploy.
 *
 *   npm run docs              writes them
 *   npm run docs -- --check   only says which are out of date, with exit status 1
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { exampleToml, reference } from '@eyrie/services/config';
import { program } from '../packages/cli/src/main.ts';
import { systemUnits } from '../packages/cli/src/systemd/unit.ts';
import { describe } from '../packages/cli/src/tree/describe.ts';
import { commandsPage } from '../packages/cli/src/tree/markdown.ts';
import { apiPage } from './docs/api.ts';
import { attributesPage } from './docs/attributes.ts';
import { errorsPage } from './docs/errors.ts';
import { filtersPage } from './docs/filters.ts';
import { findingsPage } from './docs/findings.ts';
import { grafanaDashboard } from './docs/grafana.ts';

const root = join(import.meta.dirname, '..');

const pages: Readonly<Record<string, string>> = {
  'commands.md': commandsPage(describe(program)),
  'configuration.md': reference(),
  'eyrie.toml': exampleToml(),
  'api.md': await apiPage(),
  'attributes.md': attributesPage(),
  'filters.md': filtersPage(),
  'findings.md': findingsPage(),
  'errors.md': errorsPage(),
};

const files = {
  ...Object.fromEntries(Object.entries(pages).map(([name, text]) => [`docs/reference/${name}`, text])),
  ...Object.fromEntries(
    Object.entries(systemUnits()).map(([name, text]) => [`deploy/systemd/${name}`, text]),
  ),
  'deploy/grafana/eyrie.json': `${JSON.stringify(grafanaDashboard(), null, 2)}\n`,
};

const isChecking = process.argv.includes('--check');
for (const [name, text] of Object.entries(files)) {
  mkdirSync(dirname(join(root, name)), { recursive: true });
  if (!isChecking) writeFileSync(join(root, name), text);
  else if (textOf(name) !== text) {
    console.error(`${name} is out of date: npm run docs`);
    process.exitCode = 1;
  }
}

function textOf(name: string): string {
  try {
    return readFileSync(join(root, name), 'utf8');
  } catch {
    return '';
  }
}
