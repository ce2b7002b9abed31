// A file that comes in parts, for files.log: it is hashed as they come, so that memory does not follow its size.
import { createHash, type Hash } from 'node:crypto';
import { type FileHashes, filesLog, HASHES, type Transferred } from './files.ts';
import type { Logs, Seen } from './log.ts';
import { MAGIC_BYTES, mediaTypeOf } from './mime.ts';

/** Bytes that wait for those before them; beyond, what is missing counts as lost. */
const HELD_BYTES_MAX = 1 << 20;
/** Memory that a part takes beside its bytes: else a mebibyte could wait in a million parts. */
const PART_BYTES = 256;

export interface StreamFacts {
  readonly source: string;
  readonly filename: string | null;
  readonly totalBytes?: number | null;
}

interface Part {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

export class FileStream {
  readonly fuid: string;
  readonly #logs: Logs;
  readonly #first: Seen;
  readonly #facts: StreamFacts;
  #last: number;
  /** Null once a part is lost: of what is left no hash says anything. */
  #hashes: { readonly [each in keyof FileHashes]: Hash } | null;
  /** What the media type is told by. */
  #head = new Uint8Array(0);
  /** Where the next part is to begin. */
  #next = 0;
  #bytes = 0;
  #missing = 0;
  /** Parts further on, by their offsets. */
  readonly #held: Part[] = [];
  #heldBytes = 0;

  constructor(logs: Logs, first: Seen, facts: StreamFacts) {
    this.fuid = logs.uids.make('F');
    this.#logs = logs;
    // The packet's own is only borrowed.
    this.#first = { ...first };
    this.#last = first.time;
    this.#facts = facts;
    this.#hashes = { md5: createHash('md5'), sha1: createHash('sha1'), sha256: createHash('sha256') };
  }

  /** Parts may come in any order, and again; their bytes are borrowed. */
  add(offset: number, bytes: Uint8Array, time: number): void {
    this.#last = time;
    if (bytes.length === 0) return;
    if (offset > this.#next) this.#hold({ offset, bytes: new Uint8Array(bytes) });
    else {
      this.#take({ offset, bytes });
      this.#release();
    }
  }

  /** Logs the file: nothing more comes. */
  end(): void {
    while (this.#held.length > 0) this.#skip();
    const { source, filename, totalBytes = null } = this.#facts;
    const { conn, time, isOrig } = this.#first;
    const row: Transferred = {
      ...{ conn, time, isOrig, source, filename, totalBytes, fuid: this.fuid, depth: 0, analyzers: HASHES },
      ...{ mimeType: mediaTypeOf(this.#head), duration: this.#last - time, bytes: this.#bytes },
      ...{ missingBytes: this.#missing, hashes: this.#digests() },
    };
    this.#logs.write(filesLog, row);
  }

  #digests(): FileHashes | null {
    if (this.#hashes === null) return null;
    const { md5, sha1, sha256 } = this.#hashes;
    return { md5: md5.digest('hex'), sha1: sha1.digest('hex'), sha256: sha256.digest('hex') };
  }

  #hold(part: Part): void {
    const at = this.#held.findLastIndex(({ offset }) => offset <= part.offset) + 1;
    this.#held.splice(at, 0, part);
    this.#heldBytes += part.bytes.length + PART_BYTES;
    while (this.#heldBytes > HELD_BYTES_MAX) this.#skip();
  }

  /** Takes the parts for which nothing is missing any more. */
  #release(): void {
    while (this.#held.length > 0 && this.#held[0]!.offset <= this.#next) {
      const part = this.#held.shift()!;
      this.#heldBytes -= part.bytes.length + PART_BYTES;
      this.#take(part);
    }
  }

  /** Gives up what is missing before the next part. */
  #skip(): void {
    const { offset } = this.#held[0]!;
    this.#missing += Math.max(0, offset - this.#next);
    this.#next = Math.max(offset, this.#next);
    this.#hashes = null;
    this.#release();
  }

  #take({ offset, bytes }: Part): void {
    const fresh = bytes.subarray(this.#next - offset);
    if (fresh.length === 0) return;
    if (this.#next < MAGIC_BYTES) {
      const head = fresh.subarray(0, MAGIC_BYTES - this.#next);
      if (this.#missing === 0) this.#head = Buffer.concat([this.#head, head]);
    }
    if (this.#hashes !== null) {
      const { md5, sha1, sha256 } = this.#hashes;
      for (const hash of [md5, sha1, sha256]) hash.update(fresh);
    }
    this.#next += fresh.length;
    this.#bytes += fresh.length;
  }
}
