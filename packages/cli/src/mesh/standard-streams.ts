// Standard input to its end, and standard output whole, at the pace of whoever is at the other end. Node makes a pipe
// non-blocking when it looks at it, so that the synchronous calls fail where the other end is slower (EAGAIN).
import { isatty } from 'node:tty';
import { FAILED, UserError } from '../errors.ts';

/** Null: it is more than `bytesMax`. @throws UserError with `missing` if standard input is a terminal, or cannot be read */
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

/** Returns when all of it is with the system. @throws UserError if the other end is gone */
export async function writeStandardOutput(data: Uint8Array): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const failed = ({ message }: Error) =>
      reject(new UserError(`cannot write standard output: ${message}`, FAILED));
    process.stdout.once('error', failed);
    process.stdout.write(data, (error) => {
      if (error != null) return failed(error);
      process.stdout.off('error', failed);
      resolve();
    });
  });
}
