// The only writer to the store: retries while the store is unavailable; sets aside batches that it refuses permanently.
import type { PacketBatch } from '@eyrie/dissect';
import type { Store, StoreBatch, StoreError, Written } from '@eyrie/store';
import { backoffMs, pause } from '../bus/backoff.ts';
import { encodeStoreBody } from '../bus/batch-body.ts';
import type { Log } from '../log/index.ts';
import type { RefusedBodies } from '../refused/index.ts';
import { isOfTheBatch } from './of-the-batch.ts';

export interface PersistorOptions {
  readonly log: Log;
  readonly refused: RefusedBodies;
  /** Milliseconds before the first retry, and between later ones at most; defaults: 100 and 5,000. */
  readonly firstMs?: number;
  readonly mostMs?: number;
}

export class Persistor {
  /** Since the start: packets stored, batches answered by the store, and of those how many it had already. */
  packets = 0;
  batches = 0;
  repeats = 0;
  readonly #store: Store;
  readonly #options: PersistorOptions;
  readonly #stopped = new AbortController();
  /** Why the store accepts nothing at present; null: it does. */
  #trouble: string | null = null;

  constructor(store: Store, options: PersistorOptions) {
    this.#store = store;
    this.#options = options;
  }

  get trouble(): string | null {
    return this.#trouble;
  }

  /**
   * Resolves after commit, or to null if the store refuses this batch permanently, which is then set aside. Retries
   * other failures.
   *
   * @throws StoreError if retries are useless, or after `abandon()`
   */
  async write(batch: StoreBatch & { readonly packets: PacketBatch | null }): Promise<Written | null> {
    for (let attempt = 1; ; attempt++) {
      try {
        const written = await this.#store.write(batch);
        this.#count(written);
        return written;
      } catch (error) {
        const failure = error as StoreError;
        const isOfBatch = isOfTheBatch(failure);
        if (!(failure.isTemporary || isOfBatch) || this.#stopped.signal.aborted) throw error;
        if (isOfBatch && this.#putAside(batch, failure.message)) return null;
        this.#warnOnce((isOfBatch ? this.#options.refused.trouble : null) ?? failure.message);
        await pause(backoffMs(attempt, this.#options), this.#stopped.signal);
      }
    }
  }

  /** Stops all retries: pending writes fail. */
  abandon(): void {
    this.#stopped.abort();
  }

  #putAside(batch: StoreBatch & { readonly packets: PacketBatch | null }, reason: string): boolean {
    const { source, sequence, packets } = batch;
    const body = (): Uint8Array => encodeStoreBody(batch, packets, null);
    return this.#options.refused.add({ source, sequence, packets: packets?.length ?? 0, body, reason });
  }

  #count({ applied, packets }: Written): void {
    this.batches++;
    if (applied) this.packets += packets;
    else this.repeats++;
    const { refused, log } = this.#options;
    if (this.#trouble !== null && refused.trouble === null) log.info('the store takes batches again');
    this.#trouble = null;
    refused.taken();
  }

  /** Logs each reason once: an hour without the store must not fill the log. */
  #warnOnce(message: string): void {
    if (this.#trouble === message) return;
    this.#trouble = message;
    this.#options.log.warn(`cannot store: ${message}; trying again until it works`);
  }
}
