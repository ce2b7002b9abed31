// Decryption of capture files, as a stream or with random access.
import { type FileHandle, open } from 'node:fs/promises';
import { CaptureError, readError } from '../errors.ts';
import { ambientKey, locked } from './key.ts';
import {
  HEAD_BYTES,
  isVault,
  Opener,
  RECORD_HEAD_BYTES,
  RECORD_MORE_BYTES,
  readRecordHead,
} from './records.ts';

/** Random access to the bytes of a capture, encrypted or not. */
export interface PlainFile {
  readonly isEncrypted: boolean;
  /** Reads up to `length` bytes from `position`; 0 bytes at the end. */
  read(buffer: Uint8Array, offset: number, length: number, position: number): Promise<number>;
  close(): Promise<void>;
}

/** @throws CaptureError, also if the key is missing or wrong */
export async function openPlain(path: string): Promise<PlainFile> {
  const file = await open(path, 'r').catch((error) => {
    throw readError(path, error);
  });
  try {
    const head = new Uint8Array(HEAD_BYTES);
    const { bytesRead } = await file.read(head, 0, HEAD_BYTES, 0);
    if (isVault(head.subarray(0, bytesRead))) return new VaultFile(path, file, openerFor(path, head));
    return {
      isEncrypted: false,
      read: async (buffer, offset, length, position) =>
        (await file.read(buffer, offset, length, position)).bytesRead,
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** @throws CaptureError */
function openerFor(path: string, head: Uint8Array): Opener {
  const key = ambientKey();
  if (key === null)
    throw locked(
      `${path}: is encrypted; give the key with EYRIE_CAPTURE_KEY=FILE, or EYRIE_CAPTURE_PASSPHRASE`,
    );
  const opener = Opener.of(head, key);
  if (opener === null) throw locked(`${path}: is encrypted with another key, or its beginning was changed`);
  return opener;
}

interface Place {
  /** Offset of the record in the file, and of its first byte in the decrypted stream. */
  readonly at: number;
  readonly plainAt: number;
  readonly plainBytes: number;
}

/** Indexes the records as far as it has read, also of a file that is still being written. */
class VaultFile implements PlainFile {
  readonly isEncrypted = true;
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #opener: Opener;
  readonly #places: Place[] = [];
  #nextAt = HEAD_BYTES;
  #nextPlainAt = 0;
  #lastNumber = -1;
  #isEnded = false;
  #open: { place: Place; plain: Buffer } | null = null;

  constructor(path: string, file: FileHandle, opener: Opener) {
    this.#path = path;
    this.#file = file;
    this.#opener = opener;
  }

  async read(buffer: Uint8Array, offset: number, length: number, position: number): Promise<number> {
    let done = 0;
    while (done < length) {
      const place = await this.#placeOf(position + done);
      if (place === null) break;
      const plain = await this.#plainOf(place);
      const from = position + done - place.plainAt;
      const part = plain.subarray(from, from + length - done);
      buffer.set(part, offset + done);
      done += part.length;
    }
    return done;
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  async #placeOf(plainAt: number): Promise<Place | null> {
    while (plainAt >= this.#nextPlainAt) if (!(await this.#readNextHead())) return null;
    let [low, high] = [0, this.#places.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#places[middle]!.plainAt <= plainAt) low = middle;
      else high = middle - 1;
    }
    return this.#places[low]!;
  }

  /** Indexes the next record; false if there is none, or only part of it. */
  async #readNextHead(): Promise<boolean> {
    if (this.#isEnded) return false;
    const bytes = new Uint8Array(RECORD_HEAD_BYTES);
    const { bytesRead } = await this.#file.read(bytes, 0, bytes.length, this.#nextAt);
    if (bytesRead < bytes.length) return false;
    const head = readRecordHead(bytes);
    if (head === null || head.number !== this.#lastNumber + 1) throw changed(this.#path);
    const end = this.#nextAt + RECORD_MORE_BYTES + head.plainBytes;
    if ((await this.#file.stat()).size < end) return false;
    const place = { at: this.#nextAt, plainAt: this.#nextPlainAt, plainBytes: head.plainBytes };
    this.#lastNumber = head.number;
    this.#nextAt = end;
    if (head.plainBytes === 0) {
      await this.#plainOf(place);
      this.#isEnded = true;
      return false;
    }
    this.#nextPlainAt += head.plainBytes;
    this.#places.push(place);
    return true;
  }

  async #plainOf(place: Place): Promise<Buffer> {
    if (this.#open?.place === place) return this.#open.plain;
    const record = new Uint8Array(RECORD_MORE_BYTES + place.plainBytes);
    await this.#file.read(record, 0, record.length, place.at);
    const plain = this.#opener.open(record);
    if (plain === null) throw changed(this.#path);
    this.#open = { place, plain };
    return plain;
  }
}

function changed(path: string): CaptureError {
  return new CaptureError('ERR_CAPTURE_READ', `${path}: what is encrypted was changed, or is damaged`);
}

/** There is no end record: the file is still being written, or was truncated. Everything before is authentic. */
export class EndsEarly extends Error {
  readonly isTruncated = true;
}

/** Decrypts a stream from its beginning; `first` is the first chunk of the file. @throws CaptureError */
export async function* decrypted(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, void> {
  let opener: Opener | null = null;
  let held: Buffer = Buffer.alloc(0);
  let isEnded = false;
  let lastNumber = -1;
  for await (const chunk of chunks) {
    held = Buffer.concat([held, chunk]);
    let at = 0;
    if (opener === null) {
      if (held.length < HEAD_BYTES) continue;
      opener = openerFor(path, held);
      at = HEAD_BYTES;
    }
    const plain: Buffer[] = [];
    while (held.length - at >= RECORD_HEAD_BYTES) {
      const head = readRecordHead(held, at);
      if (head === null || head.number !== lastNumber + 1 || isEnded) throw changed(path);
      const end = at + RECORD_MORE_BYTES + head.plainBytes;
      if (held.length < end) break;
      const opened = opener.open(held.subarray(at, end));
      if (opened === null) throw changed(path);
      lastNumber = head.number;
      isEnded = head.plainBytes === 0;
      plain.push(opened);
      at = end;
    }
    held = held.subarray(at);
    if (plain.length > 0) yield Uint8Array.from(Buffer.concat(plain));
  }
  if (!isEnded) throw new EndsEarly('what is encrypted ends early');
}
