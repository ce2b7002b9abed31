// Routes for flows and their payload.

import type { Piece } from '@eyrie/dissect';
import { flowBytes, storedFlow } from '../bytes/flow-bytes.ts';
import {
  type FollowedStream,
  follow,
  printable,
  protocolOf,
  streamWhole,
  substreamsOf,
} from '../bytes/stream.ts';
import type { Context } from '../context.ts';
import { cursorOf, partsOf } from '../paging.ts';
import { flowRow } from '../rows.ts';
import {
  FlowPage,
  FlowRow,
  FlowStream,
  FlowSubstreams,
  FlowsQuery,
  STREAM_BYTES,
  StreamQuery,
  SubstreamsQuery,
} from '../schemas/index.ts';
import type { Server } from '../server.ts';
import { flowQueryOf } from '../terms.ts';
import { answers, ById } from './answers.ts';

export function addFlowRoutes(app: Server, context: Context): void {
  const { store } = context;

  app.get(
    '/flows',
    {
      schema: {
        ...answers(
          'flows',
          'Flows: endpoints, counters, applications and TCP state of each conversation',
          FlowPage,
        ),
        querystring: FlowsQuery,
      },
    },
    async ({ query }) => {
      const { items, next, total, exact } = await store.flows(flowQueryOf(query));
      return { items: items.map(flowRow), next, total, is_exact: exact };
    },
  );

  app.get(
    '/flows/:id',
    { schema: { ...answers('flows', 'One flow', FlowRow), params: ById } },
    async ({ params }) => flowRow(await storedFlow(store, params.id)),
  );

  app.get(
    '/flows/:id/stream',
    {
      schema: {
        ...answers('flows', 'Payload of both directions in order, as -z follow', FlowStream),
        params: ById,
        querystring: StreamQuery,
      },
    },
    async ({ params, query }, reply) => {
      const of = await flowBytes(context, params.id);
      const { substream = 0, connection = 0, side } = query;
      const what = { protocol: protocolOf(of.flow, query.protocol), substream, connection, side };
      if (query.format === 'raw' && query.limit === undefined && query.after === undefined)
        return reply.type('application/octet-stream').send((await streamWhole(of, what)) as never);
      const first = query.after === undefined ? 0 : (partsOf(query.after, 'n')[0] as number);
      const followed = await follow(of, {
        ...what,
        first,
        bytesMax: query.limit ?? STREAM_BYTES,
      });
      if (query.format === 'raw')
        return reply
          .type('application/octet-stream')
          .send(Buffer.concat(followed.pieces.map(({ data }) => data)) as never);
      if (query.format === 'ascii')
        return reply.type('text/plain; charset=utf-8').send(asText(followed) as never);
      return {
        flow: of.flow.id,
        sides: [...followed.sides],
        pieces: followed.pieces.map(pieceRow),
        is_whole: followed.isWhole,
        next: followed.next === null ? null : cursorOf([followed.next]),
      };
    },
  );

  app.get(
    '/flows/:id/substreams',
    {
      schema: {
        ...answers('flows', 'The streams of HTTP/2 or QUIC within one conversation', FlowSubstreams),
        params: ById,
        querystring: SubstreamsQuery,
      },
    },
    async ({ params, query }) => {
      const of = await flowBytes(context, params.id);
      protocolOf(of.flow, query.protocol);
      const { items, isWhole } = await substreamsOf(of, query.protocol);
      return { items: [...items], is_whole: isWhole };
    },
  );
}

function pieceRow({ side, frame, seconds, nanoseconds, data }: Piece) {
  return {
    side,
    frame,
    time: `${seconds}.${String(nanoseconds).padStart(9, '0')}`,
    data: Buffer.from(data).toString('base64'),
  };
}

function asText({ pieces }: FollowedStream): string {
  return pieces.map(({ data }) => printable(data)).join('');
}
