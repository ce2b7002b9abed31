// Opens a capture file or stdin: recognizes encryption, compression and format, and feeds the reader.
import { open, stat } from 'node:fs/promises';
import { type CaptureFormat, CaptureReader, newFrame } from '@eyrie/dissect/files';
import { type Compression, compressionOf, DecompressError, decompress } from './decompress.ts';
import { CaptureError, readError } from './errors.ts';
import type { FrameSource } from './frame-source.ts';
import { type Input, openInput } from './input.ts';
import { hintAbout } from './other-formats.ts';
import { decrypted, EndsEarly, isVault } from './vault/index.ts';

/** Enough bytes to recognize a file's compression or encryption. */
const MAGIC_BYTES = 16;
const HEAD_BYTES = 512;

/** An open capture: its `reader` is fed while `chunks()` is iterated over. */
export class CaptureSource implements FrameSource {
  readonly path: string;
  readonly reader: CaptureReader;
  readonly format: CaptureFormat;
  readonly compression: Compression | null;
  /** The file is encrypted (see vault/). */
  readonly isEncrypted: boolean;
  /** Bytes on disk; null for a pipe. */
  readonly size: number | null;
  readonly #meter: Meter;
  readonly #bytes: AsyncIterator<Uint8Array>;
  readonly #stop: () => void;
  #isClosed = false;

  constructor(path: string, input: Input, opened: Opened) {
    this.path = path;
    this.size = input.size;
    this.#stop = input.stop;
    this.reader = opened.reader;
    this.format = opened.format;
    this.compression = opened.compression;
    this.isEncrypted = opened.isEncrypted;
    this.#meter = opened.meter;
    this.#bytes = opened.bytes;
  }

  /** Bytes read from the disk or pipe so far, before decompression; with `size`, the progress. */
  get bytesRead(): number {
    return this.#meter.bytes;
  }

  /**
   * Feeds the reader one chunk at a time. Drain it after each:
   *
   *     for await (const reader of source.chunks()) while (reader.next(frame)) look(frame);
   *
   * Ends at the end of the input, or at a problem (`reader.problem`); leaving the loop early closes the source.
   *
   * @throws CaptureError if the disk fails.
   */
  async *chunks(): AsyncGenerator<CaptureReader, void, void> {
    const { reader } = this;
    try {
      // The first chunk was fed when the format was recognized.
      yield reader;
      while (reader.problem === null) {
        // The buffer of the last chunk is about to be reused.
        reader.release();
        const { done, value } = await this.#bytes.next();
        if (done) break;
        reader.feed(value);
        yield reader;
      }
      reader.finish();
    } catch (error) {
      finishOn(error, reader, this.path);
    } finally {
      await this.close();
    }
    yield reader;
  }

  /** Closes the file; may be called more than once. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#stop();
    await this.#bytes.return?.();
  }
}

/** Ends the reader's input if decompression failed; any other error comes from the disk. */
function finishOn(error: unknown, reader: CaptureReader, path: string): void {
  if (!(error instanceof DecompressError || error instanceof EndsEarly))
    throw error instanceof CaptureError ? error : readError(path, error);
  reader.finish({ code: error.isTruncated ? 'truncated' : 'damaged', message: error.message });
}

interface Meter {
  bytes: number;
}

interface Opened {
  reader: CaptureReader;
  format: CaptureFormat;
  compression: Compression | null;
  isEncrypted: boolean;
  bytes: AsyncIterator<Uint8Array>;
  meter: Meter;
}

/**
 * Opens a capture file (pcap, pcapng or snoop, also compressed with gzip or zstd; its name does not matter), or stdin
 * if the path is `-`.
 *
 * @throws CaptureError if there is no such file, or it is not a capture.
 */
export async function openCapture(path: string): Promise<CaptureSource> {
  return openFrom(path, await openInput(path));
}

/**
 * Reads the beginning of a file, to refuse what is no capture before more is begun for it. Passes over what can be read only
 * once, such as a pipe, and over encrypted files, whose key may take tenths of a second to derive.
 *
 * @throws CaptureError as `openCapture` does.
 */
export async function checkCapture(path: string): Promise<void> {
  if (path === '-') return;
  try {
    if (!(await stat(path)).isFile()) return;
    const head = await beginningOf(path);
    if (isVault(head) || isPlainCapture(head)) return;
  } catch (error) {
    throw readError(path, error);
  }
  const source = await openCapture(path);
  await source.close();
}

async function beginningOf(path: string): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(HEAD_BYTES));
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function isPlainCapture(head: Uint8Array): boolean {
  const reader = new CaptureReader({ mayLookAhead: false });
  reader.feed(head);
  return reader.recognize() !== null;
}

