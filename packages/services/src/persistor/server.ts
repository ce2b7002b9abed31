// The persistor as a service: accepts batches over HTTP, and answers once they are committed.
import { type FindingRow, type Store, type StoreBatch, StoreError } from '@eyrie/store';
import type { FastifyRequest } from 'fastify';
import { BATCH_TYPE, decodeStoreBody, parse, storeRequestOf } from '../bus/batch-body.ts';
import { BusError } from '../bus/errors.ts';
import { checkToken, type Listening, listen, makeServer } from '../bus/server.ts';
import type { Log } from '../log/index.ts';
import { isOfTheBatch } from './of-the-batch.ts';

export interface PersistorServerOptions {
  readonly store: Store;
  readonly log: Log;
  readonly host: string;
  readonly port: number;
  /** Token required from senders; required beyond loopback. */
  readonly token?: string | undefined;
  /** Called with a batch's findings once it is stored; `capture` is the capture's name. */
  readonly onFindings?: ((findings: readonly FindingRow[], capture: string) => void) | undefined;
}

/** How much of a capture is stored: body of GET /store/progress. */
export interface StoreProgress {
  /** Whether the store knows the capture. */
  readonly known: boolean;
  /** Sequence number of the next batch, and the number of packets stored. */
  readonly next: number;
  /** See StoreBatch: a file import that was broken off may have held rows back. Missing from an older persistor. */
  readonly reported?: number | null;
  /** The capture has ended and accepts no more batches. */
  readonly ended: boolean;
}

export interface PersistorServer extends Listening {
  readonly counts: { packets: number; batches: number; repeats: number };
}

/** Queued batches; a further one would exceed its sender's time-out. */
const WAITING_MAX = 32;

/** @throws ListenError */
export async function startPersistor({
  store,
  log,
  host,
  port,
  token,
  onFindings,
}: PersistorServerOptions): Promise<PersistorServer> {
  checkToken('persistor', host, token);
  const counts = { packets: 0, batches: 0, repeats: 0 };
  let waiting = 0;
  const access = new StoreAccess(log);
  const server = makeServer(
    () => ({
      ok: access.trouble === null,
      store: store.place,
      trouble: access.trouble,
      waiting,
      ...counts,
    }),
    token,
  );

  server.get('/store/progress', async (request): Promise<StoreProgress> => {
    const { source } = request.query as { source?: string | string[] };
    if (typeof source !== 'string')
      throw new BusError('ERR_BODY', 'name the source: /store/progress?source=KEY');
    const capture = await access.run(() => store.captureByKey(source));
    return {
      known: capture !== null,
      next: capture?.nextSequence ?? 0,
      reported: capture?.reported ?? null,
      ended: capture !== null && capture.ended !== null,
    };
  });

  server.post('/store', async (request) => {
    const { batch, end } = storeRequest(request);
    if (waiting >= WAITING_MAX) throw new BusError('ERR_BUSY', `${waiting} batches wait already; try again`);
    waiting++;
    try {
      const answer = await access.run(() => write(batch));
      if (end !== null) await access.run(() => store.endCapture(answer.capture, end.problem));
      return answer;
    } finally {
      waiting--;
    }
  });

  async function write(batch: StoreBatch) {
    const { applied, capture, packets } = await store.write(batch);
    counts.batches++;
    counts.packets += packets;
    if (!applied) counts.repeats++;
    else if (batch.findings.length > 0) onFindings?.(batch.findings, batch.origin?.name ?? batch.source);
    log.debug('batch stored', { source: batch.source, sequence: batch.sequence, packets, applied });
    return { applied, capture, packets };
  }

  const listening = await listen(server, 'persistor', host, port);
  log.info(`takes batches on ${listening.url}/store, into ${store.place}`);
  return { ...listening, counts };
}

/** Calls the store, and maps its errors to temporary and permanent ones for the sender. */
class StoreAccess {
  readonly #log: Log;
  /** Why the store is unavailable; null: it is not. */
  trouble: string | null = null;

  constructor(log: Log) {
    this.#log = log;
  }

  async run<T>(query: () => Promise<T>): Promise<T> {
    try {
      const answer = await query();
      if (this.trouble !== null) this.#log.info('the store takes batches again');
      this.trouble = null;
      return answer;
    } catch (error) {
      throw error instanceof StoreError ? this.#busError(error) : error;
    }
  }

  #busError(error: StoreError): BusError {
    const { message, code } = error;
    // The sender has to see what is stored by now, and go on there.
    if (code === 'ERR_STORE_CLAIMED') return new BusError('ERR_SEQUENCE', message);
    if (isOfTheBatch(error)) {
      this.#log.error(`refused by the store: ${message}`, { code });
      return new BusError('ERR_NEXT_REFUSED', message);
    }
    if (this.trouble !== message) this.#log.warn(`cannot store: ${message}`, { code });
    this.trouble = message;
    return new BusError('ERR_NEXT_AWAY', message);
  }
}

function storeRequest(request: FastifyRequest) {
  const body = request.body as Buffer | undefined;
  if (body === undefined) throw new BusError('ERR_BODY', 'the body is empty; send JSON or a batch');
  const type = request.headers['content-type'] ?? '';
  return type.startsWith(BATCH_TYPE) ? decodeStoreBody(body) : storeRequestOf(parse(body.toString('utf8')));
}
