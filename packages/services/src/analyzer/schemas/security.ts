// Schemas of the honeypot's records.
import { type Static, Type } from '@sinclair/typebox';
import { Count, MeshMoment, object, orNull, PAGE_ROWS, PAGE_ROWS_MAX, Seconds } from './common.ts';

export const VisitRow = object({
  session: Type.String(),
  protocol: Type.String({ examples: ['ssh'] }),
  source: Type.String({ description: 'address and port of the visitor' }),
  port: Type.Integer({ description: 'port of the honeypot' }),
  time: Type.Number({ description: 'seconds since 1970' }),
  mesh_time: orNull(MeshMoment),
  seconds: Seconds,
  bytes_in: Count,
  bytes_out: Count,
});
export type VisitRow = Static<typeof VisitRow>;

export const VisitsQuery = object({
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: PAGE_ROWS_MAX, default: PAGE_ROWS, description: 'newest first' }),
  ),
});

export const VisitList = object({ items: Type.Array(VisitRow) });

export const Visit = object({
  ...VisitRow.properties,
  events: Type.Array(
    object({
      at: Type.Number({ description: 'seconds since the beginning' }),
      direction: Type.Unsafe<'i' | 'o'>({
        type: 'string',
        enum: ['i', 'o'],
        description: 'i: from the visitor',
      }),
      text: Type.String({ description: 'bytes as ISO 8859-1' }),
    }),
  ),
});
export type Visit = Static<typeof Visit>;

export const BySession = object({ session: Type.String({ maxLength: 64 }) });
