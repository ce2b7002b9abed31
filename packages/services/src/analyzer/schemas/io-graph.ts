// Schemas of one series of an I/O graph.
import { type Static, Type } from '@sinclair/typebox';
import { Count, FILTER_CHARACTERS_MAX, IsExact, object, scope } from './common.ts';

export const IoGraphQuery = object({
  ...scope,
  filter: Type.Optional(
    Type.String({
      maxLength: FILTER_CHARACTERS_MAX,
      description: 'display filter of this series, which must hold beside `q`',
      examples: ['tcp.analysis.retransmission'],
    }),
  ),
  buckets: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 2000,
      default: 300,
      description: 'maximum number of buckets; their width is 1, 2 or 5 times a power of ten seconds',
    }),
  ),
});
export type IoGraphQuery = Static<typeof IoGraphQuery>;

export const IoGraph = object({
  start: Type.Number({ description: 'start of the first bucket, seconds since 1970; 0 without packets' }),
  step: Type.Number({ description: 'width of a bucket in seconds' }),
  packets: Type.Array(Count, { description: 'one number per bucket' }),
  bytes: Type.Array(Count, { description: 'bytes on the wire, one number per bucket' }),
  is_exact: IsExact,
});
export type IoGraph = Static<typeof IoGraph>;
