// Connections that read. They have a queue of their own: that of a pool counts the time in it as time to connect, and leaves
// those in it without an answer when the pool ends.
import type { Socket } from 'node:net';
import pg from 'pg';
import { StoreError } from '../errors.ts';
import { cancellable } from '../sql/cancel.ts';
import { QueryBound } from '../sql/query-bound.ts';
import { storeError } from './errors.ts';

/** Concurrent queries; more are queued, up to the bound. */
const READERS = 8;
/** For so long, closing waits for the queries that run; then it cancels them. */
const CLOSE_GRACE_MS = 1000;

/** So many times as long, it waits for them to end; then their connections are cut, as the server does not answer. */
const CUT_AFTER = 10;

/** What @types/pg leaves out. */
type Reader = pg.PoolClient & {
  readonly processID: number | null;
  readonly connection: { readonly stream: Socket };
};

export class Readers {
  readonly #config: pg.ClientConfig;
  readonly #place: string;
  readonly #pool: pg.Pool;
  readonly #busy = new Set<Reader>();
  readonly #bound: QueryBound;
  readonly #waiting: (() => void)[] = [];
  #free = READERS;
  #isClosed = false;

  /** @param place for messages */
  constructor(config: pg.ClientConfig, place: string) {
    this.#config = config;
    this.#place = place;
    this.#bound = new QueryBound(place);
    this.#pool = new pg.Pool({ ...config, max: READERS });
    // A lost idle connection is replaced on demand.
    this.#pool.on('error', () => {});
  }

  /** @throws StoreError */
  use<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    return this.#bound.hold(() => this.#inTurn(work));
  }

  async #inTurn<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      if (this.#isClosed) throw this.#closed();
      return await this.#connected(work);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }

  async #connected<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const refuse = (error: unknown): never => {
      throw this.#isClosed ? this.#closed() : storeError(error, this.#place);
    };
    const client = (await this.#pool.connect().catch(refuse)) as Reader;
    // The running query, too, fails if the connection is lost.
    const ignore = (): void => {};
    client.on('error', ignore);
    this.#busy.add(client);
    let [isGood, isCancelled] = [false, false];
    try {
      const result = await cancellable(
        () => work(client).catch(refuse),
        () => {
          isCancelled = true;
          void this.#cancel([client]).catch(() => {});
        },
      );
      isGood = true;
      return result;
    } finally {
      this.#busy.delete(client);
      client.off('error', ignore);
      // A cancellation that comes late would end another query.
      client.release(!isGood || isCancelled);
    }
  }

  /** Those that wait are refused, those that run are canceled after a while, and cut off if the server does not answer. */
  async close(graceMs = CLOSE_GRACE_MS): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    // More than once: a query may only be about to begin.
    const canceling = setInterval(() => void this.#cancel([...this.#busy]).catch(() => {}), graceMs);
    const cutting = setTimeout(() => this.#cut(), graceMs * CUT_AFTER);
    try {
      await this.#pool.end();
    } finally {
      clearInterval(canceling);
      clearTimeout(cutting);
    }
  }

  async #cancel(readers: readonly Reader[]): Promise<void> {
    const running = readers.map(({ processID }) => processID);
    if (running.length === 0) return;
    const client = new pg.Client(this.#config);
    try {
      await client.connect();
      await client.query('SELECT pg_cancel_backend(pid) FROM unnest($1::int[]) AS pid', [running]);
    } finally {
      await client.end();
    }
  }

  #cut(): void {
    for (const { connection } of this.#busy) connection.stream.destroy();
  }

  #closed(): StoreError {
    return new StoreError('ERR_STORE_CLOSED', `${this.#place}: was closed already`);
  }
}
