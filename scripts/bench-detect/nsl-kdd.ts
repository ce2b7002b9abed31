// NSL-KDD: 41 features, three of them categorical, then attack, category, difficulty, label. Trained on normal rows.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Matrix, matrixOf } from '@eyrie/detect';
import { readCsv } from './csv.ts';
import type { DataSet } from './datasets.ts';

const FEATURES = 41;
const PROTOCOL = 1;
const SERVICE = 2;
const FLAG = 3;

/** Plain: the numbers as such. Else: their logarithms, and the rarity of the categories among normal rows. */
export function nslKddSet(folder: string, isEncoded: boolean): DataSet {
  const files = readdirSync(folder);
  const linesOf = (start: string): string[][] => {
    const lines = readCsv(join(folder, files.find((file) => file.startsWith(start))!));
    return Number.isNaN(Number(lines[0]![0])) ? lines.slice(1) : lines;
  };
  const train = linesOf('nslkdd_train').filter((line) => line.at(-1) === '0');
  const test = linesOf('nslkdd_test');
  const encode = isEncoded ? encoder(train) : plain;
  return {
    name: isEncoded ? 'nsl-kdd, encoded' : 'nsl-kdd',
    train: toMatrix(train, encode),
    test: toMatrix(test, encode),
    labels: Uint8Array.from(test, (line) => Number(line.at(-1))),
  };
}

type Encode = (line: readonly string[]) => number[];

function toMatrix(lines: readonly string[][], encode: Encode): Matrix {
  return matrixOf(lines.map(encode));
}

const isNumber = (column: number): boolean => column !== PROTOCOL && column !== SERVICE && column !== FLAG;

function plain(line: readonly string[]): number[] {
  return line
    .slice(0, FEATURES)
    .filter((_, column) => isNumber(column))
    .map(Number);
}

function encoder(train: readonly string[][]): Encode {
  const rarities = [[PROTOCOL], [FLAG], [SERVICE], [SERVICE, FLAG]].map((columns) => rarity(train, columns));
  return (line) => [
    ...plain(line).map((value) => Math.log1p(value)),
    ...rarities.map((rarityOf) => rarityOf(line)),
  ];
}

/** −log of the share of training rows with the same category; an unseen one counts as seen once. */
function rarity(train: readonly string[][], columns: readonly number[]): (line: readonly string[]) => number {
  const counts = new Map<string, number>();
  const keyOf = (line: readonly string[]): string => columns.map((column) => line[column]).join(' ');
  for (const line of train) counts.set(keyOf(line), (counts.get(keyOf(line)) ?? 0) + 1);
  return (line) => -Math.log(((counts.get(keyOf(line)) ?? 0) + 1) / (train.length + 1));
}
