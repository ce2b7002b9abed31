// Queues batches and stores all waiting ones in one transaction: a commit has a fixed disk cost, and DuckDB is fastest
// with 122,880 rows at once. If the database has several lanes, the packets of a group are copied while the previous
// group is still being stored, and all else is written after its commit:
//
//   lane 0   numbered │ copied │ merged, committed │ numbered │ copied …
//   lane 1            │ numbered │ copied     waits │ merged, committed │ …
//
// Dictionary numbers are shared by all groups, so that one group at a time is numbered, and a group depends on the inserts
// of those before it: if one fails, those ahead of its commit are rolled back and repeated.
import { NONE } from '@eyrie/dissect';
import { StoreError } from '../errors.ts';
import { BATCH_PACKETS_MAX, type StoreBatch, type Written } from '../rows.ts';
import type { Database, Transaction } from '../sql/database.ts';
import { Lock } from '../sql/lock.ts';
import { WRITES_MAX } from '../store.ts';
import { Captures } from './captures.ts';
import { Dictionaries, type Disguise } from './dictionaries.ts';
import { Group } from './group.ts';
import { Ingest } from './ingest.ts';
import { INTERFACE_MAX, NUMBER_MAX } from './packet-rows.ts';

/** Packets of one transaction, if more than one batch: DuckDB's row group. */
const TRANSACTION_PACKETS_MAX = 122_880;

interface Waiting {
  readonly batch: StoreBatch;
  /** Which of all batches so far it is. */
  readonly order: number;
  readonly resolve: (written: Written) => void;
  readonly reject: (error: unknown) => void;
}

