export type { Aggregate, Best, Stats } from './aggregate.ts';
export {
  type Attribute,
  attributes,
  indexOf,
  namedValues,
  nothingKnown,
  shownAttributes,
  type Unit,
  type Values,
} from './attributes.ts';
export { encodedSize } from './codec.ts';
export { type Coordinate, isKnown, latencyBetween, moved, unknownPlace } from './coordinates.ts';
export type { Series } from './history.ts';
export { lookTimes } from './latency.ts';
export type { Picture, Report, Summary, TreeMessage as Message, ViewMessage } from './messages.ts';
export {
  type Answer,
  type AnsweredGroup,
  type FoundPeer,
  type Measure,
  type Measurement,
  measured,
  parseQuery,
  Queries,
  QueryError,
  type QueryMessage,
} from './query/index.ts';
export { SkyEye, type SkyEyeOptions, type Surroundings } from './skyeye.ts';
export type { Heavy, ShownTalk } from './talkers.ts';
export type { ShownView, View } from './view.ts';
