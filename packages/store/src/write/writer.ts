// Batches wait in line, and those that wait together are stored in one transaction: a commit costs a disk its time
// whatever its size, and DuckDB takes 122,880 rows at once best.
import { StoreError } from '../errors.ts';
import { BATCH_PACKETS_MAX, type StoreBatch, type Written } from '../rows.ts';
import type { Database } from '../sql/database.ts';
import { WRITES_MAX } from '../store.ts';
import { Captures } from './captures.ts';
import { Dictionaries, type Disguise } from './dictionaries.ts';
import { Ingest } from './ingest.ts';

/** Packets of one transaction, if more than one batch: DuckDB's row group. */
const TRANSACTION_PACKETS_MAX = 122_880;

interface Waiting {
  readonly batch: StoreBatch;
  readonly resolve: (written: Written) => void;
  readonly reject: (error: unknown) => void;
}

export class Writer {
  readonly captures: Captures;
  readonly #database: Database;
  readonly #dictionaries: Dictionaries;
  readonly #ingest: Ingest;
  readonly #waiting: Waiting[] = [];
  #dictionaryState = '';
  #running: Promise<void> | null = null;

  constructor(database: Database, disguise: Disguise | null) {
    this.#database = database;
    this.captures = new Captures(disguise !== null);
    this.#dictionaries = new Dictionaries(disguise);
    this.#ingest = new Ingest(this.#dictionaries, this.captures, disguise !== null);
  }

  write(batch: StoreBatch): Promise<Written> {
    const problem = problemOf(batch);
    if (problem !== null) return Promise.reject(new StoreError('ERR_STORE_BATCH', problem));
    if (this.#waiting.length >= WRITES_MAX)
      return Promise.reject(
        new StoreError('ERR_STORE_BUSY', `${WRITES_MAX} batches wait already; send this one again later`),
      );
    return new Promise((resolve, reject) => {
      this.#waiting.push({ batch, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** When all that waits is stored or refused. */
  async idle(): Promise<void> {
    while (this.#running !== null) await this.#running;
  }

  /** What is known of the tables is read again: they were changed otherwise. */
  forget(): void {
    this.#dictionaries.forget();
    this.captures.forget();
  }

  async #run(): Promise<void> {
    // Those that are sent in the same turn of the event loop go together.
    await null;
    while (this.#waiting.length > 0) await this.#store(this.#take());
    this.#running = null;
  }

  #take(): Waiting[] {
    const taken = [this.#waiting.shift()!];
    let packets = taken[0]!.batch.packets?.length ?? 0;
    while (this.#waiting.length > 0) {
      packets += this.#waiting[0]!.batch.packets?.length ?? 0;
      if (packets > TRANSACTION_PACKETS_MAX) break;
      taken.push(this.#waiting.shift()!);
    }
    return taken;
  }

  async #store(taken: readonly Waiting[]): Promise<void> {
    try {
      const written = await this.#transaction(taken.map(({ batch }) => batch));
      for (const [i, { resolve }] of taken.entries()) resolve(written[i]!);
    } catch (error) {
      if (taken.length === 1) taken[0]!.reject(error);
      // One bad batch does not take the others with it.
      else for (const each of taken) await this.#store([each]);
    }
  }

  async #transaction(batches: readonly StoreBatch[]): Promise<Written[]> {
    try {
      return await this.#database.transaction(async (tx) => {
        const state = await tx.dictionaryState();
        if (state !== this.#dictionaryState) this.forget();
        this.#dictionaryState = state;
        return this.#ingest.apply(tx, batches);
      });
    } catch (error) {
      this.forget();
      throw error;
    }
  }
}

/** Why a batch can't be stored, or null. What no well-behaved sender does. */
function problemOf({ source, sequence, packets }: StoreBatch): string | null {
  if (source === '' || source.length > 1000) return 'a batch has a source of 1 to 1000 characters';
  if (!Number.isSafeInteger(sequence) || sequence < 0) return 'a batch has a sequence number from 0 on';
  if (packets === null) return null;
  const { length } = packets;
  if (!Number.isInteger(length) || length < 0 || length > BATCH_PACKETS_MAX)
    return `a batch has at most ${BATCH_PACKETS_MAX} packets`;
  for (const [name, column] of Object.entries(packets)) {
    if (!ArrayBuffer.isView(column)) continue;
    const width = name === 'source' || name === 'destination' ? 16 : 1;
    if ((column as Uint8Array).length < length * width) return `column ${name} is shorter than the batch`;
  }
  for (let i = 0; i < length; i++) {
    if (
      Math.max(packets.protocol[i]!, packets.path[i]!, packets.layers[i]!, packets.outer[i]!) >=
      packets.texts.length
    )
      return `packet ${i} of the batch names a text that is not there`;
    if (packets.addressKind[i]! > 3) return `packet ${i} of the batch has an address of no kind`;
  }
  return null;
}
