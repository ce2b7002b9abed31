// Routes for flows, their payload, conversations and endpoints.

import type { ServerResponse } from 'node:http';
import type { Piece } from '@eyrie/dissect';
import type { CaptureRow, Selection, StoredFlow } from '@eyrie/store';
import { Type } from '@sinclair/typebox';
import { objectAt, objectsIn } from '../bytes/objects.ts';
import { segmentsOf } from '../bytes/segments.ts';
import { follow, printable, protocolOf, type Said, saidWhole } from '../bytes/stream.ts';
import type { Context } from '../context.ts';
import { ApiError } from '../errors.ts';
import { cursorOf, partsOf } from '../paging.ts';
import { conversationRow, endpointRow, flowRow, portConversationRow } from '../rows.ts';
import {
  Conversations,
  Endpoints,
  EndpointsQuery,
  FlowObjects,
  FlowPage,
  FlowRow,
  FlowSegments,
  FlowStream,
  FlowsQuery,
  PAGE_ROWS,
  type Scope,
  STREAM_BYTES,
  StreamQuery,
  TalkQuery,
} from '../schemas/index.ts';
import type { Server } from '../server.ts';
import { given, momentOf, selectionOf } from '../terms.ts';
import { answers, ById, streams } from './answers.ts';

const ByIndex = Type.Object(
  { id: Type.Integer({ minimum: 0 }), index: Type.Integer({ minimum: 0 }) },
  { additionalProperties: false },
);

/** Concurrent requests for objects and segments: each may hold some MiB until the client has read it. */
const OBJECT_REQUESTS_MAX = 4;

