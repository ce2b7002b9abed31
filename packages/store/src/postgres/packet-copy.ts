// The packets of one transaction: encoded as they come, sent in one COPY. They must not be sent before all partitions are
// made that the transaction needs, because making one locks out whoever copies.
import { pipeline } from 'node:stream/promises';
import { setImmediate as turn } from 'node:timers/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { PacketRows } from '../write/packet-rows.ts';
import { COPY_HEADER, COPY_TRAILER, copyOf, copyRows } from './copy-rows.ts';

/** Chunks for one COPY statement. */
interface Part {
  readonly copy: string;
  readonly chunks: Uint8Array[];
}

/** As many bytes wait here as a transaction of the writer has: 24 MB at most, without summaries. */
export class PacketCopy {
  #parts: Part[] = [];

  /** Lets go of the thread after each chunk, so that a COPY on another connection goes on meanwhile. */
  async add(rows: PacketRows): Promise<void> {
    const copy = copyOf(rows);
    let part = this.#parts.at(-1);
    if (part?.copy !== copy) {
      part = { copy, chunks: [] };
      this.#parts.push(part);
    }
    for (const chunk of copyRows(rows)) {
      part.chunks.push(chunk);
      await turn();
    }
  }

  async flush(client: pg.Client): Promise<void> {
    const parts = this.#parts;
    this.#parts = [];
    for (const { copy, chunks } of parts)
      await pipeline(
        [COPY_HEADER, ...chunks, COPY_TRAILER],
        client.query(copyFrom(copy, { highWaterMark: 1 << 20 })),
      );
  }
}
