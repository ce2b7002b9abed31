// The one writer to the store: tries again while the store is away, and keeps the order of what it was given.
import type { Store, StoreBatch, StoreError, Written } from '@eyrie/store';
import { backoffMs, pause } from '../bus/backoff.ts';
import type { Log } from '../log/index.ts';

export interface PersistorOptions {
  readonly log: Log;
  readonly firstMs?: number;
  readonly mostMs?: number;
}

export class Persistor {
  /** Since the start. */
  packets = 0;
  batches = 0;
  repeats = 0;
  readonly #store: Store;
  readonly #options: PersistorOptions;
  readonly #stopped = new AbortController();
  /** Why the store does not take anything just now; null: it does. */
  #trouble: string | null = null;

  constructor(store: Store, options: PersistorOptions) {
    this.#store = store;
    this.#options = options;
  }

  get trouble(): string | null {
    return this.#trouble;
  }

  /** Resolves after commit; tries again while that may help. @throws StoreError when it is no use, or after `abandon()` */
  async write(batch: StoreBatch): Promise<Written> {
    for (let attempt = 1; ; attempt++) {
      try {
        const written = await this.#store.write(batch);
        this.#count(written);
        return written;
      } catch (error) {
        if (!(error as StoreError).isTemporary || this.#stopped.signal.aborted) throw error;
        this.#say((error as Error).message);
        await pause(backoffMs(attempt, this.#options), this.#stopped.signal);
      }
    }
  }

  /** No more tries: what is not stored now fails. */
  abandon(): void {
    this.#stopped.abort();
  }

  #count({ applied, packets }: Written): void {
    this.batches++;
    if (applied) this.packets += packets;
    else this.repeats++;
    if (this.#trouble === null) return;
    this.#trouble = null;
    this.#options.log.info('the store takes batches again');
  }

  /** Once for each reason: a store that is away for an hour does not fill the log. */
  #say(message: string): void {
    if (this.#trouble === message) return;
    this.#trouble = message;
    this.#options.log.warn(`cannot store: ${message}; trying again until it works`);
  }
}
