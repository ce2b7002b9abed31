// Routes for the objects transferred in all conversations: their list, one of them, or all as an archive.
import { fileNameOfObject } from '@eyrie/dissect';
import { eachObject, listObjects, OBJECT_KINDS, objectBytes } from '../bytes/capture-objects.ts';
import { ObjectArchive } from '../bytes/object-archive.ts';
import { seekObject } from '../bytes/object-seek.ts';
import { leftBy, Turns } from '../bytes/turns.ts';
import { withFilter } from '../bytes/with-filter.ts';
import type { Context } from '../context.ts';
import { ApiError } from '../errors.ts';
import {
  ByObject,
  CaptureObjects,
  EFFORT_MAX,
  ObjectListQuery,
  ObjectQuery,
  ObjectsQuery,
} from '../schemas/index.ts';
import type { Server } from '../server.ts';
import { selectionOf } from '../terms.ts';
import { answers, streams } from './answers.ts';

/** Archives at once, and waiting: one takes as long as its reader. */
const ARCHIVES_MAX = 2;
const ARCHIVES_WAITING_MAX = 4;

export function addObjectRoutes(app: Server, context: Context, turns: Turns): void {
  addList(app, context, turns);
  addObject(app, context, turns);
  addArchive(app, context, new Turns(ARCHIVES_MAX, ARCHIVES_WAITING_MAX));
}

function addList(app: Server, context: Context, turns: Turns): void {
  app.get(
    '/objects',
    {
      schema: {
        ...answers('flows', 'What was transferred in all conversations: pages, files, mails', CaptureObjects),
        querystring: ObjectListQuery,
      },
    },
    async ({ query }, reply) => {
      const { kind, effort, ...terms } = query;
      const left = leftBy(reply);
      const kinds = kind === undefined ? OBJECT_KINDS : [kind];
      const { objects, packets, isWhole, gone } = await turns.take(left, () =>
        listObjects(context, selectionOf(terms), kinds, left, effort),
      );
      return { items: objects, packets, is_whole: isWhole, gone: [...gone] };
    },
  );
}

function addObject(app: Server, context: Context, turns: Turns): void {
  app.get(
    '/objects/:capture/:kind/:frame/:nth',
    {
      schema: {
        ...streams('flows', 'One of them, as a file', 'application/octet-stream'),
        params: ByObject,
        querystring: ObjectQuery,
      },
    },
    async ({ params, query }, reply) => {
      const left = leftBy(reply);
      const { sha256, ...terms } = query;
      const selection = selectionOf({ ...terms, capture: params.capture });
      const found =
        (sha256 === undefined ? null : await seekObject(context, { ...params, sha256 }, left)) ??
        (await turns.take(left, () =>
          // One that was listed is there, however far the list went.
          objectBytes(context, selection, params, left, sha256 === undefined ? 1 : EFFORT_MAX),
        ));
      if (found === null)
        throw new ApiError('not_found', `packet ${params.frame} completed no such object`, {
          hint: 'see /objects',
        });
      // Untrusted content: the browser must save it, not render it under our origin.
      return reply
        .type('application/octet-stream')
        .header(
          'content-disposition',
          `attachment; filename*=UTF-8''${encodeURIComponent(fileNameOfObject(found))}`,
        )
        .send(Buffer.from(found.data.buffer, found.data.byteOffset, found.data.length) as never);
    },
  );
}

function addArchive(app: Server, context: Context, turns: Turns): void {
  app.get(
    '/objects.zip',
    {
      // It would go through all packets for nothing.
      exposeHeadRoute: false,
      schema: {
        ...streams('flows', 'All of them, in an archive', 'application/zip'),
        querystring: ObjectsQuery,
      },
    },
    async ({ query }, reply) => {
      const { kind, ...terms } = query;
      const left = leftBy(reply);
      // A wrong filter gets an error, not a truncated download.
      const selection = selectionOf(terms);
      withFilter(selection, '');
      const kinds = kind === undefined ? OBJECT_KINDS : [kind];
      const archive = new ObjectArchive();
      turns
        .take(left, () => eachObject(context, selection, kinds, archive, left))
        .then(({ isWhole }) => archive.end(isWhole))
        .catch((error) => archive.fail(left.aborted ? undefined : error));
      return reply
        .type('application/zip')
        .header('content-disposition', 'attachment; filename="objects.zip"')
        .send(archive.readable as never);
    },
  );
}
