// Random access to an encrypted capture, also while it is being written. Where it is damaged, what can be told to lie behind the
// damage is read: records carry their numbers, so that their lengths and the distance show what is missing between two of them.
import type { FileHandle } from 'node:fs/promises';
import { CaptureError } from '../errors.ts';
import {
  HEAD_BYTES,
  type Opener,
  RECORD_HEAD_BYTES,
  RECORD_MORE_BYTES,
  RECORD_PLAIN_MAX,
  type RecordHead,
  readRecordHead,
} from './records.ts';

/** What is read at once in search of the next intact record. */
const SEARCH_BYTES = 1 << 18;
/** Bytes that look like a record's head, though they are none: among random ones there are none in an exabyte. */
const LOOKALIKES_MAX = 16;

/** Random access to the bytes of a capture, encrypted or not. */
export interface PlainFile {
  readonly isEncrypted: boolean;
  /**
   * Reads up to `length` bytes from `position`; 0 bytes at the end, fewer in front of damage.
   *
   * @throws DamagedError if the byte at `position` is lost
   */
  read(buffer: Uint8Array, offset: number, length: number, position: number): Promise<number>;
  close(): Promise<void>;
}

/** What is encrypted is not as it was written. */
export class DamagedError extends CaptureError {
  /** Position of the next byte that can be read; null: there is none as yet. */
  readonly resumesAt: number | null;

  constructor(path: string, resumesAt: number | null) {
    super('ERR_CAPTURE_READ', `${path}: what is encrypted was changed, or is damaged`);
    this.resumesAt = resumesAt;
  }
}

/** A record, or the place of several that are lost. */
interface Place {
  /** Offset in the file, and of the first byte in the decrypted stream. */
  readonly at: number;
  readonly plainAt: number;
  readonly plainBytes: number;
  /** Number of the first record. */
  readonly number: number;
  isLost: boolean;
}

interface Found {
  readonly at: number;
  readonly head: RecordHead;
}

export class VaultFile implements PlainFile {
  readonly isEncrypted = true;
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #opener: Opener;
  /** Without gaps, as far as it has read. */
  readonly #places: Place[] = [];
  #nextAt = HEAD_BYTES;
  #nextPlainAt = 0;
  #nextNumber = 0;
  #isEnded = false;
  #open: { place: Place; plain: Buffer } | null = null;

  constructor(path: string, file: FileHandle, opener: Opener) {
    this.#path = path;
    this.#file = file;
    this.#opener = opener;
  }

