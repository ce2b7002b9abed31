// The parser as a service: accepts frames over HTTP, and answers once their rows are stored.
import type { CaptureOrigin } from '@eyrie/store';
import type { FastifyRequest } from 'fastify';
import { parse } from '../bus/batch-body.ts';
import { BusClient } from '../bus/client.ts';
import type { Encoding } from '../bus/encoding.ts';
import { BusError } from '../bus/errors.ts';
import { captureFrames, decodeFramesBody, FRAMES_TYPE, jsonFrames } from '../bus/frames-body.ts';
import { checkToken, type Listening, listen, makeServer } from '../bus/server.ts';
import type { Log } from '../log/index.ts';
import { RefusedBodies } from '../refused/index.ts';
import type { Delivery, Inbox } from './inbox.ts';
import { type ParseProgress, Sources } from './sources.ts';

export interface ParserServerOptions {
  readonly log: Log;
  readonly host: string;
  readonly port: number;
  /** `http://127.0.0.1:5002` */
  readonly persistor: string;
  readonly encoding?: Encoding;
  /** Token required from senders and sent to the persistor; required beyond loopback. */
  readonly token?: string | undefined;
  /** Whether intrusion rules are applied. Default true. */
  readonly rules?: boolean;
  /** Expression that silences findings; empty, the default: none. */
  readonly silence?: string | undefined;
  /** Folder for permanently refused bodies; null, the default: they are only counted. */
  readonly refusedFolder?: string | null;
}

export interface ParserServer extends Listening {
  readonly counts: { packets: number; batches: number };
  readonly refused: RefusedBodies;
}

/** @throws ListenError */
export async function startParserServer(options: ParserServerOptions): Promise<ParserServer> {
  const { log, host, port, token, encoding = 'none', rules = true, silence } = options;
  checkToken('parser', host, token);
  const persistor = new BusClient({ url: options.persistor, log, encoding, token });
  const counts = { packets: 0, batches: 0 };
  const refused = new RefusedBodies(options.refusedFolder ?? null, log);
  const sources = new Sources({ persistor, log, rules, silence, refused });
  const server = makeServer(
    () => ({
      ok: refused.trouble === null,
      trouble: refused.trouble,
      sources: sources.count,
      persistor: options.persistor,
      ...counts,
      refused: { ...refused.counts, folder: refused.folder },
    }),
    token,
  );

  server.get('/parse/progress', async (request): Promise<ParseProgress> => {
    const { source } = request.query as { source?: string | string[] };
    if (typeof source !== 'string')
      throw new BusError('ERR_BODY', 'name the source: /parse/progress?source=KEY');
    return sources.progress(source);
  });

  server.post('/parse', async (request) => {
    const { inbox, delivery } = await receive(request, sources);
    const answer = await inbox.take(delivery).catch(async (error) => {
      await sources.dropBroken(inbox);
      throw error;
    });
    counts.batches++;
    counts.packets += answer.packets;
    return answer;
  });

  const stopTidying = refused.keepTidy();
  const listening = await listen(server, 'parser', host, port);
  log.info(`takes packets on ${listening.url}/parse, sends batches to ${options.persistor}`);
  return {
    ...listening,
    ...{ counts, refused },
    close: async () => {
      stopTidying();
      await listening.close();
      persistor.close();
    },
  };
}

interface Received {
  readonly inbox: Inbox;
  readonly delivery: Delivery;
}

async function receive(request: FastifyRequest, sources: Sources): Promise<Received> {
  const body = request.body as Buffer | undefined;
  if (body === undefined)
    throw new BusError('ERR_BODY', 'the body is empty; send JSON, a capture file or frames');
  const type = request.headers['content-type'] ?? '';
  if (!type.startsWith(FRAMES_TYPE)) return foreign(request, type, body, sources);
  const { head, frames } = decodeFramesBody(body);
  const inbox = await sources.inboxFor(head.origin as CaptureOrigin, head.rewinds);
  return {
    inbox,
    delivery: {
      ...{ ...head, frames, drops: head.drops as Delivery['drops'], end: head.end ?? null },
      clock: head.origin.clock ?? null,
    },
  };
}

/** A delivery of another program, whose packets the parser numbers. */
async function foreign(
  request: FastifyRequest,
  type: string,
  body: Buffer,
  sources: Sources,
): Promise<Received> {
  const isJson = /^application\/json|^text\//.test(type) || body[0] === OPENING_BRACE;
  const { source, sequence, frames } = isJson
    ? jsonFrames(parse(body.toString('utf8')))
    : {
        source: headerOf(request, 'eyrie-source'),
        sequence: numberOf(headerOf(request, 'eyrie-sequence')),
        ...captureFrames(body),
      };
  const key = source ?? `http:${request.ip}`;
  const origin: CaptureOrigin = { key, kind: 'live', name: key, file: null, hash: null };
  const inbox = await sources.inboxFor(origin, false);
  const delivery = { sequence: sequence ?? null, first: null, frames, drops: [], end: null };
  return { inbox, delivery };
}

const OPENING_BRACE = 0x7b;

function headerOf(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value.slice(0, 300) : undefined;
}

function numberOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new BusError('ERR_BODY', `eyrie-sequence: ${text} is not a number`);
}
