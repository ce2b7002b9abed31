// Builds all packages for publication: JavaScript and types by one run of tsc, and other files.
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { build, buildSync } from 'esbuild';
import { program } from '../../packages/cli/src/main.ts';
import { describe } from '../../packages/cli/src/tree/describe.ts';
import { manPages } from '../../packages/cli/src/tree/roff.ts';
import { bundleProgram } from '../program.js';
import { bundleReader } from '../snapshot.js';
import { type Extras, publishedManifest, type WorkspaceManifest } from './manifest.ts';

const root = join(import.meta.dirname, '../..');
const packages = join(root, 'packages');

/** Returns the folder of each package. */
export async function buildPackages(folder: string): Promise<string[]> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  compile(folder);
  execFileSync(process.execPath, [join(root, 'scripts/bundle-page.js')], { stdio: 'inherit' });
  const folders = readdirSync(packages)
    .filter((name) => existsSync(join(packages, name, 'package.json')))
    .map((name) => assemble(name, join(folder, name)));
  await bundleProgram(build, join(folder, 'cli/.bundle'));
  return folders;
}

/** Copies each package's sources to FOLDER/NAME/src, with its package.json where the sources expect it. */
function compile(folder: string): void {
  const config = join(folder, 'tsconfig.json');
  writeFileSync(
    config,
    JSON.stringify({
      extends: join(root, 'tsconfig.json'),
      compilerOptions: {
        ...{ noEmit: false, declaration: true, rewriteRelativeImportExtensions: true },
        ...{ rootDir: packages, outDir: folder, typeRoots: [join(root, 'node_modules/@types')] },
      },
      include: [join(packages, '*/src/**/*.ts')],
      exclude: [join(packages, 'dashboard')],
    }),
  );
  execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', config], {
    stdio: 'inherit',
  });
  rmSync(config);
}

function assemble(name: string, folder: string): string {
  const source = join(packages, name);
  const manifest: WorkspaceManifest = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));
  mkdirSync(folder, { recursive: true });
  if (existsSync(join(folder, 'src'))) renameSync(join(folder, 'src'), join(folder, 'dist'));
  cpSync(join(source, 'README.md'), join(folder, 'README.md'));
  cpSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  const extras =
    name === 'cli' ? commandExtras(folder, manifest) : name === 'dashboard' ? pageExtras(folder) : {};
  writeFileSync(
    join(folder, 'package.json'),
    `${JSON.stringify(publishedManifest(manifest, extras), null, 2)}\n`,
  );
  return folder;
}

/**
 * Adds the command's start file, samples and man pages, what its snapshot is taken from, and as packages the page and what the
 * bundle does not hold.
 */
function commandExtras(folder: string, { version }: WorkspaceManifest): Extras {
  cpSync(join(packages, 'cli/bin'), join(folder, 'bin'), { recursive: true });
  cpSync(join(root, 'samples'), join(folder, 'samples'), { recursive: true });
  bundleReader(buildSync, join(folder, '.bundle'));
  mkdirSync(join(folder, 'man'));
  const pages = manPages(describe(program), version);
  for (const { file, text } of pages) writeFileSync(join(folder, 'man', file), text);
  return {
    files: ['bin', 'samples', 'man', '.bundle'],
    scripts: { postinstall: 'node bin/postinstall.js' },
    man: pages.map(({ file }) => `./man/${file}`),
    dependencies: {
      '@eyrie/dashboard': version,
      ...dependencyOf('store', '@duckdb/node-bindings'),
      ...dependencyOf('services', 'ssh2'),
    },
  };
}

/** A dependency of one of our packages, in its version there. */
function dependencyOf(name: string, dependency: string): Record<string, string> {
  const { dependencies = {} }: WorkspaceManifest = JSON.parse(
    readFileSync(join(packages, name, 'package.json'), 'utf8'),
  );
  return { [dependency]: dependencies[dependency]! };
}

function pageExtras(folder: string): Extras {
  cpSync(join(packages, 'dashboard/.bundle'), join(folder, '.bundle'), { recursive: true });
  return { files: ['.bundle'], isBundled: true };
}
