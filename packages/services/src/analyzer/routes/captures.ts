// Captures: the list, upload, deletion; live capture on an interface.
import { createHash, randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { extname, join, relative } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Type } from '@sinclair/typebox';
import { captureRow, captureRows } from '../captures.ts';
import type { Context } from '../context.ts';
import { ApiError } from '../errors.ts';
import type { Intake } from '../intake.ts';
import { CaptureRow, Captures, Interfaces, LiveRequest, Uploaded, UploadQuery } from '../schemas/index.ts';
import type { Server } from '../server.ts';
import { answers, ById } from './answers.ts';

/** What a capture file is sent as; none of these could be sent by a form of another page. */
const FILE_TYPES = [
  'application/octet-stream',
  'application/vnd.tcpdump.pcap',
  'application/x-pcapng',
  'application/gzip',
  'application/zstd',
];

const Deleted = Type.Object({ id: Type.Integer() }, { additionalProperties: false });

export function addCaptureRoutes(app: Server, context: Context): void {
  const { store, redissector, folder, uploadBytesMax } = context;
  // The body is not gathered in memory: it is handed on as it comes.
  app.addContentTypeParser(FILE_TYPES, { bodyLimit: uploadBytesMax }, (_, body, done) => done(null, body));

  app.get(
    '/captures',
    { schema: answers('captures', 'What is stored, the newest first', Captures) },
    async () => ({
      items: await captureRows(store, context.intake),
    }),
  );

  app.get(
    '/captures/:id',
    { schema: { ...answers('captures', 'One capture', CaptureRow), params: ById } },
    ({ params }) => captureOf(params.id),
  );

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
      const intake = intakeOf();
      const path = await keep(body as Readable | undefined, folder, query.name, uploadBytesMax);
      const { capture, isNew } = await intake
        .importFile(path, { name: query.name, again: query.again ?? false })
        .catch(async (error) => {
          await rm(path, { force: true });
          throw error;
        });
      if (!isNew && (await store.capture(capture))?.file !== path) await rm(path, { force: true });
      return { capture: await captureOf(capture), is_new: isNew };
    },
  );

  app.delete(
    '/captures/:id',
    { schema: { ...answers('captures', 'Delete it with all that belongs to it', Deleted), params: ById } },
    async ({ params }) => {
      const capture = await store.capture(params.id);
      if (capture === null) throw noCapture(params.id);
      await context.intake?.stop(params.id);
      if (capture.file !== null) await redissector.forget(capture.file);
      await store.deleteCapture(params.id);
      // Only what was uploaded is ours to delete.
      if (capture.file !== null && isWithin(folder, capture.file)) await rm(capture.file, { force: true });
      return { id: params.id };
    },
  );

  app.get(
    '/interfaces',
    { schema: answers('captures', 'Where packets can be captured', Interfaces) },
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
    { schema: { ...answers('captures', 'Begin a live capture', CaptureRow), body: LiveRequest } },
    async ({ body }) => {
      const { capture } = await intakeOf().startLive({
        interface: body.interface,
        filter: body.filter ?? '',
        snapLength: body.snap_length ?? null,
      });
      return captureOf(capture);
    },
  );

  app.post(
    '/captures/:id/stop',
    { schema: { ...answers('captures', 'End what is running', CaptureRow), params: ById } },
    async ({ params }) => {
      await captureOf(params.id);
      if (!(await intakeOf().stop(params.id)))
        throw new ApiError('not_running', `capture ${params.id} is not running here`);
      return captureOf(params.id);
    },
  );

  async function captureOf(id: number): Promise<CaptureRow> {
    const capture = await store.capture(id);
    if (capture === null) throw noCapture(id);
    return captureRow(
      capture,
      context.intake?.running().find((each) => each.capture === id),
    );
  }

  function intakeOf(): Intake {
    if (context.intake !== null) return context.intake;
    throw new ApiError('no_intake', 'this analyzer only reads', {
      hint: 'eyrie up takes captures in, and eyrie import FILE --store URL does',
    });
  }
}

function noCapture(id: number): ApiError {
  return new ApiError('no_such_capture', `there is no capture ${id}`);
}

function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '' && !way.startsWith('..') && !way.startsWith('/');
}

/** The file under a name of our own, which its bytes give: the client's is only shown. */
async function keep(
  body: Readable | undefined,
  folder: string,
  name: string,
  bytesMax: number,
): Promise<string> {
  if (body === undefined)
    throw new ApiError('bad_request', 'the body is empty', { hint: 'send the capture file as the body' });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const part = join(folder, `.${randomBytes(8).toString('hex')}.part`);
  const hash = createHash('sha256');
  try {
    await pipeline(body, counted(bytesMax, hash), createWriteStream(part, { flags: 'wx', mode: 0o600 }));
    const ending = /^\.[a-z0-9]{1,8}$/i.test(extname(name)) ? extname(name).toLowerCase() : '';
    const path = join(
      folder,
      `${hash.digest('hex').slice(0, 32)}-${randomBytes(4).toString('hex')}${ending}`,
    );
    await rename(part, path);
    return path;
  } catch (error) {
    await rm(part, { force: true });
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOSPC' || code === 'EDQUOT')
      throw new ApiError('disk_full', 'the disk is full', {
        hint: 'delete captures, or make room',
        cause: error,
      });
    if (code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ECONNRESET')
      throw new ApiError('bad_request', 'the upload was broken off', { cause: error });
    throw error;
  }
}

function counted(bytesMax: number, hash: ReturnType<typeof createHash>): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _, done) {
      bytes += chunk.length;
      hash.update(chunk);
      if (bytes > bytesMax) done(new ApiError('too_large', `an upload has at most ${bytesMax} bytes`));
      else done(null, chunk);
    },
    flush(done) {
      done(bytes === 0 ? new ApiError('not_a_capture', 'the file is empty') : null);
    },
  });
}
