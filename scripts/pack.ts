/**
 * Builds the release in dist/: npm packages with types, a single-file command, man pages, completions, and an SBOM.
 *
 *   npm run pack              makes them
 *   npm run pack -- --check   and tries them: publint, then an install in an empty folder that reads a capture
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { program } from '../packages/cli/src/main.ts';
import { completions } from '../packages/cli/src/tree/completions.ts';
import { describe } from '../packages/cli/src/tree/describe.ts';
import { buildPackages } from './pack/build.ts';
import { sbom } from './pack/sbom.ts';
import { buildSingle } from './pack/single.ts';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');
const sample = join(root, 'samples/port-scan.pcapng');
/** On Windows npm is a script, which only a shell can start. */
const shell = process.platform === 'win32';

rmSync(dist, { recursive: true, force: true });
const folders = await buildPackages(join(dist, 'packages'));
mkdirSync(join(dist, 'tarballs'));
const tarballs = folders.map((folder) => {
  const output = execFileSync('npm', ['pack', '--json', '--pack-destination', join(dist, 'tarballs')], {
    ...{ cwd: folder, encoding: 'utf8', shell },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [{ filename, size }] = JSON.parse(output);
  console.log(`dist/tarballs/${filename}  ${Math.round(size / 1000)} kB`);
  return join(dist, 'tarballs', filename);
});
const bytes = await buildSingle(join(dist, 'eyrie.mjs'));
console.log(`dist/eyrie.mjs  ${Math.round(bytes / 1000)} kB`);
writeFileSync(join(dist, 'eyrie.cdx.json'), `${JSON.stringify(sbom(), null, 2)}\n`);
mkdirSync(join(dist, 'completions'));
for (const [shellName, script] of Object.entries(completions))
  writeFileSync(join(dist, 'completions', `eyrie.${shellName}`), script(describe(program)));
if (process.argv.includes('--check')) check();

function check(): void {
  lint();
  const expected = eyrie(join(root, 'packages/cli/bin/eyrie.js'));
  assertSame(eyrieAlone(), expected, 'dist/eyrie.mjs');
  assertSame(installed(), expected, 'the installed packages');
  console.log(
    'the packages, installed in an empty folder, and the single file read a capture as this checkout does',
  );
}

/** npm run and npx have it in the path. It fails at mistakes and warnings; its suggestions are its own. */
function lint(): void {
  for (const folder of folders)
    execFileSync('publint', ['run', folder, '--strict', '--level', 'warning'], { stdio: 'inherit', shell });
}

function installed(): string {
  const folder = mkdtempSync(join(tmpdir(), 'eyrie-install-'));
  try {
    writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
    const options = ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...tarballs];
    execFileSync('npm', options, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'], shell });
    const path = join(folder, 'node_modules/@eyrie/cli');
    const { man } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
    for (const page of man) readFileSync(join(path, page));
    readFileSync(join(path, '.bundle/run.mjs'));
    assertComplete(join(path, 'bin/eyrie.js'));
    const slowly = eyrie(join(path, 'bin/eyrie.js'));
    // --ignore-scripts left it out, as those of other packages.
    execFileSync(process.execPath, [join(path, 'bin/postinstall.js')]);
    if (process.platform !== 'win32') readFileSync(join(path, '.bundle/read.json'));
    assertSame(eyrie(join(path, 'bin/eyrie.js')), slowly, 'the snapshot of the installed packages');
    return slowly;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Checks that the page and DuckDB were installed; other findings about this machine do not matter. */
function assertComplete(command: string): void {
  const { stdout } = spawnSync(process.execPath, [command, 'doctor', '--json'], { encoding: 'utf8' });
  const findings: { check: string; state: string; found: string }[] = JSON.parse(stdout).findings;
  for (const { check, state, found } of findings)
    if (['web page', 'DuckDB'].includes(check) && state !== 'ok') throw new Error(`${check}: ${found}`);
}

/** A folder from which no package can be resolved. */
function eyrieAlone(): string {
  const folder = mkdtempSync(join(tmpdir(), 'eyrie-single-'));
  try {
    copyFileSync(join(dist, 'eyrie.mjs'), join(folder, 'eyrie.mjs'));
    return eyrie(join(folder, 'eyrie.mjs'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function eyrie(command: string): string {
  return execFileSync(process.execPath, [command, 'read', sample, '-q', '-z', 'io,phs', '-z', 'findings'], {
    encoding: 'utf8',
  });
}

function assertSame(actual: string, expected: string, what: string): void {
  if (actual !== expected) throw new Error(`${what} read the capture otherwise than this checkout`);
}
