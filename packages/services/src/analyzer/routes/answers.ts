// How a route says in the API's document what it answers.
import { type Static, type TSchema, Type } from '@sinclair/typebox';
import { ErrorAnswer } from '../schemas/index.ts';

export type Tag =
  | 'totals'
  | 'packets'
  | 'flows'
  | 'hosts'
  | 'captures'
  | 'filters'
  | 'security'
  | 'mesh'
  | 'service';

/** The schema of a route: `querystring`, `params` and `body` are added by the route itself. */
export function answers<T extends TSchema>(tag: Tag, summary: string, answer: T) {
  return {
    tags: [tag],
    summary,
    response: { 200: answer, '4xx': ErrorAnswer, '5xx': ErrorAnswer },
  } as { tags: Tag[]; summary: string; response: { 200: T } };
}

/** For answers that are no JSON: their content is not checked. */
export function streams(tag: Tag, summary: string, contentType: string) {
  return {
    tags: [tag],
    summary,
    produces: [contentType],
    response: { '4xx': ErrorAnswer, '5xx': ErrorAnswer },
  };
}

export const ById = Type.Object({ id: Type.Integer({ minimum: 0 }) }, { additionalProperties: false });
export type ById = Static<typeof ById>;
