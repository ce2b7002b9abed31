// Routes for captures: list, upload, deletion, live capture on an interface.
import { removeSession } from '@eyrie/capture';
import { Type } from '@sinclair/typebox';
import { captureRow, captureRows } from '../captures.ts';
import type { Context } from '../context.ts';
import { ApiError } from '../errors.ts';
import type { Intake } from '../intake.ts';
import { CaptureRow, Captures, Interfaces, LiveRequest, Uploaded, UploadQuery } from '../schemas/index.ts';
import type { Server } from '../server.ts';
import { deleteUpload, keepUpload } from '../uploads.ts';
import { answers, ById } from './answers.ts';

/** Content types of uploads; an HTML form of another site cannot send any of them. */
const FILE_TYPES = [
  'application/octet-stream',
  'application/vnd.tcpdump.pcap',
  'application/x-pcapng',
  'application/gzip',
  'application/zstd',
];

const Deleted = Type.Object({ id: Type.Integer() }, { additionalProperties: false });

export function addCaptureRoutes(app: Server, context: Context): void {
  // The body is streamed, not buffered.
  app.addContentTypeParser(FILE_TYPES, { bodyLimit: context.uploadBytesMax }, (_, body, done) =>
    done(null, body),
  );
  addCaptureList(app, context);
  addUpload(app, context);
  addDeletion(app, context);
  addLive(app, context);
}

function addCaptureList(app: Server, context: Context): void {
  app.get(
    '/captures',
    { schema: answers('captures', 'Stored captures, newest first', Captures) },
    async () => ({
      items: await captureRows(context.store, context.intake),
    }),
  );

  app.get(
    '/captures/:id',
    { schema: { ...answers('captures', 'One capture', CaptureRow), params: ById } },
    ({ params }) => captureOf(context, params.id),
  );
}

function addUpload(app: Server, context: Context): void {
  const { store, redissector, folder, uploadBytesMax } = context;
  app.post(
    '/captures',
    {
      bodyLimit: uploadBytesMax,
      schema: {
        ...answers(
          'captures',
          'Upload: the body is the file, pcap, pcapng or snoop, also .gz and .zst',
          Uploaded,
        ),
        querystring: UploadQuery,
        consumes: FILE_TYPES,
      },
    },
    async ({ query, body }) => {
      const intake = intakeOf(context);
      const path = await keepUpload(body, folder, query.name, uploadBytesMax);
      try {
        const before = new Map((await store.captures()).map(({ id, file }) => [id, file]));
        const { capture, isNew } = await intake.importFile(path, { again: query.again ?? false });
        const file = (await store.capture(capture))?.file ?? null;
        const old = before.get(capture) ?? null;
        if (!isNew && file !== path) await deleteUpload(folder, path);
        // An interrupted import, or one whose file was gone, resumes with this upload.
        if (file === path && old !== null && old !== path) {
          await redissector.evict(old);
          await deleteUpload(folder, old);
        }
        return { capture: await captureOf(context, capture), is_new: isNew };
      } catch (error) {
        await deleteUpload(folder, path);
        throw error;
      }
    },
  );
}

function addDeletion(app: Server, context: Context): void {
  const { store, redissector, folder } = context;
  app.delete(
    '/captures/:id',
    {
      schema: {
        ...answers(
          'captures',
          'Delete a capture: its packets, flows, names and findings, and its file if it was uploaded',
          Deleted,
        ),
        params: ById,
      },
    },
    async ({ params }) => {
      const capture = await store.capture(params.id);
      if (capture === null) throw noCapture(params.id);
      await context.intake?.stop(params.id);
      if (capture.file !== null) await redissector.evict(capture.file);
      // Before the store forgets the capture: afterwards a failed deletion could not be requested again.
      const session = capture.file ?? context.intake?.sessionFolder(capture.key) ?? null;
      if (capture.kind === 'live' && session !== null) await removeSession(session);
      await store.deleteCapture(params.id);
      context.details.forget();
      if (capture.file !== null) await deleteUpload(folder, capture.file);
      return { id: params.id };
    },
  );
}

function addLive(app: Server, context: Context): void {
  app.get(
    '/interfaces',
    { schema: answers('captures', 'Interfaces on which packets can be captured', Interfaces) },
    async () => {
      if (context.intake === null)
        return { items: [], can_capture: false, problem: 'this analyzer only reads; eyrie up captures too' };
      const { items, problem } = await context.intake.interfaces();
      return {
        items: items.map(({ name, description, addresses, isUp, isLoopback }) => {
          return { name, description, addresses: [...addresses], is_up: isUp, is_loopback: isLoopback };
        }),
        can_capture: problem === null,
        problem,
      };
    },
  );

  app.post(
    '/captures/live',
    {
      schema: {
        ...answers('captures', 'Start a live capture on an interface', CaptureRow),
        body: LiveRequest,
      },
    },
    async ({ body }) => {
      const { capture } = await intakeOf(context).startLive({
        interface: body.interface,
        filter: body.filter ?? '',
        snapLength: body.snap_length ?? null,
      });
      return captureOf(context, capture);
    },
  );

  app.post(
    '/captures/:id/stop',
    { schema: { ...answers('captures', 'Stop a running import or live capture', CaptureRow), params: ById } },
    async ({ params }) => {
      await captureOf(context, params.id);
      if (!(await intakeOf(context).stop(params.id)))
        throw new ApiError('not_running', `capture ${params.id} is not running here`);
      return captureOf(context, params.id);
    },
  );
}

async function captureOf({ store, intake }: Context, id: number): Promise<CaptureRow> {
  const capture = await store.capture(id);
  if (capture === null) throw noCapture(id);
  return captureRow(
    capture,
    intake?.running().find((each) => each.capture === id),
  );
}

function intakeOf({ intake }: Context): Intake {
  if (intake !== null) return intake;
  throw new ApiError('no_intake', 'this analyzer is read-only', {
    hint: 'eyrie up takes captures in, and eyrie import FILE --store URL does',
  });
}

function noCapture(id: number): ApiError {
  return new ApiError('no_such_capture', `there is no capture ${id}`);
}
