// An ensemble: each member's score becomes the log-odds of its rank among the training scores, and these are averaged.
// Members need not share a unit, and none can dominate by large scores alone.
import type { Matrix } from './matrix.ts';
import { checkColumns, type Model } from './model.ts';

/** Training scores kept per member, evenly spaced by rank, minimum and maximum included. */
const RANKS = 1025;

export interface Member {
  readonly model: Model;
  /** Training scores at evenly spaced ranks, ascending. */
  readonly ranks: Float64Array;
  /** The number of training scores they represent. */
  readonly rows: number;
}

export class Ensemble implements Model {
  readonly kind = 'ensemble';
  readonly columns: number;
  readonly members: readonly Member[];

  constructor(members: readonly Member[]) {
    this.columns = members[0]!.model.columns;
    this.members = members;
  }

  /** An ensemble of fitted models; `rows` are those they were fitted to. */
  static of(models: readonly Model[], rows: Matrix): Ensemble {
    if (models.length === 0) throw new RangeError('an ensemble needs a model');
    return new Ensemble(
      models.map((model) => ({ model, ranks: ranksOf(model.score(rows)), rows: rows.rows })),
    );
  }

  /** Mean log-odds of being anomalous: 0 for a median training row, about ln n for the outermost. */
  score(rows: Matrix, out: Float64Array = new Float64Array(rows.rows)): Float64Array {
    checkColumns(this, rows.columns);
    out.fill(0);
    for (const member of this.members) {
      const scores = member.model.score(rows);
      for (let row = 0; row < rows.rows; row++)
        out[row]! += logOdds(member, scores[row]!) / this.members.length;
    }
    return out;
  }

  /** The members' causes as shares, weighted by how anomalous each finds the row. */
  explain(row: ArrayLike<number>): Float64Array {
    const one = { rows: 1, columns: this.columns, data: Float64Array.from(row) };
    const parts = new Float64Array(this.columns);
    for (const member of this.members) {
      const weight = Math.max(0, logOdds(member, member.model.score(one)[0]!));
      const own = member.model.explain(row).map((part) => Math.max(0, part));
      const sum = own.reduce((all, part) => all + part, 0);
      if (sum > 0)
        own.forEach((part, i) => {
          parts[i]! += (weight * part) / sum / this.members.length;
        });
    }
    return parts;
  }
}

function ranksOf(scores: Float64Array): Float64Array {
  const sorted = scores.slice().sort();
  const count = Math.min(RANKS, sorted.length);
  return Float64Array.from(
    { length: count },
    (_, i) => sorted[count === 1 ? 0 : Math.round((i * (sorted.length - 1)) / (count - 1))]!,
  );
}

function logOdds({ ranks, rows }: Member, score: number): number {
  const last = ranks.length - 1;
  const share = Math.min(rows / (rows + 1), Math.max(1 / (rows + 1), rankOf(ranks, score)));
  const odds = Math.log(share / (1 - share));
  const beyond = score - ranks[last]!;
  if (beyond <= 0) return odds;
  // Beyond all training scores ranks no longer discriminate; there the distance does, on a flattening scale.
  const scale = ranks[last]! - ranks[last >> 1]!;
  return odds + Math.log1p(scale > 0 ? beyond / scale : beyond);
}

/** Share of training scores below this one, 0 to 1, counting equal ones half. */
function rankOf(ranks: Float64Array, score: number): number {
  const low = lowerBound(ranks, score);
  let high = low;
  while (high < ranks.length && ranks[high] === score) high++;
  if (high > low) return (low + high) / 2 / ranks.length;
  if (low === 0 || low === ranks.length) return low / ranks.length;
  const part = (score - ranks[low - 1]!) / (ranks[low]! - ranks[low - 1]!);
  return (low - 0.5 + part) / ranks.length;
}

function lowerBound(values: Float64Array, value: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
