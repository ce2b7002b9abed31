// Reads standard input to its end, and writes standard output completely, at the pace of the other end. Node makes pipes
// non-blocking, so that synchronous calls fail with EAGAIN if the other end is slower.
import { isatty } from 'node:tty';
import { FAILED, UserError, writeProblem } from '../errors.ts';

/** Null if it exceeds `bytesMax`. @throws UserError, with the text `missing` if standard input is a terminal */
export async function readStandardInput(missing: string, bytesMax: number): Promise<Buffer | null> {
  if (isatty(0)) throw new UserError(missing);
  const pieces: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const piece of process.stdin) {
      bytes += piece.length;
      if (bytes > bytesMax) return null;
      pieces.push(piece);
    }
  } catch (error) {
    throw new UserError(`standard input cannot be read: ${(error as Error).message}`, FAILED);
  }
  return Buffer.concat(pieces, bytes);
}

/** Resolves when all of it is written. @throws UserError if the other end is closed */
export async function writeStandardOutput(data: Uint8Array): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const failed = (error: Error) => reject(new UserError(writeProblem('standard output', error), FAILED));
    process.stdout.once('error', failed);
    process.stdout.write(data, (error) => {
      if (error != null) return failed(error);
      process.stdout.off('error', failed);
      resolve();
    });
  });
}
