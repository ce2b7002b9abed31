// Raw input: the bytes of a file, of standard input, or of a child's output.

import { close, fstatSync, open, type Stats } from 'node:fs';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { isatty } from 'node:tty';
import { promisify } from 'node:util';
import { CaptureError, directoryError, readError, systemCode } from './errors.ts';
import { readAhead } from './read-ahead.ts';

const openFile = promisify(open);
const closeFile = promisify(close);

const STDIN = 0;

/**
 * Bytes read at once. Measured with a warm cache on 2 cores: 512 KiB to 2 MiB are best, at 4.7 GB/s. Smaller chunks
 * cost more turns of the event loop; larger ones fall out of the CPU cache before the packets are dissected.
 */
const CHUNK_BYTES = 1 << 20;

export interface Input {
  chunks: AsyncIterable<Uint8Array>;
  /** Bytes in the file; null for a pipe. */
  size: number | null;
  /** Opens the same input again from its beginning; null if that is impossible. */
  reopen: (() => AsyncIterable<Uint8Array>) | null;
  /** Ends a pending read. */
  stop(): void;
}

/**
 * Opens a file, or stdin if the path is `-`.
 *
 * @throws CaptureError
 */
export async function openInput(path: string): Promise<Input> {
  const file = path === '-' ? STDIN : await openForReading(path);
  const stats = fstatSync(file);
  if (stats.isDirectory()) {
    await closeFile(file);
    throw directoryError(path);
  }
  if (isatty(file)) {
    throw new CaptureError(
      'ERR_CAPTURE_TERMINAL',
      'stdin is a terminal; pipe a capture into it, as in: tcpdump -w - | eyrie read -',
    );
  }
  if (stats.isFIFO() || stats.isSocket()) return pipeInput(file);
  const chunkBytes = chunkBytesFor(stats);
  return {
    chunks: readAhead(file, chunkBytes),
    size: stats.isFile() ? stats.size : null,
    stop: () => {},
    reopen: path === '-' || !stats.isFile() ? null : () => readAgain(path, chunkBytes),
  };
}

async function openForReading(path: string): Promise<number> {
  try {
    return await openFile(path, 'r');
  } catch (error) {
    throw readError(path, error);
  }
}

async function* readAgain(path: string, chunkBytes: number): AsyncGenerator<Uint8Array, void, void> {
  yield* readAhead(await openForReading(path), chunkBytes);
}

/** A small file needs no large buffer: one byte more than its size, so that the first read sees its end. */
function chunkBytesFor({ size }: Stats): number {
  return Math.min(CHUNK_BYTES, Math.max(4096, size + 1));
}

/** A pipe, read through the event loop: a blocking read could not be cancelled, and would keep the process alive. */
function pipeInput(file: number): Input {
  const socket = new Socket({ fd: file, readable: true, writable: false });
  return streamInput(socket);
}

/** The bytes of a stream, such as a child's output. */
export function streamInput(stream: Readable): Input {
  return { chunks: readStream(stream), size: null, reopen: null, stop: () => stream.destroy() };
}

async function* readStream(stream: Readable): AsyncGenerator<Uint8Array, void, void> {
  try {
    for await (const chunk of stream) yield chunk;
  } catch (error) {
    if (systemCode(error) !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  } finally {
    stream.destroy();
  }
}
