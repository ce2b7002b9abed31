// Routes for the objects transferred in all conversations: their list, one of them, or all as an archive.
import { fileNameOfObject } from '@eyrie/dissect';
import { eachObject, listObjects, OBJECT_KINDS, objectBytes } from '../bytes/capture-objects.ts';
import { ObjectArchive } from '../bytes/object-archive.ts';
import { seekObject } from '../bytes/object-seek.ts';
import type { Reach } from '../bytes/survey.ts';
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

/** Those that go further than usual, which share the turns of all others: at once, and waiting. */
const FAR_MAX = 2;
const FAR_WAITING_MAX = 8;

export function addObjectRoutes(app: Server, context: Context, turns: Turns): void {
  const far = new Turns(FAR_MAX, FAR_WAITING_MAX);
  const take: Take = (effort, left, work) => {
    const once = (): ReturnType<typeof work> => turns.take(left, (turn) => work({ effort, turn }));
    return effort === 1 ? once() : far.take(left, once);
  };
  addList(app, context, take);
  addObject(app, context, take);
  addArchive(app, context, new Turns(ARCHIVES_MAX, ARCHIVES_WAITING_MAX));
}

/** Runs a survey of this effort when its turn comes. */
type Take = <T>(effort: number, left: AbortSignal, work: (reach: Reach) => Promise<T>) => Promise<T>;

function addList(app: Server, context: Context, take: Take): void {
  app.get(
    '/objects',
    {
      schema: {
        ...answers('flows', 'What was transferred in all conversations: pages, files, mails', CaptureObjects),
        querystring: ObjectListQuery,
      },
    },
    async ({ query }, reply) => {
      const { kind, effort = 1, ...terms } = query;
      const left = leftBy(reply);
      const kinds = kind === undefined ? OBJECT_KINDS : [kind];
      const { objects, packets, isWhole, gone } = await take(effort, left, (reach) =>
        listObjects(context, selectionOf(terms), kinds, left, reach),
      );
      return { items: objects, packets, is_whole: isWhole, gone: [...gone] };
    },
  );
}

function addObject(app: Server, context: Context, take: Take): void {
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
        // One that was listed is there, however far the list went.
        (await take(sha256 === undefined ? 1 : EFFORT_MAX, left, (reach) =>
          objectBytes(context, selection, params, left, reach),
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
