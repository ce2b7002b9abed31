// A learned baseline. After a training phase it scores each row and keeps learning slowly from normal ones. Against
// poisoning: the most anomalous training rows are excluded from each fit, anomalous rows are not learned, and no source
// may hold more than its share of the memory. If most sources become anomalous at once, the network itself has changed,
// and training restarts.
import { type Random, randomFrom } from '../math/random.ts';
import { Ecod } from '../models/ecod.ts';
import { Ensemble } from '../models/ensemble.ts';
import { IsolationForest } from '../models/isolation-forest.ts';
import { Mahalanobis } from '../models/mahalanobis.ts';
import { type Matrix, matrixOf, pick } from '../models/matrix.ts';
import { type Cause, causesOf } from '../models/model.ts';

export interface BaselineOptions {
  /** Training rows before the first judgement. */
  readonly learnRows?: number;
  /** Rows remembered, at 8 bytes per feature. More of them remember longer and adapt more slowly. */
  readonly rowsMax?: number;
  /** Normal rows after which the model is refitted. */
  readonly refitRows?: number;
  /** Probability that a normal row enters a full memory. */
  readonly adapt?: number;
  readonly seed?: number;
}

export interface Judgement {
  readonly isLearning: boolean;
  /** Mean log-odds of being anomalous; 0 during training. */
  readonly score: number;
  /** The score above which a row is anomalous. */
  readonly limit: number;
  readonly isUnusual: boolean;
  /** The features responsible, strongest first; none for normal rows. */
  readonly causes: readonly Cause[];
}

/** Share of the training rows, the most anomalous ones, excluded from a fit: attackers may have been present. */
const TRIMMED = 0.02;
/** Share of the training rows beyond the limit: 1 % attackers and 0.5 % false positives. */
const BEYOND = 0.015;
/** If this share of the latest judgements, and of all sources, is anomalous, the network has changed. */
const CHANGE_ROWS = 200;
const CHANGED_ROWS_SHARE = 0.5;
const CHANGED_SOURCES_SHARE = 0.5;
const SOURCES_MIN = 3;
/** Share of the memory that one source may hold, or more if there are few sources. */
const SOURCE_SHARE = 0.1;

export class Baseline {
  readonly names: readonly string[];
  readonly #learnRows: number;
  readonly #rowsMax: number;
  readonly #refitRows: number;
  readonly #adapt: number;
  readonly #seed: number;
  readonly #random: Random;
  readonly #rows: Float64Array[] = [];
  readonly #sources: string[] = [];
  /** Rows in memory, by source. */
  readonly #held = new Map<string, number>();
  #model: Ensemble | null = null;
  #limit = Infinity;
  #sinceFit = 0;
  /** Judgements since the last check for a change of the network, at most CHANGE_ROWS. */
  readonly #judged: { readonly source: string; readonly isUnusual: boolean }[] = [];

  constructor(names: readonly string[], options: BaselineOptions = {}) {
    const { learnRows = 300, rowsMax = 4096, refitRows = 512, adapt = 0.25, seed = 1 } = options;
    this.names = names;
    this.#learnRows = learnRows;
    this.#rowsMax = Math.max(rowsMax, learnRows);
    this.#refitRows = refitRows;
    this.#adapt = adapt;
    this.#seed = seed;
    this.#random = randomFrom(seed);
  }

  get isLearning(): boolean {
    return this.#model === null;
  }

