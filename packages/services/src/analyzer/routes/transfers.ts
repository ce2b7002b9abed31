// Routes that read a whole flow's bytes: its packets with the TCP analysis, the objects transferred in it.

import type { ServerResponse } from 'node:http';
import { Type } from '@sinclair/typebox';
import { flowBytes } from '../bytes/flow-bytes.ts';
import { objectAt, objectsIn } from '../bytes/objects.ts';
import { segmentsOf } from '../bytes/segments.ts';
import type { Context } from '../context.ts';
import { ApiError } from '../errors.ts';
import { flowRow } from '../rows.ts';
import { FlowObjects, FlowSegments } from '../schemas/index.ts';
import type { Server } from '../server.ts';
import { answers, ById, streams } from './answers.ts';

const ByIndex = Type.Object(
  { id: Type.Integer({ minimum: 0 }), index: Type.Integer({ minimum: 0 }) },
  { additionalProperties: false },
);

/** Concurrent requests: each may hold some MiB until the client has read it. */
const TRANSFERS_MAX = 4;

export function addTransferRoutes(app: Server, context: Context): void {
  let transfers = 0;
  /** Holds a slot until the response closes, whether or not it was read. */
  const takePlace = ({ raw }: { raw: ServerResponse }): void => {
    if (transfers >= TRANSFERS_MAX)
      throw new ApiError('too_many_requests', `more than ${TRANSFERS_MAX} transfers are being read`, {
        hint: 'wait until one of them is done',
      });
    transfers++;
    raw.once('close', () => transfers--);
  };

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
      const of = await flowBytes(context, params.id);
      const { items, isWhole } = await segmentsOf(of);
      return { flow: flowRow(of.flow), items, is_whole: isWhole };
    },
  );

  app.get(
    '/flows/:id/objects',
    {
      schema: { ...answers('flows', 'What was transferred: pages, files, mails', FlowObjects), params: ById },
    },
    async ({ params }, reply) => {
      takePlace(reply);
      const { objects, isWhole } = await objectsIn(await flowBytes(context, params.id));
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
      const data = await objectAt(await flowBytes(context, id), index);
      if (data === null) throw new ApiError('not_found', `flow ${id} has no object ${index}`);
      // Untrusted content: the browser must save it, not render it under our origin.
      return reply
        .type('application/octet-stream')
        .header('content-disposition', 'attachment')
        .send(Buffer.from(data.buffer, data.byteOffset, data.length) as never);
    },
  );
}
