// Double-buffered file reading: disk and caller work at the same time.
import { close, read } from 'node:fs';
import { promisify } from 'node:util';

const readInto = promisify(read);
const closeFile = promisify(close);

/**
 * Double-buffered reading of an open file from its current position: while the caller works on one buffer, the next is
 * read into the other. A chunk is valid until the next one is requested. Closes the file at the end.
 */
export async function* readAhead(file: number, chunkBytes: number): AsyncGenerator<Uint8Array, void, void> {
  const buffers = [new Uint8Array(chunkBytes), new Uint8Array(chunkBytes)] as const;
  let reading = readInto(file, buffers[0], 0, chunkBytes, null);
  try {
    for (let turn = 0; ; turn ^= 1) {
      const { bytesRead } = await reading;
      if (bytesRead === 0) return;
      reading = readInto(file, buffers[turn ^ 1]!, 0, chunkBytes, null);
      yield buffers[turn]!.subarray(0, bytesRead);
    }
  } finally {
    // A pending read must end before the file is closed; its error was reported if it matters.
    await reading.catch(() => {});
    await closeFile(file);
  }
}