  /** Progress of training, in rows. */
  get progress(): { readonly rows: number; readonly needed: number } {
    return { rows: Math.min(this.#rows.length, this.#learnRows), needed: this.#learnRows };
  }

  /** Scores a row, and learns from it if it is normal. @throws RangeError for another number of features */
  see(source: string, row: Float64Array): Judgement {
    if (row.length !== this.names.length)
      throw new RangeError(`a row needs ${this.names.length} features, not ${row.length}`);
    if (this.#model === null) {
      this.#remember(source, row);
      if (this.#rows.length >= this.#learnRows) this.#fit();
      return { isLearning: true, score: 0, limit: this.#limit, isUnusual: false, causes: [] };
    }
    const model = this.#model;
    const score = model.score({ rows: 1, columns: row.length, data: row })[0]!;
    const limit = this.#limit;
    const isUnusual = score > limit;
    if (!isUnusual) this.#learn(source, row);
    this.#watchForChange(source, isUnusual);
    return {
      isLearning: false,
      score,
      limit,
      isUnusual,
      causes: isUnusual ? causesOf(model, row, this.names) : [],
    };
  }

  #watchForChange(source: string, isUnusual: boolean): void {
    const judged = this.#judged;
    judged.push({ source, isUnusual });
    if (judged.length < CHANGE_ROWS) return;
    const unusual = judged.filter((each) => each.isUnusual);
    const sources = new Set(judged.map((each) => each.source)).size;
    const changed = new Set(unusual.map((each) => each.source)).size;
    if (
      sources >= SOURCES_MIN &&
      unusual.length >= CHANGED_ROWS_SHARE * judged.length &&
      changed >= CHANGED_SOURCES_SHARE * sources
    )
      this.#forget();
    judged.length = 0;
  }

  /** Restarts training. */
  #forget(): void {
    this.#rows.length = 0;
    this.#sources.length = 0;
    this.#held.clear();
    this.#model = null;
    this.#limit = Infinity;
    this.#sinceFit = 0;
  }

  #learn(source: string, row: Float64Array): void {
    if (this.#rows.length < this.#rowsMax || this.#random.next() < this.#adapt) this.#remember(source, row);
    if (++this.#sinceFit >= this.#refitRows) this.#fit();
  }

  /** Appends a row; in a full memory it replaces a random one, of the same source if that has reached its share. */
  #remember(source: string, row: Float64Array): void {
    const held = this.#held.get(source) ?? 0;
    const share = Math.max(SOURCE_SHARE, 2 / Math.max(1, this.#held.size));
    const isFull = this.#rows.length >= this.#rowsMax;
    if (isFull && held >= share * this.#rowsMax) {
      this.#replace(this.#placeOf(source), source, row);
      return;
    }
    if (isFull) this.#replace(this.#random.below(this.#rows.length), source, row);
    else {
      this.#rows.push(row.slice());
      this.#sources.push(source);
      this.#held.set(source, held + 1);
    }
  }

  #placeOf(source: string): number {
    const from = this.#random.below(this.#sources.length);
    const after = this.#sources.indexOf(source, from);
    return after >= 0 ? after : this.#sources.indexOf(source);
  }

  #replace(at: number, source: string, row: Float64Array): void {
    const before = this.#sources[at]!;
    const left = this.#held.get(before)! - 1;
    if (left === 0) this.#held.delete(before);
    else this.#held.set(before, left);
    this.#held.set(source, (this.#held.get(source) ?? 0) + 1);
    this.#rows[at] = row.slice();
    this.#sources[at] = source;
  }

  #fit(): void {
    this.#sinceFit = 0;
    const all = matrixOf(this.#rows);
    const first = IsolationForest.fit(all, { seed: this.#seed }).score(all);
    const order = Int32Array.from(first, (_, i) => i).sort((a, b) => first[a]! - first[b]!);
    const kept = pick(all, order.subarray(0, Math.ceil(order.length * (1 - TRIMMED))));
    this.#model = ensembleOf(kept, this.#seed);
    const scores = this.#model.score(all).sort();
    this.#limit = scores[Math.floor((scores.length - 1) * (1 - BEYOND))]!;
  }
}

function ensembleOf(rows: Matrix, seed: number): Ensemble {
  return Ensemble.of([IsolationForest.fit(rows, { seed }), Ecod.fit(rows), Mahalanobis.fit(rows)], rows);
}
