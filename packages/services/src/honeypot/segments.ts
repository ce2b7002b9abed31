// Records of visits on disk: many in one file, because making a file costs more than all that stands in a record.
//
//   sessions/20261121T143511209.casts    asciicasts, one after the other
//   sessions/20261121T143511209.pcapng   their packets, a section each: eyrie read and tshark take it whole
//   sessions/20261121T143511209.index    a JSON line each: what visit it was, and where in the two it lies
import { appendFile, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import type { CastHeader } from './cast.ts';

export interface VisitSummary extends CastHeader {
  /** From the first byte to the last. */
  readonly seconds: number;
  /** What the visitor sent, and what it was told. */
  readonly bytesIn: number;
  readonly bytesOut: number;
}

export interface SavedVisit {
  readonly summary: VisitSummary;
  readonly cast: string;
  /** As a capture file; null where what was said has no packets of its own. */
  readonly packets: Uint8Array | null;
}

/** Bytes of a file. */
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

/** What is deleted at once is no more than an hour's, and no more than a sixteenth of all there may be. */
const SPAN_MS = 3_600_000;
const SHARE = 16;
/** Whoever looks at visits that go on coming reads the whole index again each time. */
const VISITS_MAX = 10_000;

export class Segments {
  readonly #folder: string;
  readonly #bytesMax: number;
  #path = '';
  #beganAt = Number.NEGATIVE_INFINITY;
  #bytes = 0;
  #visits = 0;

  /** `folder` is there. `diskBytesMax`: of all segments together. */
  constructor(folder: string, diskBytesMax: number) {
    this.#folder = folder;
    this.#bytesMax = diskBytesMax / SHARE;
  }

  /**
   * Gives the bytes written. The index last: what it names is there.
   *
   * @throws the system's error; then none counts, and what a full disk took of them is cut off again: half a record would
   * make the file of packets unreadable from there on, and half a line would swallow the next.
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
      // Where that fails, too, the next ones go elsewhere.
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

/** What visitors say is nobody's but the owner's. */
const OWN = { mode: 0o600 };

/** Pieces that go to the end of a file together. */
class Pile {
  readonly path: string;
  /** Where that ends now. */
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
