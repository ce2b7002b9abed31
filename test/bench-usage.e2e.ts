// Benchmarks say how they are called, and refuse what they do not know in one line, before they measure anything.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, it } from 'node:test';

const ROOT = join(import.meta.dirname, '..');
/** All benchmarks read their arguments alike; these two load little else. */
const BENCHES = ['scripts/bench-live.ts', 'packages/services/bench/honeypot.ts'];

interface Called {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

function called(path: string, ...args: string[]): Promise<Called> {
  return new Promise((resolve) => {
    execFile(process.execPath, [path, ...args], { cwd: ROOT, timeout: 60_000 }, (error, out, err) =>
      resolve({ status: error === null ? 0 : Number(error.code ?? -1), out, err }),
    );
  });
}

describe('a benchmark', () => {
  for (const path of BENCHES)
    it(`${path}: --help is a usage text, an unknown option one line and status 2`, async () => {
      const [help, unknown] = await Promise.all([called(path, '--help'), called(path, 'x', '--nosuch')]);
      assert.deepEqual([help.status, help.err], [0, '']);
      assert.match(help.out, /^Measures .*\n\n {2}(npm run|node) /);
      assert.ok(
        help.out.split('\n').every((line) => line.length <= 120),
        'its lines fit a terminal',
      );
      assert.deepEqual(unknown, {
        status: 2,
        out: '',
        err: "Unknown option '--nosuch'; --help shows what there is\n",
      });
    });

  const REFUSED: [path: string, args: string[], reason: string][] = [
    ['scripts/bench-live.ts', ['--rates', '1000,many'], '--rates takes a positive number, not many'],
    ['packages/lab/bench/mesh.ts', ['--threads', '0.5'], '--threads takes a whole number above 0, not 0.5'],
    ['packages/lab/bench/mesh.ts', ['--idle', 'Infinity'], '--idle takes a positive number, not Infinity'],
    ['packages/lab/bench/mesh.ts', ['3', 'jion'], 'jion is not "join"'],
  ];
  for (const [path, args, reason] of REFUSED)
    it(`refuses ${args.join(' ')}`, async () => {
      const { status, err } = await called(path, ...args);
      assert.deepEqual([status, err], [2, `${reason}; --help shows what there is\n`]);
    });
});
