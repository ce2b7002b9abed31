// Runs scikit-learn's Isolation Forest on a set, if python3 has it (Debian: python3-sklearn).
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { DataSet } from './datasets.ts';

export interface ScikitRun {
  readonly fitSeconds: number;
  readonly scoreSeconds: number;
  readonly scores: Float64Array;
}

/** The system's Python is tried too, because the one in PATH may lack scikit-learn. */
const PYTHONS = ['python3', '/usr/bin/python3'];

/** Interpreter and version, or null if there is none. */
export function findScikit(): { python: string; version: string } | null {
  for (const python of PYTHONS) {
    const { status, stdout } = spawnSync(python, ['-c', 'import sklearn; print(sklearn.__version__)'], {
      encoding: 'utf8',
    });
    if (status === 0) return { python, version: stdout.trim() };
  }
  return null;
}

/** One run per seed; CPU time of one process. */
export function runScikit(python: string, { train, test }: DataSet, seeds: number): ScikitRun[] {
  const isSame = train === test;
  const head = { train: train.rows, test: isSame ? 0 : test.rows, columns: train.columns, seeds };
  const bytesOf = (data: Float64Array): Buffer => Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const input = Buffer.concat([
    Buffer.from(`${JSON.stringify(head)}\n`),
    bytesOf(train.data),
    ...(isSame ? [] : [bytesOf(test.data)]),
  ]);
  const { status, stdout, stderr } = spawnSync(python, [join(import.meta.dirname, 'scikit.py')], {
    input,
    maxBuffer: 2 ** 30,
    env: { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' },
  });
  if (status !== 0) throw new Error(`scikit-learn failed: ${stderr.toString().split('\n').at(-2) ?? ''}`);
  return parseRuns(stdout, test.rows);
}

function parseRuns(output: Buffer, rows: number): ScikitRun[] {
  const runs: ScikitRun[] = [];
  for (let at = 0; at < output.length; ) {
    const end = output.indexOf('\n', at);
    const { fit, score } = JSON.parse(output.toString('utf8', at, end));
    const scores = new Float64Array(rows);
    for (let i = 0; i < rows; i++) scores[i] = output.readDoubleLE(end + 1 + i * 8);
    runs.push({ fitSeconds: fit, scoreSeconds: score, scores });
    at = end + 1 + rows * 8;
  }
  return runs;
}
