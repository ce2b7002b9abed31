export { type Aggregate, aggregateOf, type Best, merged, type Stats } from './aggregate.ts';
export {
  type Attribute,
  attributes,
  indexOf,
  namedValues,
  nothingKnown,
  readingOf,
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
  parseQuery,
  Queries,
  QueryError,
  type QueryMessage,
  type QuerySurroundings,
} from './query/index.ts';
export { HISTORY_MAX } from './samples.ts';
export { DETAIL_MAX, SkyEye, type SkyEyeOptions, type Surroundings } from './skyeye.ts';
export type { Heavy, ShownTalk } from './talkers.ts';
export { type ShownView, shownView, type View } from './view.ts';