  async read(buffer: Uint8Array, offset: number, length: number, position: number): Promise<number> {
    let done = 0;
    try {
      while (done < length) {
        const place = await this.#placeOf(position + done);
        if (place === null) break;
        const plain = await this.#plainOf(place);
        const from = position + done - place.plainAt;
        const part = plain.subarray(from, from + length - done);
        buffer.set(part, offset + done);
        done += part.length;
      }
    } catch (error) {
      if (done === 0 || !(error instanceof DamagedError)) throw error;
    }
    return done;
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  async #placeOf(plainAt: number): Promise<Place | null> {
    while (plainAt >= this.#nextPlainAt) if (!(await this.#indexNext())) return null;
    let [low, high] = [0, this.#places.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#places[middle]!.plainAt <= plainAt) low = middle;
      else high = middle - 1;
    }
    return this.#places[low]!;
  }

  /** @throws DamagedError */
  async #plainOf(place: Place): Promise<Buffer> {
    if (this.#open?.place === place) return this.#open.plain;
    const plain = place.isLost ? null : await this.#opened(place.at, place.plainBytes);
    if (plain === null) throw new DamagedError(this.#path, place.plainAt + place.plainBytes);
    this.#open = { place, plain };
    return plain;
  }

  /** The plaintext of a record; null if it is not authentic. */
  async #opened(at: number, plainBytes: number): Promise<Buffer | null> {
    const record = new Uint8Array(RECORD_MORE_BYTES + plainBytes);
    await this.#file.read(record, 0, record.length, at);
    return this.#opener.open(record);
  }

  /** Indexes the next record, or what is lost; false if there is none, or only part of it. @throws DamagedError */
  async #indexNext(): Promise<boolean> {
    if (this.#isEnded) return false;
    const { size } = await this.#file.stat();
    const head = await this.#headAt(this.#nextAt);
    if (head === null && size - this.#nextAt < RECORD_HEAD_BYTES) return false;
    if (head?.number !== this.#nextNumber) return this.#indexDamage(size);
    const end = this.#nextAt + RECORD_MORE_BYTES + head.plainBytes;
    // Half written; or its length is damaged, and intact ones follow where it would be.
    if (end > size)
      return (await this.#search(this.#nextAt, this.#nextNumber, size)) !== null && this.#skip(size);
    if (head.plainBytes > 0) {
      this.#add(end, head.plainBytes, 1, false);
      return true;
    }
    if ((await this.#opened(this.#nextAt, 0)) === null) return this.#skip(size);
    this.#isEnded = true;
    return false;
  }

  async #headAt(at: number): Promise<RecordHead | null> {
    const bytes = new Uint8Array(RECORD_HEAD_BYTES);
    const { bytesRead } = await this.#file.read(bytes, 0, bytes.length, at);
    return bytesRead < bytes.length ? null : readRecordHead(bytes);
  }

  /** No head where the next one should be: it is damaged, or the length of the record before it was. */
  async #indexDamage(size: number): Promise<true> {
    const last = this.#places.at(-1);
    if (last !== undefined && !last.isLost && (await this.#opened(last.at, last.plainBytes)) === null) {
      this.#places.pop();
      this.#nextAt = last.at;
      this.#nextPlainAt = last.plainAt;
      this.#nextNumber = last.number;
    }
    return this.#skip(size);
  }

  /** Indexes what is lost from the next record on. @throws DamagedError if nothing behind it is found */
  async #skip(size: number): Promise<true> {
    const found = await this.#search(this.#nextAt, this.#nextNumber, size);
    if (found === null) throw new DamagedError(this.#path, null);
    const count = found.head.number - this.#nextNumber;
    this.#add(found.at, found.at - this.#nextAt - count * RECORD_MORE_BYTES, count, true);
    return true;
  }

  #add(end: number, plainBytes: number, count: number, isLost: boolean): void {
    const [at, plainAt, number] = [this.#nextAt, this.#nextPlainAt, this.#nextNumber];
    this.#places.push({ at, plainAt, plainBytes, number, isLost });
    this.#nextAt = end;
    this.#nextPlainAt += plainBytes;
    this.#nextNumber += count;
  }

  /** The next intact record, if it stands where it was written. `lost`: the number of the first record that is lost, at `from`. */
  async #search(from: number, lost: number, size: number): Promise<Found | null> {
    const bytes = new Uint8Array(SEARCH_BYTES + RECORD_HEAD_BYTES);
    let lookalikes = 0;
    for (let start = from + RECORD_MORE_BYTES; start < size; start += SEARCH_BYTES) {
      const { bytesRead } = await this.#file.read(bytes, 0, bytes.length, start);
      for (let i = 0; i < SEARCH_BYTES && i + RECORD_HEAD_BYTES <= bytesRead; i++) {
        // The upper bytes of length and number, before more is made of them.
        if (bytes[i] !== 0 || bytes[i + 4] !== 0 || bytes[i + 5] !== 0) continue;
        const head = readRecordHead(bytes, i);
        const at = start + i;
        if (head === null || !isInPlace(at - from, head.number - lost)) continue;
        if (at + RECORD_MORE_BYTES + head.plainBytes > size) continue;
        if ((await this.#opened(at, head.plainBytes)) !== null) return { at, head };
        if (++lookalikes === LOOKALIKES_MAX) return null;
      }
    }
    return null;
  }
}

/** Whether so many records fill these bytes, as one that was moved or removed would not. */
function isInPlace(bytes: number, records: number): boolean {
  const plain = bytes - records * RECORD_MORE_BYTES;
  return records > 0 && plain >= records && plain <= records * RECORD_PLAIN_MAX;
}
