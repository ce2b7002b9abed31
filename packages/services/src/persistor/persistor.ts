// The only writer to the store: retries while the store is unavailable; sets aside batches that it refuses permanently.
import type { PacketBatch } from '@eyrie/dissect';
import type { Store, StoreBatch, StoreError, Written } from '@eyrie/store';
import { backoffMs, pause } from '../bus/backoff.ts';
import { encodeStoreBody } from '../bus/batch-body.ts';
import type { Log } from '../log/index.ts';
import type { Fate, RefusedBodies } from '../refused/index.ts';
import { isOfTheBatch } from './of-the-batch.ts';

export interface PersistorOptions {
  readonly log: Log;
  readonly refused: RefusedBodies;
  /** Milliseconds before the first retry, and between later ones at most; defaults: 100 and 5,000. */
  readonly firstMs?: number;
  readonly mostMs?: number;
}

type Batch = StoreBatch & { readonly packets: PacketBatch | null };

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
   * A refused batch that cannot be set aside is written without its packets, which count as drops: its conversations may be those
   * of several batches before it. Then fewer packets are `written` than it has.
   *
   * @throws StoreError if retries are useless, or after `abandon()`
   */
  async write(batch: Batch): Promise<Written | null> {
    for (let attempt = 1; ; attempt++) {
      try {
        const written = await this.#store.write(batch);
        this.#count(written);
        return written;
      } catch (error) {
        const failure = error as StoreError;
        const isOfBatch = isOfTheBatch(failure);
        if (!(failure.isTemporary || isOfBatch) || this.#stopped.signal.aborted) throw error;
        const fate = isOfBatch ? this.#putAside(batch, failure.message) : 'retry';
        if (fate === 'lost') return await this.#writeRest(batch);
        if (fate === 'kept') return null;
        this.#warnOnce((isOfBatch ? this.#options.refused.trouble : null) ?? failure.message);
        await pause(backoffMs(attempt, this.#options), this.#stopped.signal);
      }
    }
  }

  /** Stops all retries: pending writes fail. */
  abandon(): void {
    this.#stopped.abort();
  }

  #putAside(batch: Batch, reason: string): Fate {
    const { source, sequence, packets } = batch;
    const body = (): Uint8Array => encodeStoreBody(batch, packets, null);
    return this.#options.refused.add({ source, sequence, packets: packets?.length ?? 0, body, reason });
  }

  /** All of a lost batch but its packets; null if the store refuses that, too. */
  async #writeRest(batch: Batch): Promise<Written | null> {
    const { packets: lost, drops, sequence } = batch;
    if (lost === null) return null;
    const refused = { where: 'refused' as const, packets: lost.length, time: Date.now() / 1000 };
    // Later batches may be stored already, and hold back what comes after this one.
    const reported = batch.reported === null ? { reported: sequence + 1 } : {};
    for (let attempt = 1; ; attempt++) {
      try {
        // Not counted: that the store takes this does not mean that it takes packets.
        const rest = { ...batch, ...reported, packets: null, drops: [...drops, refused] };
        return await this.#store.write(rest);
      } catch (error) {
        const failure = error as StoreError;
        if (isOfTheBatch(failure)) return null;
        if (!failure.isTemporary || this.#stopped.signal.aborted) throw error;
        this.#warnOnce(failure.message);
        await pause(backoffMs(attempt, this.#options), this.#stopped.signal);
      }
    }
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
