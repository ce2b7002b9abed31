// Streaming decompression of gzip and zstd, with salvage of the data before a damaged part.
import { createGunzip, createZstdDecompress, type Gunzip, type ZstdDecompress } from 'node:zlib';
import { systemCode } from './errors.ts';

export type Compression = 'gzip' | 'zstd';

/** Bytes decompressed at once. */
const OUTPUT_BYTES = 128 << 10;
/**
 * zlib returns no output for a chunk of input that turns out to be damaged. A damaged file is therefore read again, in
 * chunks this small around the damage, so that nothing before it is lost.
 */
const SALVAGE_PIECES_BYTES = [256, 1];

/** The compression of a file, recognized by its first bytes, or null. */
export function compressionOf(bytes: Uint8Array): Compression | null {
  if (bytes.length < 4) return null;
  // RFC 1952 §2.3.1; deflate is the only method defined.
  if (bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 8) return 'gzip';
  // RFC 8878 §3.1.1, and skippable frames (§3.1.2), with which pzstd output begins.
  const magic = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  return magic === 0xfd2fb528 || (magic & 0xfffffff0) >>> 0 === 0x184d2a50 ? 'zstd' : null;
}

/** The compressed data is truncated or damaged; everything before that was delivered. */
export class DecompressError extends Error {
  readonly isTruncated: boolean;
  /** At least this many compressed bytes were delivered in full. */
  readonly consumed: number;

  constructor(compression: Compression, consumed: number, cause: Error) {
    const isTruncated = systemCode(cause) === 'Z_BUF_ERROR';
    super(`the ${compression} data ${isTruncated ? 'ends early' : 'is damaged'}`, { cause });
    this.isTruncated = isTruncated;
    this.consumed = consumed;
  }
}

/**
 * Decompresses gzip and zstd of any number of members.
 *
 * @param reopen reads the input again from its beginning, to recover more of damaged data; null if that is impossible.
 * @throws DecompressError
 */
export async function* decompress(
  compression: Compression,
  input: AsyncIterable<Uint8Array>,
  reopen: (() => AsyncIterable<Uint8Array>) | null,
): AsyncGenerator<Uint8Array, void, void> {
  let delivered = 0;
  let chunks = input;
  for (const pieceBytes of [...SALVAGE_PIECES_BYTES, 0]) {
    try {
      for await (const chunk of skipping(delivered, run(compression, chunks))) {
        delivered += chunk.length;
        yield chunk;
      }
      return;
    } catch (error) {
      const isFinal = pieceBytes === 0 || reopen === null;
      if (isFinal || !(error instanceof DecompressError) || error.isTruncated) throw error;
      chunks = inPieces(reopen(), error.consumed, pieceBytes);
    }
  }
}

async function* skipping(
  count: number,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, void> {
  for await (const chunk of chunks) {
    if (chunk.length > count) yield chunk.subarray(count);
    count = Math.max(0, count - chunk.length);
  }
}

/** The same bytes, in small chunks from `from` on. */
async function* inPieces(
  chunks: AsyncIterable<Uint8Array>,
  from: number,
  pieceBytes: number,
): AsyncGenerator<Uint8Array, void, void> {
  let offset = 0;
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; ) {
      const piece = chunk.subarray(at, at + (offset < from ? from - offset : pieceBytes));
      at += piece.length;
      offset += piece.length;
      yield piece;
    }
  }
}

async function* run(
  compression: Compression,
  input: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, void> {
  const chunks = input[Symbol.asyncIterator]();
  let consumed = 0;
  let rest: Uint8Array | null = null;
  try {
    do {
      const stream: Gunzip | ZstdDecompress =
        compression === 'gzip'
          ? createGunzip({ chunkSize: OUTPUT_BYTES })
          : createZstdDecompress({ chunkSize: OUTPUT_BYTES });
      const feeding: Promise<Uint8Array | null> = feedAll(stream, chunks, rest);
      // An error of the input is reported through the stream, and must not be an unhandled rejection as well.
      feeding.catch((error) => stream.destroy(error));
      try {
        for await (const chunk of stream) yield chunk;
      } catch (error) {
        throw errorOf(compression, consumed + stream.bytesWritten, error);
      } finally {
        stream.destroy();
      }
      rest = await feeding;
      consumed += stream.bytesWritten;
      // After the last gzip member there may be padding, which gzip ignores too.
      if (compression === 'gzip') rest = null;
    } while (rest !== null);
  } finally {
    await chunks.return?.();
  }
}

function errorOf(compression: Compression, consumed: number, error: unknown): unknown {
  const isOfData = error instanceof Error && /^(Z_|ZSTD_)/.test(systemCode(error));
  return isOfData ? new DecompressError(compression, consumed, error) : error;
}

/**
 * Writes the input to the stream, a chunk at a time.
 *
 * @returns the unconsumed input: a zstd stream ends at the end of a frame, and the rest is the next frame.
 */
async function feedAll(
  stream: Gunzip | ZstdDecompress,
  chunks: AsyncIterator<Uint8Array>,
  rest: Uint8Array | null,
): Promise<Uint8Array | null> {
  let given = 0;
  const ended = new Promise<void>((resolve) => {
    stream.once('end', resolve);
    stream.once('close', resolve);
  });
  let chunk = rest ?? (await nextOf(chunks));
  while (chunk !== null && !stream.destroyed) {
    const part: Uint8Array = chunk;
    const written = new Promise<void>((resolve) => stream.write(part, () => resolve()));
    given += part.length;
    await Promise.race([written, ended]);
    const left = given - stream.bytesWritten;
    if (left > 0) return left < given ? part.slice(part.length - left) : null;
    chunk = await nextOf(chunks);
  }
  stream.end();
  return null;
}

async function nextOf(chunks: AsyncIterator<Uint8Array>): Promise<Uint8Array | null> {
  const { done, value } = await chunks.next();
  return done ? null : value;
}
