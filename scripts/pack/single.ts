// Builds the single-file command: everything except DuckDB, which is native, and the page. It reads captures, runs peers,
// honeypots and clocks, and stores packets in PostgreSQL.
import { rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';

const root = join(import.meta.dirname, '../..');

/** Threads load the same file and must not start the command again; each module knows its own thread. */
const ENTRY = `
import { isMainThread } from 'node:worker_threads';
if (isMainThread) await import('../packages/cli/src/run.ts');
else {
  await import('../packages/services/src/parser/thread/index.ts');
  await import('../packages/services/src/capture/recorder/index.ts');
}
`;

/** Packages that cannot be bundled are resolved at first use, in case they are installed. */
const later: Plugin = {
  name: 'later',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^@duckdb\// }, ({ path, namespace }) =>
      namespace === 'later' ? { path, external: true } : { path, namespace: 'later' },
    );
    onLoad({ filter: /./, namespace: 'later' }, ({ path }) => ({
      contents: `try { module.exports = require('${path}'); } catch { throw new Error(${JSON.stringify(MISSING)}); }`,
    }));
  },
};

const MISSING =
  'this is the single file, which comes without DuckDB: name a PostgreSQL store with --store, or install the package';

/** Returns its size in bytes. */
export async function buildSingle(path: string): Promise<number> {
  const entry = join(root, 'scripts', `.single.${process.pid}.mjs`);
  writeFileSync(entry, ENTRY);
  try {
    await build({
      absWorkingDir: root,
      entryPoints: [entry],
      outfile: path,
      bundle: true,
      minify: true,
      external: ['pg-native', 'cpu-features', '*.node'],
      plugins: [later],
      format: 'esm',
      platform: 'node',
      target: 'node24',
      logLevel: 'error',
      legalComments: 'linked',
      banner: {
        js: "#!/usr/bin/env node\nimport { createRequire as makeRequire } from 'node:module'; import { fileURLToPath as toPath } from 'node:url'; import { dirname as toFolder } from 'node:path'; const require = makeRequire(import.meta.url), __filename = toPath(import.meta.url), __dirname = toFolder(__filename);",
      },
    });
  } finally {
    rmSync(entry);
  }
  return statSync(path).size;
}
