// Describes a route's responses for the OpenAPI document.
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

/** Parameters are declared: one that is mistyped is an error, not ignored. */
const NoParameters = Type.Object({}, { additionalProperties: false });

/** The schema of a route with a JSON response; the route adds `params` and `body`, and its own `querystring`. */
export function answers<T extends TSchema>(tag: Tag, summary: string, answer: T) {
  return {
    tags: [tag],
    summary,
    querystring: NoParameters,
    response: { 200: answer, '4xx': ErrorAnswer, '5xx': ErrorAnswer },
  } as { tags: Tag[]; summary: string; response: { 200: T } };
}

/** The schema of a route with another content type, which is not validated. */
export function streams(tag: Tag, summary: string, contentType: string) {
  return {
    tags: [tag],
    summary,
    produces: [contentType],
    querystring: NoParameters,
    response: { '4xx': ErrorAnswer, '5xx': ErrorAnswer },
  };
}

export const ById = Type.Object({ id: Type.Integer({ minimum: 0 }) }, { additionalProperties: false });
export type ById = Static<typeof ById>;