export class Writer {
  readonly captures: Captures;
  readonly #database: Database;
  readonly #dictionaries: Dictionaries;
  readonly #ingest: Ingest;
  readonly #waiting: Waiting[] = [];
  #order = 0;
  /** Sources that another process stores, too: what they had sent until then is refused, as it would leave gaps. */
  readonly #refusedSources = new Map<string, { readonly until: number; readonly error: StoreError }>();
  /** The running task of each busy lane. */
  readonly #running = new Map<number, Promise<void>>();
  /** Held while a group is numbered. */
  readonly #numbering = new Lock();
  /** The latest group. */
  #group = Group.none();
  #dictionaryState = '';
  /** Whether cached table state must be reloaded. */
  #isStale = false;

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
        new StoreError('ERR_STORE_BUSY', `${WRITES_MAX} batches are queued; send this one again later`),
      );
    return new Promise((resolve, reject) => {
      this.#waiting.push({ batch, order: this.#order++, resolve, reject });
      for (let lane = 0; lane < this.#database.lanes; lane++) {
        if (this.#running.has(lane)) continue;
        this.#running.set(lane, this.#run(lane));
        break;
      }
    });
  }

  /** Resolves when all queued batches are stored or refused. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running.values());
  }

  /** Reloads cached table state after changes by others. */
  invalidate(): void {
    this.#isStale = true;
  }

  async #run(lane: number): Promise<void> {
    // Groups batches sent in the same turn of the event loop.
    await null;
    while (this.#waiting.length > 0) {
      // Batches to be retried precede new ones.
      if (this.#group.isRepeated) await this.#group.ended;
      await this.#next(lane);
    }
    this.#running.delete(lane);
    if (this.#running.size === 0) this.#refusedSources.clear();
  }

  /** Stores the oldest batches; the other lane continues with the next ones as soon as these are numbered. */
  async #next(lane: number): Promise<void> {
    let stored = Promise.resolve();
    await this.#numbering.hold(async () => {
      if (this.#waiting.length === 0 || this.#group.isRepeated) return;
      const { promise: numbered, resolve } = Promise.withResolvers<void>();
      stored = this.#store(lane, this.#take(), resolve).finally(resolve);
      await numbered;
    });
    await stored;
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

  async #store(lane: number, taken: readonly Waiting[], onNumbered: () => void): Promise<void> {
    const before = this.#group;
    const group = new Group(!before.isOver);
    this.#group = group;
    try {
      for (const each of taken) this.#checkRefused(each);
      const batches = taken.map(({ batch }) => batch);
      const written = await this.#transaction(lane, batches, group.isAhead ? before : null, onNumbered);
      group.succeed();
      for (const [i, { resolve }] of taken.entries()) resolve(written[i]!);
    } catch (error) {
      group.fail();
      onNumbered();
      await before.ended;
      if (taken.length === 1 && !group.isAhead) this.#refuse(taken[0]!, error);
      else await this.#repeat(taken);
    }
    group.end();
  }

  /** Retries batches one by one, so that a bad one does not fail the others; in lane 0, which always has a connection. */
  async #repeat(taken: readonly Waiting[]): Promise<void> {
    for (const waiting of taken)
      await this.#numbering.hold(async () => {
        try {
          this.#checkRefused(waiting);
          waiting.resolve((await this.#transaction(0, [waiting.batch], null, () => {}))[0]!);
        } catch (error) {
          this.#refuse(waiting, error);
        }
      });
  }

  #refuse({ batch, reject }: Waiting, error: unknown): void {
    const isNew = this.#refusedSources.get(batch.source)?.error !== error;
    if (isNew && error instanceof StoreError && error.code === 'ERR_STORE_CLAIMED')
      this.#refusedSources.set(batch.source, { until: this.#order, error });
    reject(error);
  }

  #checkRefused({ batch, order }: Waiting): void {
    const cut = this.#refusedSources.get(batch.source);
    if (cut !== undefined && order < cut.until) throw cut.error;
  }

  async #transaction(
    lane: number,
    batches: readonly StoreBatch[],
    ahead: Group | null,
    onNumbered: () => void,
  ): Promise<Written[]> {
    let turn: Promise<void> | null = null;
    let tx!: Transaction;
    const inTurn = (): Promise<void> => {
      turn ??= this.#inTurn(tx, ahead);
      return turn;
    };
    try {
      return await this.#database.transaction(
        async (made) => {
          tx = made;
          if (ahead === null) await inTurn();
          if (this.#isStale) this.#clearCaches();
          return this.#ingest.apply(made, batches, onNumbered);
        },
        { number: lane, inTurn },
      );
    } catch (error) {
      this.invalidate();
      throw error;
    }
  }

  /**
   * From here on no other process deletes dictionary entries. Rolls back if one did since they were used, or if the group
   * that this one is ahead of was rolled back.
   */
  async #inTurn(tx: Transaction, ahead: Group | null): Promise<void> {
    if (ahead !== null && !(await ahead.committed)) throw new Error('the previous batches were not stored');
    const state = await tx.dictionaryState();
    if (state === this.#dictionaryState) return;
    if (ahead !== null) throw new Error('dictionaries have changed');
    this.#clearCaches();
    this.#dictionaryState = state;
  }

  #clearCaches(): void {
    this.#isStale = false;
    this.#dictionaries.clear();
    this.captures.clear();
  }
}

/** Why a batch is malformed, or null. */
function problemOf({ source, sequence, packets }: StoreBatch): string | null {
  if (source === '' || source.length > 1000) return 'the source of a batch must have 1 to 1000 characters';
  if (!Number.isSafeInteger(sequence) || sequence < 0)
    return 'the sequence number of a batch must be an integer from 0 on';
  if (packets === null) return null;
  const { length } = packets;
  if (!Number.isInteger(length) || length < 0 || length > BATCH_PACKETS_MAX)
    return `a batch must have at most ${BATCH_PACKETS_MAX} packets`;
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
      return `packet ${i} of the batch refers to a missing text`;
    if (packets.addressKind[i]! > 3) return `packet ${i} of the batch has an unknown kind of address`;
    if (!(packets.number[i]! >= 0 && packets.number[i]! <= NUMBER_MAX))
      return `packet ${i} of the batch has no frame number from 0 to ${NUMBER_MAX}`;
    if (packets.interfaceId[i]! < NONE || packets.interfaceId[i]! > INTERFACE_MAX)
      return `packet ${i} of the batch has no interface from 0 to ${INTERFACE_MAX}`;
  }
  return null;
}
