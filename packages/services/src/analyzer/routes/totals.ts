// Routes for totals: by protocol, as a hierarchy, over time.
import type { PathNode, TimelineColumn } from '@eyrie/store';
import type { Context } from '../context.ts';
import { protocolRow } from '../rows.ts';
import {
  Hierarchy,
  type HierarchyLine,
  ProtocolQuery,
  ProtocolSummary,
  Scope,
  Timeline,
  TimelineQuery,
} from '../schemas/index.ts';
import type { Server } from '../server.ts';
import { given, selectionOf } from '../terms.ts';
import { answers } from './answers.ts';

const BUCKETS = 200;
const SERIES = 9;

export function addTotalsRoutes(app: Server, { store }: Context): void {
  app.get(
    '/protocol_summary',
    {
      schema: {
        ...answers(
          'totals',
          'Packets and bytes by the Protocol column, also of each conversation, endpoint, port or capture',
          ProtocolSummary,
        ),
        querystring: ProtocolQuery,
      },
    },
    async ({ query }) => {
      const { by, top, limit, after, ...terms } = query;
      const { items, next, packets, bytes, exact } = await store.protocolSummary({
        ...selectionOf(terms),
        ...given('by', by),
        ...given('top', top),
        ...given('limit', limit),
        ...given('after', after),
      });
      return { items: items.map(protocolRow), next, packets, bytes, is_exact: exact };
    },
  );

  app.get(
    '/hierarchy',
    {
      schema: { ...answers('totals', HIERARCHY, Hierarchy), querystring: Scope },
    },
    async ({ query }) => {
      const { tree, exact } = await store.hierarchy(selectionOf(query));
      return { items: hierarchyLines(tree), is_exact: exact };
    },
  );

  app.get(
    '/timeline',
    {
      schema: {
        ...answers('totals', 'Packets and bytes over time, a series for each value of a column', Timeline),
        querystring: TimelineQuery,
      },
    },
    async ({ query }) => {
      const { buckets = BUCKETS, series = SERIES, by = 'protocol', ...terms } = query;
      const column: TimelineColumn | undefined = by === 'none' ? undefined : by;
      const found = await store.timeline({ ...selectionOf(terms), buckets, series, ...given('by', column) });
      return {
        start: Number(found.start ?? 0),
        step: found.bucketSeconds,
        buckets: found.buckets,
        series: found.series.map(({ name, packets, bytes }) => ({
          key: name ?? (column === undefined ? 'all' : 'other'),
          packets: [...packets],
          bytes: [...bytes],
        })),
        is_exact: found.exact,
      };
    },
  );
}

/** Like io,phs, counts only layers that a dissector adds to its tree: no quoted headers, repeated layers, or data. */
const HIERARCHY =
  'The protocol hierarchy, by frame.protocols: its upper levels are those of -z io,phs; below, it also has the packets that an ICMP error quotes, layers that come again in a packet, and data without a protocol';

/** A name in frame.protocols that the hierarchy omits: it is a header field, not a protocol. */
const NO_PROTOCOL = 'ethertype';

function hierarchyLines(nodes: readonly PathNode[]): HierarchyLine[] {
  return nodes.flatMap(({ name, packets, bytes, children }) =>
    name === NO_PROTOCOL
      ? hierarchyLines(children)
      : [{ name, packets, bytes, children: hierarchyLines(children) }],
  );
}
