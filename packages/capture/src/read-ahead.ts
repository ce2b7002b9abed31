// Double-buffered file reading: disk and caller work at the same time.
import { close, readv } from 'node:fs';
import { promisify } from 'node:util';

const closeFile = promisify(close);

/**
 * Chunks a read, from the second on. While the caller parses one read, the next one has to be scheduled and done: with a
 * single chunk that is late where both cores are busy, and an import waited for a fifth of its time.
 */
const CHUNKS_A_READ = 4;

/**
 * Double-buffered reading of an open file from its current position: while the caller works on one set of buffers, the
 * next are filled. The first read is of one chunk, so that work begins soon. A chunk is valid until the next one is
 * requested. Closes the file at the end.
 */
export async function* readAhead(file: number, chunkBytes: number): AsyncGenerator<Uint8Array, void, void> {
  let current: Uint8Array<ArrayBuffer>[] = [];
  let next = [new Uint8Array(chunkBytes)];
  let reading = readInto(file, next);
  try {
    for (;;) {
      let left = await reading;
      if (left === 0) return;
      [current, next] = [next, current.length < CHUNKS_A_READ ? buffers(chunkBytes) : current];
      reading = readInto(file, next);
      for (const chunk of current) {
        if (left <= 0) break;
        yield left < chunkBytes ? chunk.subarray(0, left) : chunk;
        left -= chunkBytes;
      }
    }
  } finally {
    // A pending read must end before the file is closed.
    await reading.catch(() => {});
    await closeFile(file);
  }
}

function buffers(bytes: number): Uint8Array<ArrayBuffer>[] {
  return Array.from({ length: CHUNKS_A_READ }, () => new Uint8Array(bytes));
}

function readInto(file: number, into: readonly Uint8Array[]): Promise<number> {
  const reading = new Promise<number>((resolve, reject) => {
    readv(file, into, null, (error, bytes) => (error === null ? resolve(bytes) : reject(error)));
  });
  // It may fail while the caller is busy with the buffers before: no unhandled rejection, as the caller awaits it later.
  reading.catch(() => {});
  return reading;
}
