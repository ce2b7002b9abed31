// Schemas of overviews of a protocol.
import { type Static, Type } from '@sinclair/typebox';
import { Count, object, oneOf, orNull } from './common.ts';

export const ByOverview = Type.Object(
  { name: oneOf(['dns', 'http', 'tls']) },
  { additionalProperties: false },
);

export const OverviewItem = object({
  text: Type.String(),
  count: Count,
  seconds: orNull(
    Type.Number({
      description:
        'mean time of an answer; of a certificate: what was left of its time when it was last seen, below 0 if it was over',
    }),
  ),
  detail: orNull(Type.String({ description: 'what else is known: the server, the issuer' })),
  until: orNull(Type.Number({ description: 'when a certificate ends, seconds since 1970' })),
  filter: orNull(Type.String({ description: 'display filter for it' })),
});
export type OverviewItem = Static<typeof OverviewItem>;

export const OverviewTable = object({
  name: Type.String({ examples: ['names'] }),
  distinct: Type.Integer({ description: 'how many there are; at most 50 are listed' }),
  is_whole: Type.Boolean({ description: 'false: there were too many to tell all apart' }),
  items: Type.Array(OverviewItem, { description: 'most frequent, slowest, or soonest to end, first' }),
});
export type OverviewTable = Static<typeof OverviewTable>;

export const Overview = object({
  figures: Type.Array(
    object({
      name: Type.String({ examples: ['questions'] }),
      value: orNull(Type.Number()),
      unit: oneOf(['count', 'bytes', 'seconds']),
    }),
  ),
  tables: Type.Array(OverviewTable),
  packets: Type.Integer({ description: 'packets that were read again' }),
  is_whole: Type.Boolean({ description: 'false: a bound was reached, and later packets are not in it' }),
  gone: Type.Array(Type.String(), { description: 'captures whose bytes are no longer kept' }),
});
export type Overview = Static<typeof Overview>;
