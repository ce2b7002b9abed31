// Runs a benchmark as the command runs, put together in a few files: node scripts/as-built.js [--node-options…] FILE [arguments]
// From the sources each thread would keep the compiler that takes types out of them, 30 MB that nobody pays who uses `eyrie`.

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { build } from 'esbuild';

/** As the command tells glibc before it emulates (packages/cli/bin/eyrie.js). */
const MALLOC = 'glibc.malloc.mmap_threshold=32768';

const at = process.argv.findIndex((each, i) => i > 1 && !each.startsWith('--'));
const [options, file, args] = [process.argv.slice(2, at), process.argv[at], process.argv.slice(at + 1)];
const folder = mkdtempSync(join(tmpdir(), 'eyrie-as-built-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
// What its threads run, if it has any, is a file of its own beside it.
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
// The folder goes when the child has ended. Ctrl-C reaches it as well.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => child.kill());
child.once('close', (status) => process.exit(status ?? 1));
