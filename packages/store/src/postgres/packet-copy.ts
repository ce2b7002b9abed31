// The packets of one transaction: encoded as they come, sent in one COPY a table, straight into their partitions: to find
// the partition of each row costs the server a quarter more. They must not be sent before all partitions are made that the
// transaction needs, because making one locks out concurrent copies. Nor may they wait for a table that a later transaction has
// copied into already: that one waits for this one, and a request for an exclusive lock may stand between them.
import { pipeline } from 'node:stream/promises';
import { setImmediate as turn } from 'node:timers/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { StoreError } from '../errors.ts';
import type { PacketRows } from '../write/packet-rows.ts';
import {
  CHUNK_BYTES,
  CHUNK_ROWS,
  COPY_HEADER,
  COPY_TRAILER,
  putRows,
  type Shape,
  shapeOf,
} from './copy-rows.ts';

/** The table that PostgreSQL parts among the partitions. */
export const PARENT = 'packet_rows';
/** Tables that one transaction copies into; the packets of others go through the parent. */
const TABLES_MAX = 32;
/** Chunks kept for the next transaction, as many as one has: 16 MB. */
const SPARE_MAX = 32;
const UNDEFINED_TABLE = '42P01';

/** Of one connection. As many bytes wait here as a transaction of the writer has: 16 MB at most. */
export class PacketCopy {
  readonly #parts = new Map<string, Part>();
  #spare: ArrayBuffer[] = [];
  #isHeld = false;

  /** Yields to the event loop after each chunk, so that a COPY on another connection goes on meanwhile. */
  async add(table: string, rows: PacketRows, from: number, to: number): Promise<void> {
    const part = this.#partOf(table, shapeOf(rows));
    this.#isHeld = false;
    for (let at = from; at < to; ) {
      const end = Math.min(to, at + CHUNK_ROWS - part.filled);
      part.put(rows, at, end, this.#spare);
      at = end;
      if (part.filled === 0) await turn();
    }
  }

  #partOf(table: string, shape: Shape): Part {
    const target = this.#parts.size < TABLES_MAX ? table : PARENT;
    const copy = `COPY ${target} ${shape.list} FROM STDIN (FORMAT binary)`;
    const part = this.#parts.get(copy) ?? new Part(target, shape);
    this.#parts.set(copy, part);
    return part;
  }

  /**
   * Locks the tables of all that was added, as a COPY does: from here on none can be detached or dropped. Rows copied by name
   * into a table that was detached before would be lost from the packets.
   */
  async hold(client: pg.Client): Promise<void> {
    if (this.#isHeld || this.#parts.size === 0) return;
    const tables = new Set([...this.#parts.values()].map(({ table }) => table));
    tables.delete(PARENT);
    // The parent first, as everyone does; to check what is copied into a partition, the server may need it too.
    const all = [PARENT, ...tables].map((table) => `ONLY ${table}`).join(', ');
    await client.query(`LOCK TABLE ${all} IN ROW EXCLUSIVE MODE`).catch(explain);
    if (tables.size > 0) await checkAttached(client, tables);
    this.#isHeld = true;
  }

  async flush(client: pg.Client): Promise<void> {
    await this.hold(client);
    const parts = [...this.#parts];
    this.#parts.clear();
    this.#isHeld = false;
    for (const [copy, part] of parts) {
      part.finish();
      const target = client.query(copyFrom(copy, { highWaterMark: 1 << 20 }));
      await pipeline([COPY_HEADER, ...part.chunks, COPY_TRAILER], target);
    }
    const sent = parts.flatMap(([, { chunks }]) => chunks);
    this.#spare = [...this.#spare, ...sent.map(({ buffer }) => buffer as ArrayBuffer)].slice(0, SPARE_MAX);
  }

  /** After a rollback. What was being sent is not used again: it may still be on its way. */
  discard(): void {
    this.#parts.clear();
    this.#isHeld = false;
  }
}

/** Rows for one COPY statement. */
class Part {
  readonly table: string;
  readonly shape: Shape;
  readonly chunks: Uint8Array[] = [];
  /** Rows in the chunk that is not yet full. */
  filled = 0;
  #chunk: Uint8Array | null = null;

  constructor(table: string, shape: Shape) {
    this.table = table;
    this.shape = shape;
  }

  /** No more than the chunk has room for. */
  put(rows: PacketRows, from: number, to: number, spare: ArrayBuffer[]): void {
    const { shape } = this;
    this.#chunk ??= newChunk(shape, spare);
    putRows(shape, this.#chunk, this.filled * shape.row, rows, from, to);
    this.filled += to - from;
    if (this.filled === CHUNK_ROWS) this.finish();
  }

  finish(): void {
    if (this.#chunk === null || this.filled === 0) return;
    this.chunks.push(this.#chunk.subarray(0, this.filled * this.shape.row));
    this.#chunk = null;
    this.filled = 0;
  }
}

function newChunk({ template }: Shape, spare: ArrayBuffer[]): Uint8Array {
  const chunk = new Uint8Array(spare.pop() ?? new ArrayBuffer(CHUNK_BYTES), 0, template.length);
  chunk.set(template);
  return chunk;
}

async function checkAttached(client: pg.Client, partitions: ReadonlySet<string>): Promise<void> {
  const { rowCount } = await client.query(
    `SELECT FROM pg_inherits WHERE inhparent = '${PARENT}'::regclass AND inhrelid = ANY ($1::text[]::regclass[])`,
    [[...partitions]],
  );
  if (rowCount !== partitions.size) throw changed();
}

function explain(error: unknown): never {
  throw (error as { readonly code?: unknown }).code === UNDEFINED_TABLE ? changed(error) : error;
}

function changed(cause?: unknown): StoreError {
  return new StoreError(
    'ERR_STORE_AWAY',
    'the partition of these packets was removed meanwhile; try again',
    cause,
  );
}
