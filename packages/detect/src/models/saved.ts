// Serialization of models: one line of JSON with a version, typed arrays as base64 of little-endian bytes. Reading
// validates everything, so that a damaged or crafted file gives an error and never an endless walk.
import { Ecod } from './ecod.ts';
import { Ensemble } from './ensemble.ts';
import { ExtendedForest, type SlantedForest } from './extended-forest.ts';
import type { Forest } from './forest-walk.ts';
import { type HalfSpaceState, HalfSpaceTrees } from './half-space-trees.ts';
import { IsolationForest } from './isolation-forest.ts';
import { Mahalanobis } from './mahalanobis.ts';
import type { Model } from './model.ts';
import { DamagedModel, Reading, writeArrays } from './saved-fields.ts';

export { DamagedModel } from './saved-fields.ts';

const FORMAT = 'eyrie-model';
/** Format version; older ones are readable as long as READERS has their reader. */
export const MODEL_VERSION = 1;

const COLUMNS_MAX = 10_000;
const NODES_MAX = 2 ** 26;

/** One line of JSON, without a newline. */
export function saveModel(model: Model): string {
  return JSON.stringify({ format: FORMAT, version: MODEL_VERSION, ...contentOf(model) });
}

/** @throws DamagedModel if the text is invalid */
export function loadModel(text: string): Model {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new DamagedModel('this is not a saved model: not JSON');
  }
  const top = new Reading(parsed, 'model');
  if (top.raw('format') !== FORMAT) throw new DamagedModel('this is not a saved model');
  if (top.raw('version') !== MODEL_VERSION)
    throw new DamagedModel(
      `the model is of version ${String(top.raw('version'))}, this program reads ${MODEL_VERSION}: train it anew`,
    );
  return modelFrom(top);
}

function contentOf(model: Model): object {
  const { kind, columns } = model;
  if (model instanceof IsolationForest || model instanceof ExtendedForest)
    return { kind, columns, ...writeArrays(model.forest) };
  if (model instanceof Ecod)
    return { kind, columns, ...writeArrays({ sorted: model.sorted, skew: model.skew }) };
  if (model instanceof Mahalanobis)
    return {
      kind,
      columns,
      ...writeArrays({ mean: model.mean, spread: model.spread, inverse: model.inverse }),
    };
  if (model instanceof HalfSpaceTrees) return { kind, ...writeArrays(model.state) };
  if (model instanceof Ensemble) {
    const members = model.members.map(({ model: part, ranks, rows }) => ({
      ...contentOf(part),
      ...writeArrays({ ranks, rows }),
    }));
    return { kind, columns, members };
  }
  throw new RangeError(`models of kind ${kind} cannot be saved`);
}

function modelFrom(read: Reading): Model {
  const columns = read.whole('columns', 1, COLUMNS_MAX);
  const kind = read.raw('kind');
  switch (kind) {
    case 'isolation-forest':
      return new IsolationForest(columns, forestFrom(read, columns));
    case 'extended-forest':
      return new ExtendedForest(columns, slantedFrom(read, columns));
    case 'ecod':
      return ecodFrom(read, columns);
    case 'mahalanobis':
      return new Mahalanobis(
        read.floats('mean', columns),
        read.floats('spread', columns),
        read.floats('inverse', columns * columns),
      );
    case 'half-space-trees':
      return new HalfSpaceTrees(halfSpacesFrom(read, columns));
    case 'ensemble':
      return ensembleFrom(read, columns);
    default:
      throw new DamagedModel(`models of kind ${String(kind)} are not known`);
  }
}

function forestFrom(read: Reading, columns: number): Forest {
  const trees = read.whole('trees', 1, NODES_MAX);
  const stride = read.whole('stride', 1, Math.floor(NODES_MAX / trees));
  const forest: Forest = {
    trees,
    samples: read.whole('samples', 1, NODES_MAX),
    depthMax: read.whole('depthMax', 1, 64),
    stride,
    feature: read.indices('feature', trees * stride, columns),
    threshold: read.floats('threshold', trees * stride),
    left: read.nodes('left', trees * stride),
    path: read.floats('path', trees * stride),
  };
  checkWays(forest);
  return forest;
}

function slantedFrom(read: Reading, columns: number): SlantedForest {
  const trees = read.whole('trees', 1, NODES_MAX);
  const terms = read.whole('terms', 1, columns);
  const stride = read.whole('stride', 1, Math.floor(NODES_MAX / trees / terms));
  const forest: SlantedForest = {
    trees,
    samples: read.whole('samples', 1, NODES_MAX),
    depthMax: read.whole('depthMax', 1, 64),
    stride,
    terms,
    feature: read.indices('feature', trees * stride * terms, columns),
    weight: read.floats('weight', trees * stride * terms),
    threshold: read.floats('threshold', trees * stride),
    left: read.nodes('left', trees * stride),
    path: read.floats('path', trees * stride),
  };
  checkWays(forest);
  return forest;
}

/** Children follow their parents within the same tree, so that every walk ends. Unreachable nodes are zero. */
function checkWays({ trees, stride, left }: { trees: number; stride: number; left: Int32Array }): void {
  for (let tree = 0; tree < trees; tree++) {
    const pending = [tree * stride];
    const end = (tree + 1) * stride;
    while (pending.length > 0) {
      const node = pending.pop()!;
      const next = left[node]!;
      if (next === node) continue;
      if (next < node || next + 1 >= end) throw new DamagedModel('model.left: a way leads nowhere');
      pending.push(next, next + 1);
    }
  }
}

function ecodFrom(read: Reading, columns: number): Ecod {
  const sorted = read.floats('sorted');
  if (sorted.length === 0 || sorted.length % columns !== 0)
    throw new DamagedModel('model.sorted: not a row a feature');
  return new Ecod(columns, sorted, read.floats('skew', columns));
}

function halfSpacesFrom(read: Reading, columns: number): HalfSpaceState {
  const depth = read.whole('depth', 1, 24);
  const trees = read.whole('trees', 1, Math.floor(NODES_MAX / 2 ** (depth + 1)));
  const window = read.whole('window', 1, 0xffff);
  const nodes = trees * 2 ** (depth + 1);
  const seen = read.whole('seen', 0, Number.MAX_SAFE_INTEGER);
  return {
    trees,
    depth,
    window,
    seed: read.whole('seed', 0, Number.MAX_SAFE_INTEGER),
    columns,
    seen,
    first: read.floats('first', seen < window ? window * columns : 0),
    feature: read.indices('feature', nodes, columns),
    middle: read.floats('middle', nodes),
    reference: read.indices('reference', nodes, 0x10000),
    latest: read.indices('latest', nodes, 0x10000),
    centre: read.floats('centre', columns),
    sum: read.floats('sum', columns),
  };
}

function ensembleFrom(read: Reading, columns: number): Ensemble {
  const members = read.list('members', 1, 100).map((member) => {
    if (member.raw('kind') === 'ensemble') throw new DamagedModel('an ensemble cannot be a member of one');
    const ranks = member.floats('ranks');
    if (ranks.length === 0) throw new DamagedModel('model.members.ranks: none');
    return { model: modelFrom(member), ranks, rows: member.whole('rows', 1, Number.MAX_SAFE_INTEGER) };
  });
  if (members.some(({ model }) => model.columns !== columns))
    throw new DamagedModel('the members of the ensemble know different features');
  return new Ensemble(members);
}
