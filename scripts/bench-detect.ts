/**
 * Accuracy and speed of the anomaly detectors on labelled data sets, beside published figures and scikit-learn.
 *
 *   npm run bench:detect [-- --only NAME] [--seeds N] [--no-scikit] [--json FILE]
 */
import { writeFileSync } from 'node:fs';
import { IsolationForest, type Matrix, randomFrom } from '@eyrie/detect';
import { argumentsOf, positive } from './bench/arguments.ts';
import { describeMachine } from './bench/machine.ts';
import { type DataSet, dataSets, datasetsFolder } from './bench-detect/datasets.ts';
import { DETECTORS } from './bench-detect/detectors.ts';
import { areaUnderCurve, deviation, mean, truePositivesAt } from './bench-detect/metrics.ts';
import { findScikit, runScikit } from './bench-detect/scikit.ts';

const HELP = `Measures the anomaly detectors on labelled sets (EYRIE_DATASETS, else ../shared/datasets).

  npm run bench:detect -- [options]

  --only NAME    only this set (again for more); nsl-kdd, or a file's name without .csv
  --seeds N      runs with different seeds (10; 3 on sets of more than 100,000 rows)
  --no-scikit    without scikit-learn
  --json FILE    write all figures as JSON

Example: npm run bench:detect -- --only smtp --only pima
`;

/** AUC of Liu, Ting, Zhou 2008, table 3, and 2012, table VII: 100 trees, 256 samples. */
const PUBLISHED: Readonly<Record<string, number>> = {
  http: 1,
  smtp: 0.88,
  mammography: 0.86,
  annthyroid: 0.82,
  pima: 0.67,
  breastw: 0.99,
};

/** Larger sets are run with fewer seeds. */
const LARGE = 100_000;

/** The false-positive rate of the operating point reported besides the AUC. */
const FALSE_SHARE = 0.01;

interface Figures {
  readonly set: string;
  readonly detector: string;
  readonly auc: number;
  readonly aucDeviation: number;
  readonly truePositives: number;
  readonly fitMs: number;
  readonly rowsPerSecond: number;
}

function main(): void {
  const { values } = argumentsOf(HELP, {
    only: { type: 'string', multiple: true, default: [] },
    seeds: { type: 'string', default: '10' },
    'no-scikit': { type: 'boolean', default: false },
    json: { type: 'string' },
  });
  const seeds = positive('--seeds', values.seeds);
  const folder = datasetsFolder();
  if (folder === null) {
    console.error('no data sets: set EYRIE_DATASETS to a folder of CSV files, the label last');
    process.exitCode = 1;
    return;
  }
  const scikit = values['no-scikit'] ? null : findScikit();
  if (scikit === null && !values['no-scikit'])
    console.error('scikit-learn is not there (apt-get install python3-sklearn): only our own figures');
  const { cpu, cores, node } = describeMachine();
  console.log(
    `${cpu}, ${cores} cores, Node ${node}${scikit === null ? '' : `, scikit-learn ${scikit.version}`}\n`,
  );
  speed();
  const all: Figures[] = [];
  for (const set of dataSets(folder, values.only)) all.push(...measure(set, seeds, scikit));
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(all, null, 2)}\n`);
}

/** Two goals independent of a data set: fitting 10,000 × 20, and scoring 10 features. */
function speed(): void {
  const random = randomFrom(7);
  const noise = (rows: number, columns: number): Matrix => ({
    rows,
    columns,
    data: Float64Array.from({ length: rows * columns }, () => random.normal()),
  });
  const training = noise(10_000, 20);
  const start = performance.now();
  IsolationForest.fit(training);
  console.log(`first fit of 10,000 x 20: ${(performance.now() - start).toFixed(1)} ms (goal: 100)`);
  const rows = noise(100_000, 10);
  const forest = IsolationForest.fit(rows);
  const rates = [1, 2, 3].map(() => {
    const [, seconds] = timed(() => forest.score(rows));
    return rows.rows / seconds;
  });
  const best = Math.max(...rates);
  console.log(`scoring 10 features: ${thousands(best)} rows/s of one core (goal: 200,000)\n`);
}

function measure(set: DataSet, seedsWanted: number, scikit: { python: string } | null): Figures[] {
  const seeds = set.test.rows > LARGE ? Math.min(3, seedsWanted) : seedsWanted;
  const anomalies = set.labels.reduce((sum, label) => sum + label, 0);
  const published = PUBLISHED[set.name];
  console.log(
    `${set.name}: ${set.test.rows} rows, ${set.test.columns} features, ${anomalies} anomalies` +
      `${published === undefined ? '' : `; published AUC ${published.toFixed(2)}`}`,
  );
  const figures: Figures[] = [];
  if (scikit !== null) {
    const runs = runScikit(scikit.python, set, seeds);
    figures.push(
      summary(
        set,
        'scikit-learn',
        runs.map((run) => [run.scores, run.fitSeconds, run.scoreSeconds]),
      ),
    );
  }
  for (const { name, isSeeded, run } of DETECTORS) {
    const runs = Array.from({ length: isSeeded ? seeds : 1 }, (_, i) => run(set, i + 1, timed));
    figures.push(summary(set, name, runs));
  }
  for (const each of figures) console.log(line(each, figures[0]!, scikit !== null));
  console.log('');
  return figures;
}

function summary(
  set: DataSet,
  detector: string,
  runs: readonly (readonly [scores: Float64Array, fitSeconds: number, scoreSeconds: number])[],
): Figures {
  const areas = runs.map(([scores]) => areaUnderCurve(scores, set.labels));
  return {
    set: set.name,
    detector,
    auc: mean(areas),
    aucDeviation: deviation(areas),
    truePositives: mean(runs.map(([scores]) => truePositivesAt(FALSE_SHARE, scores, set.labels))),
    fitMs: Math.min(...runs.map(([, fit]) => fit)) * 1000,
    rowsPerSecond: set.test.rows / Math.min(...runs.map(([, , score]) => score)),
  };
}

function line(each: Figures, first: Figures, hasScikit: boolean): string {
  const isOurs = each.detector === 'isolation forest';
  const best = Math.max(first.auc, PUBLISHED[each.set] ?? 0);
  const spread = 2 * Math.max(first.aucDeviation, each.aucDeviation);
  const verdict =
    hasScikit && isOurs ? (each.auc >= best - Math.max(spread, 0.005) ? '  within 2 sd' : '  BELOW') : '';
  return (
    `  ${each.detector.padEnd(18)} AUC ${each.auc.toFixed(4)} ± ${each.aucDeviation.toFixed(4)}` +
    `  at 1 %: ${each.truePositives.toFixed(3)}  fit ${each.fitMs.toFixed(0).padStart(6)} ms` +
    `  ${thousands(each.rowsPerSecond).padStart(10)} rows/s${verdict}`
  );
}

/** The result of a function and its CPU seconds. */
function timed<T>(work: () => T): [T, number] {
  const before = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(before);
  return [result, Math.max(1, user + system) / 1e6];
}

function thousands(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

main();
