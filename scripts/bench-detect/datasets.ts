// Labelled data sets: a folder of CSV files with the label in the last column (1: anomaly).
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Matrix } from '@eyrie/detect';
import { readCsv } from './csv.ts';
import { nslKddSet } from './nsl-kdd.ts';

export interface DataSet {
  readonly name: string;
  /** Training rows; the same as `test` if the set has no training part. */
  readonly train: Matrix;
  readonly test: Matrix;
  /** Labels of the test rows: 1 is an anomaly. */
  readonly labels: Uint8Array;
}

const root = join(import.meta.dirname, '../..');

/** EYRIE_DATASETS, else ../shared/datasets, else null. */
export function datasetsFolder(): string | null {
  const folder = process.env.EYRIE_DATASETS ?? join(root, '../shared/datasets');
  return existsSync(folder) ? folder : null;
}

/** The readable sets of the folder, by name; others are reported and skipped. */
export function* dataSets(folder: string, only: readonly string[]): Generator<DataSet> {
  const files = readdirSync(folder).filter((file) => /\.csv(\.gz)?$/.test(file));
  for (const file of files.sort()) {
    const name = file.replace(/\.csv(\.gz)?$/, '');
    if (name.startsWith('nslkdd') || (only.length > 0 && !only.includes(name))) continue;
    yield plainSet(name, readCsv(join(folder, file)));
  }
  if (files.some((file) => file.startsWith('nslkdd_test')) && (only.length === 0 || only.includes('nsl-kdd')))
    for (const hasNames of [false, true]) yield nslKddSet(folder, hasNames);
}

function plainSet(name: string, lines: readonly string[][]): DataSet {
  // Skip a header line.
  const rows = Number.isNaN(Number(lines[0]![0])) ? lines.slice(1) : lines;
  const columns = rows[0]!.length - 1;
  const data = new Float64Array(rows.length * columns);
  const labels = new Uint8Array(rows.length);
  rows.forEach((row, i) => {
    for (let column = 0; column < columns; column++) data[i * columns + column] = Number(row[column]);
    labels[i] = Number(row[columns]);
  });
  const matrix = { rows: rows.length, columns, data };
  return { name, train: matrix, test: matrix, labels };
}
