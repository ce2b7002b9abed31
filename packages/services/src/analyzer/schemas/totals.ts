// Schemas of totals: by protocol, as a hierarchy, over time.
import { PROTOCOL_GROUPS } from '@eyrie/store';
import { type Static, Type } from '@sinclair/typebox';
import { Count, IsExact, object, oneOf, orNull, PAGE_ROWS_MAX, page, paging, scope } from './common.ts';

export const ProtocolQuery = object({
  ...scope,
  by: Type.Optional(
    oneOf(PROTOCOL_GROUPS, {
      default: 'protocol',
      description:
        'what packets are counted by, beside the Protocol column: conversation, a pair of addresses; endpoint, an address, source or destination; port, the lower of the two, with its transport; capture',
    }),
  ),
  top: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: PAGE_ROWS_MAX,
      description: 'only of so many conversations, endpoints, ports or captures: those with most bytes',
    }),
  ),
  after: paging.after,
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: PAGE_ROWS_MAX,
      description: 'rows on the page; default: all protocols, or 100 rows of another grouping',
    }),
  ),
});
export type ProtocolQuery = Static<typeof ProtocolQuery>;

export const ProtocolRow = object({
  a: Type.Optional(Type.String({ description: 'by conversation: the lower address; empty: none' })),
  b: Type.Optional(Type.String()),
  address: Type.Optional(Type.String({ description: 'by endpoint; empty: none' })),
  transport: Type.Optional(orNull(Type.String({ description: 'by port', examples: ['tcp', 'udp'] }))),
  port: Type.Optional(orNull(Type.Integer())),
  capture: Type.Optional(Type.Integer({ description: 'by capture' })),
  protocol: Type.String({ description: 'the Protocol column' }),
  packets: Count,
  bytes: Count,
});
export type ProtocolRow = Static<typeof ProtocolRow>;

export const ProtocolSummary = object(
  {
    ...page(ProtocolRow).properties,
    packets: Count,
    bytes: Count,
    is_exact: IsExact,
  },
  'most packets first; `packets` and `bytes` count each selected packet once, on whatever page',
);
export type ProtocolSummary = Static<typeof ProtocolSummary>;

export interface HierarchyLine {
  name: string;
  packets: number;
  bytes: number;
  children: HierarchyLine[];
}

const HIERARCHY_LINE = 'HierarchyLine';

/** As in `-z io,phs`: each line counts the packets of all paths through it. */
export const HierarchyLine = Type.Object(
  {
    name: Type.String({ examples: ['tcp'] }),
    packets: Count,
    bytes: Count,
    children: Type.Array(Type.Unsafe<HierarchyLine>({ $ref: `${HIERARCHY_LINE}#` })),
  },
  { $id: HIERARCHY_LINE, additionalProperties: false },
);

export const Hierarchy = object({
  items: Type.Array(Type.Unsafe<HierarchyLine>({ $ref: `${HIERARCHY_LINE}#` })),
  is_exact: IsExact,
});
export type Hierarchy = Static<typeof Hierarchy>;

const TIMELINE_BUCKETS_MAX = 2000;

const TIMELINE_COLUMNS = ['none', 'protocol', 'path', 'src', 'dst', 'transport', 'capture'] as const;

export const TimelineQuery = object({
  ...scope,
  buckets: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: TIMELINE_BUCKETS_MAX,
      default: 200,
      description: 'maximum number of buckets; their width is 1, 2 or 5 times a power of ten seconds',
    }),
  ),
  by: Type.Optional(
    oneOf(TIMELINE_COLUMNS, { default: 'protocol', description: 'column whose values get a series each' }),
  ),
  series: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 50,
      default: 9,
      description: 'the values with most packets have a series each, all others share the one named `other`',
    }),
  ),
});
export type TimelineQuery = Static<typeof TimelineQuery>;

export const Timeline = object({
  start: Type.Number({ description: 'start of the first bucket, seconds since 1970; 0 without packets' }),
  step: Type.Number({ description: 'width of a bucket in seconds' }),
  buckets: Count,
  series: Type.Array(
    object({
      key: Type.String({
        description: 'the value; `other`: all other values; `all`: no division',
      }),
      packets: Type.Array(Count, { description: 'one number per bucket' }),
      bytes: Type.Array(Count),
    }),
    { description: 'most packets first; `other`, if present, last' },
  ),
  is_exact: IsExact,
});
export type Timeline = Static<typeof Timeline>;
