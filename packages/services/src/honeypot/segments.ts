// Stores visit records in segments, many to a file, because creating a file costs more than writing a record.
//
//   sessions/20261121T143511209.casts    asciicasts, concatenated
//   sessions/20261121T143511209.pcapng   their packets, a section each; eyrie read and tshark read the whole file
//   sessions/20261121T143511209.index    a JSON line per visit, with its position in both files
import { appendFile, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import type { CastHeader } from './cast.ts';

export interface VisitSummary extends CastHeader {
  /** Duration. */
  readonly seconds: number;
  /** Bytes received from the visitor and sent to it. */
  readonly bytesIn: number;
  readonly bytesOut: number;
}

export interface SavedVisit {
  readonly summary: VisitSummary;
  readonly cast: string;
  /** Packets as a capture file; null if the visit has none. */
  readonly packets: Uint8Array | null;
}

/** A byte range of a file. */
export interface Place {
  readonly at: number;
  readonly length: number;
}

export interface IndexLine extends VisitSummary {
  readonly cast: Place;
  readonly packets: Place | null;
}

export const CASTS = '.casts';
export const PACKETS = '.pcapng';
export const INDEX = '.index';

/** Longest span of a segment. Segments are deleted whole: at most an hour, and a sixteenth of the disk limit. */
const SPAN_MS = 3_600_000;
const SHARE = 16;
/** Visits per segment: readers of a growing segment read its whole index each time. */
const VISITS_MAX = 10_000;

export class Segments {
  readonly #folder: string;
  readonly #bytesMax: number;
  #path = '';
  #beganAt = Number.NEGATIVE_INFINITY;
  #bytes = 0;
  #visits = 0;

  /** @param folder must exist; `diskBytesMax` applies to all segments together */
  constructor(folder: string, diskBytesMax: number) {
    this.#folder = folder;
    this.#bytesMax = diskBytesMax / SHARE;
  }

  /**
   * Appends visits, the index last, so that it never refers to missing data. Returns the bytes written.
   *
   * @throws the system's error; then nothing is appended, and a partial write is truncated: a partial record would make
   * the rest of the packet file unreadable, and a partial line would corrupt the next one
   */
  async append(visits: readonly SavedVisit[]): Promise<number> {
    const now = Date.now();
    if (now - this.#beganAt > SPAN_MS || this.#bytes > this.#bytesMax || this.#visits >= VISITS_MAX)
      this.#begin(now);
    const [casts, packets, index] = await this.#ends();
    for (const visit of visits) {
      const line: IndexLine = {
        ...visit.summary,
        cast: casts.add(Buffer.from(visit.cast)),
        packets: visit.packets === null ? null : packets.add(visit.packets),
      };
      index.add(Buffer.from(`${JSON.stringify(line)}\n`));
    }
    const written = [casts, packets, index].filter(({ length }) => length > 0);
    try {
      for (const pile of written) await appendFile(pile.path, pile.bytes(), OWN);
    } catch (error) {
      // If truncation fails as well, begin a new segment.
      for (const { path, at } of written) await truncate(path, at).catch(() => this.#end());
      throw error;
    }
    const bytes = written.reduce((sum, { length }) => sum + length, 0);
    this.#bytes += bytes;
    this.#visits += visits.length;
    return bytes;
  }

  #ends(): Promise<[Pile, Pile, Pile]> {
    const end = async (kind: string): Promise<Pile> => {
      const path = this.#path + kind;
      return new Pile(path, await sizeOf(path));
    };
    return Promise.all([end(CASTS), end(PACKETS), end(INDEX)]);
  }

  #end(): void {
    this.#beganAt = Number.NEGATIVE_INFINITY;
  }

  #begin(now: number): void {
    const name = new Date(now).toISOString().replace(/[-:.Z]/g, '');
    this.#path = join(this.#folder, name);
    this.#beganAt = now;
    this.#bytes = 0;
    this.#visits = 0;
  }
}

/** Recordings are private to the owner. */
const OWN = { mode: 0o600 };

/** Chunks to append to a file in one write. */
class Pile {
  readonly path: string;
  /** Present end of the file. */
  readonly at: number;
  length = 0;
  readonly #pieces: Uint8Array[] = [];

  constructor(path: string, at: number) {
    this.path = path;
    this.at = at;
  }

  add(piece: Uint8Array): Place {
    const place = { at: this.at + this.length, length: piece.length };
    this.#pieces.push(piece);
    this.length += piece.length;
    return place;
  }

  bytes(): Buffer {
    return Buffer.concat(this.#pieces, this.length);
  }
}

export async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}
