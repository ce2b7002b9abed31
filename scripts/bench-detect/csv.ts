// Files of comma-separated values, plain or gzip.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

export function readCsv(path: string): string[][] {
  const bytes = readFileSync(path);
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.trim().split(','));
}
