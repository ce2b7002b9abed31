// eyrie encrypt, decrypt: for a peer, or with a passphrase.
import { readFileSync, writeFileSync } from 'node:fs';
import {
  DOCUMENT_BYTES_MAX,
  DocumentError,
  isDocument,
  isPassphraseSealed,
  openDocument,
  openWithPassphrase,
  PassphraseError,
  sealDocument,
  sealWithPassphrase,
} from '@eyrie/mesh/sealed';
import { FAILED, fileProblem, UserError } from '../errors.ts';
import { knownPassphrase, newPassphrase } from './passphrase.ts';
import { ask, selectPeer } from './select.ts';
import { standingFrom } from './standing.ts';

interface Options {
  peer?: string;
  output?: string;
  force?: boolean;
}

export async function encrypt(file: string | undefined, options: Options & { to?: string }): Promise<void> {
  const plain = read(file);
  if (plain.length > DOCUMENT_BYTES_MAX)
    throw new UserError('this is more than 1 GiB: share it with "eyrie share"', FAILED);
  if (options.to === undefined) {
    write(sealWithPassphrase(await newPassphrase(), plain), options);
    told(options, 'whoever knows the passphrase');
    return;
  }
  const { key } = await ask<{ key: string }>(options.peer, 'sealingKey', { of: options.to });
  const standing = standingOf(options.peer);
  write(sealDocument(standing, options.to, Buffer.from(key, 'base64'), plain, Date.now()), options);
  told(options, `${options.to} alone`);
}

/** Where standard output is the result, nothing is said. */
function told({ output }: Options, who: string): void {
  if (output !== undefined) console.error(`${output} can be opened by ${who}.`);
}

export async function decrypt(file: string | undefined, options: Options): Promise<void> {
  const sealed = read(file);
  try {
    if (isPassphraseSealed(sealed)) {
      write(openWithPassphrase(await knownPassphrase(), sealed), options);
      return;
    }
    if (!isDocument(sealed))
      throw new UserError(`${file ?? 'standard input'} was not made by "eyrie encrypt"`, FAILED);
    const { from, sealedMs, plain, warning } = openDocument(standingOf(options.peer), sealed);
    write(plain, options);
    console.error(`From ${from}, ${new Date(sealedMs).toISOString().replace('T', ' ').slice(0, 19)}.`);
    if (warning !== null) console.error(`eyrie: warning: ${warning}`);
  } catch (error) {
    if (error instanceof PassphraseError || error instanceof DocumentError)
      throw new UserError(error.message, FAILED);
    throw error;
  }
}

function standingOf(peer: string | undefined) {
  return standingFrom(selectPeer(peer));
}

function read(file: string | undefined): Buffer {
  if ((file === undefined || file === '-') && process.stdin.isTTY === true)
    throw new UserError('what to read is missing: name a file, or give it on standard input');
  try {
    return readFileSync(file === undefined || file === '-' ? 0 : file);
  } catch (error) {
    throw new UserError(fileProblem(file ?? 'standard input', error), FAILED);
  }
}

function write(data: Uint8Array, { output, force }: Options): void {
  try {
    if (output === undefined) writeFileSync(1, data);
    else writeFileSync(output, data, { mode: 0o600, flag: force === true ? 'w' : 'wx' });
  } catch (error) {
    const isThere = (error as NodeJS.ErrnoException).code === 'EEXIST';
    throw new UserError(
      isThere
        ? `${output} is there already: --force replaces it`
        : `cannot write ${output ?? 'standard output'}: ${(error as Error).message}`,
      FAILED,
    );
  }
}
