// The public interface of this package.
export type * from './events/events.ts';
export { Baseline, type BaselineOptions, type Judgement } from './features/baseline.ts';
export {
  entropyOf,
  HOST_FEATURES,
  type HostRow,
  HostWindows,
  type HostWindowsOptions,
} from './features/host-windows.ts';
export { PEER_FEATURES, PeerRows, type PeerSample } from './features/peer-rows.ts';
export { type Random, randomFrom } from './math/random.ts';
export { Ecod, type EcodOptions } from './models/ecod.ts';
export { Ensemble, type Member } from './models/ensemble.ts';
export { ExtendedForest, type ExtendedForestOptions } from './models/extended-forest.ts';
export { type HalfSpaceOptions, HalfSpaceTrees } from './models/half-space-trees.ts';
export { type ForestOptions, IsolationForest } from './models/isolation-forest.ts';
export { Mahalanobis } from './models/mahalanobis.ts';
export { type Matrix, matrixOf } from './models/matrix.ts';
export { type Cause, causesOf, type Model } from './models/model.ts';
export { DamagedModel, loadModel, MODEL_VERSION, saveModel } from './models/saved.ts';
export { type BeaconScore, beaconScore } from './rules/channels/beacon-score.ts';
export { type DetectorOptions, RuleEngine } from './rules/engine.ts';
export { type Finding, Findings, type FindingsOptions } from './rules/findings.ts';
export { RULES } from './rules/index.ts';
export {
  atLeast,
  type Rule,
  type RuleSeverity,
  SEVERITIES,
  type Sighting,
  type Technique,
} from './rules/rule.ts';
export { compileSilence, SilenceError } from './silence/silence.ts';
export { CountMin, type CountMinOptions } from './sketches/count-min.ts';
export { HyperLogLog } from './sketches/hyperloglog.ts';
export { Quantiles } from './sketches/quantiles.ts';
