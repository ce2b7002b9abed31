// Runs a benchmark from a bundle, as the command runs: node scripts/as-built.js [--node-options…] FILE [arguments]
// Run from the sources, each thread would load the type stripper, 30 MB that users of `eyrie` never pay.

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { build } from 'esbuild';

/** The malloc settings that packages/cli/bin/eyrie.js uses for emulation. */
const MALLOC = 'glibc.malloc.mmap_threshold=32768';

const at = process.argv.findIndex((each, i) => i > 1 && !each.startsWith('--'));
const [options, file, args] = [process.argv.slice(2, at), process.argv[at], process.argv.slice(at + 1)];
const folder = mkdtempSync(join(tmpdir(), 'eyrie-as-built-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
// The entry point of its threads, if any, is bundled separately.
const ofThreads = file.replace(/\.ts$/, '-thread.ts');
await build({
  absWorkingDir: process.cwd(),
  entryPoints: [file, ofThreads].filter((each) => existsSync(each)),
  splitting: true,
  outdir: folder,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  logLevel: 'warning',
});
const built = join(folder, basename(file).replace(/\.ts$/, '.mjs'));
const env = { GLIBC_TUNABLES: MALLOC, ...process.env };
const child = spawn(process.execPath, [...options, built, ...args], { stdio: 'inherit', env });
// The folder is removed when the child has ended, which Ctrl-C reaches too.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => child.kill());
child.once('close', (status) => process.exit(status ?? 1));
