export type { Answer, AnsweredGroup, FoundPeer } from './answer.ts';
export type { Query } from './language.ts';
export { type Measure, type Measurement, measured } from './measured.ts';
export type { QueryMessage } from './messages.ts';
export { parseQuery } from './parse.ts';
export { Queries, type QuerySurroundings } from './queries.ts';
export { QueryError } from './words.ts';
