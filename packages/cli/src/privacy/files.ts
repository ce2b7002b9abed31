// Keys, and single files encrypted with them.
import { createReadStream, createWriteStream, rmSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  ambientKey,
  CaptureError,
  decrypted,
  encrypting,
  isVault,
  makeKeyFile,
  openCapture,
  type VaultKey,
} from '@eyrie/capture';
import { FAILED, fileError, UserError, writeProblem } from '../errors.ts';
import { pathFrom } from '../pipeline/config.ts';
import { userError } from '../pipeline/user-error.ts';

interface FileOptions {
  readonly output: string;
  readonly key?: string;
}

export function key(file: string): void {
  try {
    makeKeyFile(file);
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw new UserError(`${file}: is there already: a key is not replaced`, FAILED);
    // An empty file would be in the way of the next try.
    if (syscall !== 'open') rmSync(file, { force: true });
    throw new UserError(writeProblem(file, error), FAILED);
  }
  console.log(
    `${file} holds a new key. Keep a copy elsewhere: without it nothing that it encrypts can be read.`,
  );
}

export async function lock(file: string, options: FileOptions): Promise<void> {
  const path = pathFrom(file);
  const used = keyFrom(options);
  // Reports a bad key before anything is written.
  await (await openCapture(path).catch(userError)).close();
  if (await isLocked(path)) throw new UserError(`${file}: is encrypted already`, FAILED);
  await write(options.output, (into) => pipeline(createReadStream(path), encrypting(used), into));
}

export async function unlock(file: string, options: FileOptions): Promise<void> {
  const path = pathFrom(file);
  keyFrom(options);
  if (!(await isLocked(path))) throw new UserError(`${file}: is not encrypted`, FAILED);
  const plain = Readable.from(decrypted(path, createReadStream(path)), { objectMode: false });
  await write(options.output, (into) => pipeline(plain, into));
}

function keyFrom({ key: file }: FileOptions): VaultKey {
  if (file !== undefined) process.env.EYRIE_CAPTURE_KEY = file;
  let found: VaultKey | null = null;
  try {
    found = ambientKey();
  } catch (error) {
    userError(error);
  }
  if (found !== null) return found;
  throw new UserError(
    'name the key: --key FILE, made with "eyrie privacy key FILE", or set EYRIE_CAPTURE_PASSPHRASE',
  );
}

async function isLocked(path: string): Promise<boolean> {
  const file = await open(path, 'r').catch((error) => {
    throw fileError(path, error);
  });
  try {
    const head = new Uint8Array(16);
    const { bytesRead } = await file.read(head, 0, head.length, 0);
    return isVault(head.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}

/** Removes a partial result after a failure. */
async function write(path: string, fill: (into: NodeJS.WritableStream) => Promise<void>): Promise<void> {
  let isBegun = false;
  const into = createWriteStream(path, { flags: 'wx', mode: 0o600 });
  into.once('open', () => {
    isBegun = true;
  });
  try {
    await fill(into);
  } catch (error) {
    if (isBegun) await rm(path, { force: true });
    if (error instanceof CaptureError) userError(error);
    const isThere = (error as NodeJS.ErrnoException).code === 'EEXIST';
    throw new UserError(isThere ? `${path}: is there already` : writeProblem(path, error), FAILED);
  }
}
