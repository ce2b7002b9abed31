// Runs a benchmark as the command runs, put together in a few files: node scripts/as-built.js [--node-options…] FILE [arguments]
// From the sources each thread would keep the compiler that takes types out of them, 30 MB that nobody pays who uses `eyrie`.

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { build } from 'esbuild';

/**
 * Blocks of 32 KiB and more come from the kernel and go back to it. Of the many buffers that links fill once, glibc would
 * keep what they wrote to, between smaller ones that live on.
 */
const MALLOC = 'glibc.malloc.mmap_threshold=32768';

const at = process.argv.findIndex((each, i) => i > 1 && !each.startsWith('--'));
const [options, file, args] = [process.argv.slice(2, at), process.argv[at], process.argv.slice(at + 1)];
const folder = mkdtempSync(join(tmpdir(), 'eyrie-as-built-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
// What its threads run, if it has any, is a file of its own beside it.
const ofThreads = file.replace(/\.ts$/, '-host.ts');
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
// Ctrl-C reaches the child as well; it ends by itself.
process.on('SIGINT', () => {});
child.once('close', (status) => process.exit(status ?? 1));