/**
 * A capture from bytes in memory or any other input.
 *
 * @throws CaptureError if they are not a capture.
 */
export async function openFrom(path: string, input: Input): Promise<CaptureSource> {
  const meter: Meter = { bytes: 0 };
  let raw = metered(input.chunks, meter);
  try {
    let head = await takeHead(raw);
    let { reopen } = input;
    const isEncrypted = isVault(head);
    if (isEncrypted) {
      raw = decrypted(path, startingWith(head, raw));
      head = await takeHead(raw);
      reopen = reopen === null ? null : () => decrypted(path, input.reopen!());
    }
    const compression = compressionOf(head);
    const joined = startingWith(head, raw);
    const bytes = compression === null ? joined : decompress(compression, joined, reopen);
    const reader = new CaptureReader({ mayLookAhead: input.size !== null });
    const format = await recognize(path, reader, bytes, compression);
    return new CaptureSource(path, input, { reader, format, compression, isEncrypted, bytes, meter });
  } catch (error) {
    input.stop();
    await raw.return();
    throw error instanceof CaptureError ? error : readError(path, error);
  }
}

/** Feeds the reader until it knows the format. */
async function recognize(
  path: string,
  reader: CaptureReader,
  bytes: AsyncGenerator<Uint8Array, void, void>,
  compression: Compression | null,
): Promise<CaptureFormat> {
  let head: Uint8Array = new Uint8Array(0);
  try {
    while (reader.recognize() === null && reader.problem === null) {
      const { done, value } = await bytes.next();
      if (done) {
        reader.finish();
        break;
      }
      if (head.length < HEAD_BYTES) head = joined(head, value.subarray(0, HEAD_BYTES));
      reader.feed(value);
    }
  } catch (error) {
    finishOn(error, reader, path);
  }
  // Without a format this delivers nothing, but sets the reader's problem.
  if (reader.recognize() === null) reader.next(newFrame());
  if (reader.format !== null) return reader.format;
  await bytes.return();
  throw noCapture(path, reader, head, compression);
}

function noCapture(
  path: string,
  { problem }: CaptureReader,
  head: Uint8Array,
  compression: Compression | null,
): CaptureError {
  const inside = compression === null ? '' : ` inside its ${compression} compression`;
  if (problem?.code === 'empty') {
    return new CaptureError(
      'ERR_CAPTURE_EMPTY',
      `${path}: the file is empty${inside}; capture or copy it again`,
    );
  }
  if (problem !== null && problem.code !== 'unknown-format') {
    return new CaptureError('ERR_CAPTURE_UNKNOWN_FORMAT', `${path}: ${problem.message}; copy the file again`);
  }
  const hint = hintAbout(head);
  const looks = hint === null ? '' : ` It seems to be ${hint}.`;
  return new CaptureError(
    'ERR_CAPTURE_UNKNOWN_FORMAT',
    `${path}: not a capture file${inside}: pcap, pcapng and snoop are read, also as .gz and .zst.${looks}`,
  );
}

async function* metered(
  chunks: AsyncIterable<Uint8Array>,
  meter: Meter,
): AsyncGenerator<Uint8Array, void, void> {
  for await (const chunk of chunks) {
    meter.bytes += chunk.length;
    yield chunk;
  }
}

/** The first chunk, or several if it is too short to recognize anything. */
async function takeHead(chunks: AsyncIterator<Uint8Array>): Promise<Uint8Array> {
  let head: Uint8Array = new Uint8Array(0);
  while (head.length < MAGIC_BYTES) {
    const { done, value } = await chunks.next();
    if (done) break;
    // A copy, because the next read reuses the chunk.
    head = head.length === 0 && value.length >= MAGIC_BYTES ? value : joined(head, value);
  }
  return head;
}

async function* startingWith(
  head: Uint8Array,
  rest: AsyncGenerator<Uint8Array, void, void>,
): AsyncGenerator<Uint8Array, void, void> {
  try {
    if (head.length > 0) yield head;
    yield* rest;
  } finally {
    // A caller that stops after the head never starts `rest`, which has a file open.
    await rest.return();
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