export function addFlowRoutes(app: Server, { store, redissector }: Context): void {
  let objectRequests = 0;
  /** Holds a slot until the response closes, whether or not it was read. */
  const takePlace = ({ raw }: { raw: ServerResponse }): void => {
    if (objectRequests >= OBJECT_REQUESTS_MAX)
      throw new ApiError('too_many_requests', `more than ${OBJECT_REQUESTS_MAX} transfers are being read`, {
        hint: 'wait until one of them is done',
      });
    objectRequests++;
    raw.once('close', () => objectRequests--);
  };

  app.get(
    '/flows',
    { schema: { ...answers('flows', 'Conversations as records', FlowPage), querystring: FlowsQuery } },
    async ({ query }) => {
      const { items, next, total, exact } = await store.flows(flowQuery(query));
      return { items: items.map(flowRow), next, total, is_exact: exact };
    },
  );

  app.get(
    '/flows/:id',
    { schema: { ...answers('flows', 'One conversation', FlowRow), params: ById } },
    async ({ params }) => flowRow(await flowOf(params.id)),
  );

  app.get(
    '/flows/:id/stream',
    {
      schema: {
        ...answers('flows', 'What the two sides said, as -z follow', FlowStream),
        params: ById,
        querystring: StreamQuery,
      },
    },
    async ({ params, query }, reply) => {
      const flow = await flowOf(params.id);
      const capture = await captureOf(flow);
      const protocol = protocolOf(flow, query.protocol);
      if (query.format === 'raw' && query.limit === undefined && query.after === undefined)
        return reply
          .type('application/octet-stream')
          .send(
            (await saidWhole({ store, redissector, capture, flow }, { protocol, side: query.side })) as never,
          );
      const first = query.after === undefined ? 0 : (partsOf(query.after, 'n')[0] as number);
      const said = await follow(store, redissector, capture, flow, {
        protocol,
        first,
        bytesMax: query.limit ?? STREAM_BYTES,
        side: query.side,
      });
      if (query.format === 'raw')
        return reply
          .type('application/octet-stream')
          .send(Buffer.concat(said.pieces.map(({ data }) => data)) as never);
      if (query.format === 'ascii')
        return reply.type('text/plain; charset=utf-8').send(asText(said) as never);
      return {
        flow: flow.id,
        sides: [...said.sides],
        pieces: said.pieces.map(pieceRow),
        is_whole: said.isWhole,
        next: said.next === null ? null : cursorOf([said.next]),
      };
    },
  );

  app.get(
    '/flows/:id/segments',
    {
      schema: {
        ...answers('flows', 'The packets of one conversation, and what the TCP analysis says', FlowSegments),
        params: ById,
      },
    },
    async ({ params }, reply) => {
      takePlace(reply);
      const flow = await flowOf(params.id);
      const capture = await captureOf(flow);
      const { items, isWhole } = await segmentsOf({ store, redissector, capture, flow });
      return { flow: flowRow(flow), items, is_whole: isWhole };
    },
  );

  app.get(
    '/flows/:id/objects',
    {
      schema: { ...answers('flows', 'What was transferred: pages, files, mails', FlowObjects), params: ById },
    },
    async ({ params }, reply) => {
      takePlace(reply);
      const flow = await flowOf(params.id);
      const capture = await captureOf(flow);
      const { objects, isWhole } = await objectsIn({ store, redissector, capture, flow });
      return { items: objects, is_whole: isWhole };
    },
  );

  app.get(
    '/flows/:id/objects/:index',
    {
      schema: {
        ...streams('flows', 'One of them, as a file', 'application/octet-stream'),
        params: ByIndex,
      },
    },
    async ({ params: { id, index } }, reply) => {
      takePlace(reply);
      const flow = await flowOf(id);
      const capture = await captureOf(flow);
      const data = await objectAt({ store, redissector, capture, flow }, index);
      if (data === null) throw new ApiError('not_found', `flow ${id} has no object ${index}`);
      // Untrusted content: the browser must save it, not render it under our origin.
      return reply
        .type('application/octet-stream')
        .header('content-disposition', 'attachment')
        .send(Buffer.from(data.buffer, data.byteOffset, data.length) as never);
    },
  );

  app.get(
    '/conversations',
    {
      schema: {
        ...answers('flows', 'Who with whom, the largest, as -z conv', Conversations),
        querystring: TalkQuery,
      },
    },
    async ({ query }) => {
      const { type = 'any', sort = 'bytes', limit = PAGE_ROWS } = query;
      if (type === 'tcp' || type === 'udp') {
        const { q, protocol, src, dst, ...terms } = query;
        const unknown = Object.entries({ q, protocol, src, dst }).find(([, value]) => value !== undefined);
        if (unknown !== undefined)
          throw new ApiError('bad_value', `${unknown[0]}: conversations of ${type} can't be chosen by it`);
        const { items } = await store.flows({ ...flowQuery({ ...terms, sort }), transport: type, limit });
        return { items: items.map(portConversationRow), is_exact: true };
      }
      const { items, exact } = await store.conversations({ ...ofType(query, type), order: sort, limit });
      return { items: items.map(conversationRow), is_exact: exact };
    },
  );

  app.get(
    '/endpoints',
    {
      schema: {
        ...answers('flows', 'Addresses, the largest, as -z endpoints', Endpoints),
        querystring: EndpointsQuery,
      },
    },
    async ({ query }) => {
      const { type = 'any', sort = 'bytes', limit = PAGE_ROWS } = query;
      const { items, exact } = await store.endpoints({ ...ofType(query, type), order: sort, limit });
      return { items: items.map(endpointRow), is_exact: exact };
    },
  );

  async function flowOf(id: number): Promise<StoredFlow> {
    const flow = await store.flow(id);
    if (flow === null) throw new ApiError('no_such_flow', `there is no flow ${id}`);
    return flow;
  }

  async function captureOf(flow: StoredFlow): Promise<CaptureRow> {
    const capture = await store.capture(flow.capture);
    if (capture === null) throw new ApiError('no_such_capture', 'the capture of this flow is gone');
    return capture;
  }
}

function flowQuery(query: FlowsQuery) {
  return {
    ...given('filter', query.q),
    ...given('capture', query.capture),
    ...given('from', momentOf('from', query.from)),
    ...given('to', momentOf('to', query.to)),
    ...given('address', query.address),
    ...given('port', query.port),
    ...given('transport', query.transport),
    ...given('application', query.application),
    ...given('serverName', query.server_name),
    ...given('state', query.state),
    ...given('order', query.sort),
    ...given('limit', query.limit),
    ...given('after', query.after),
    ...given('count', query.count),
  };
}

/** Adds the address type to the filter. */
function ofType(query: Scope, type: 'any' | 'ip' | 'ipv6'): Selection {
  const selection = selectionOf(query);
  if (type === 'any') return selection;
  return { ...selection, filter: selection.filter === undefined ? type : `${type} && (${selection.filter})` };
}

function pieceRow({ side, frame, seconds, nanoseconds, data }: Piece) {
  return {
    side,
    frame,
    time: `${seconds}.${String(nanoseconds).padStart(9, '0')}`,
    data: Buffer.from(data).toString('base64'),
  };
}

function asText({ pieces }: Said): string {
  return pieces.map(({ data }) => printable(data)).join('');
}
