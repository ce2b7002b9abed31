// eyrie encrypt, decrypt: for a peer, or with a passphrase.
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isatty } from 'node:tty';
import { eyrieHome, peersIn } from '@eyrie/mesh';
import {
  DOCUMENT_BYTES_MAX,
  DocumentError,
  isDocument,
  isPassphraseSealed,
  openDocument,
  openWithPassphrase,
  PassphraseError,
  receiverOf,
  sealDocument,
  sealWithPassphrase,
} from '@eyrie/mesh/sealed';
import { FAILED, fileError, UserError, writeProblem } from '../errors.ts';
import { printable } from '../terminal/printable.ts';
import { knownPassphrase, newPassphrase } from './passphrase.ts';
import { ask, selectPeer } from './select.ts';
import { readStandardInput, writeStandardOutput } from './standard-streams.ts';
import { standingFrom } from './standing.ts';

interface Options {
  text?: string;
  peer?: string;
  output?: string;
  force?: boolean;
}

/** A document of the greatest size, sealed: each piece of 64 KiB gains a tag, and there is a head. */
const SEALED_BYTES_MAX = DOCUMENT_BYTES_MAX + 2 ** 20;
/** A larger input is not base64 that someone pasted. */
const LINE_BYTES_MAX = 64 << 20;
const TOO_LARGE = 'this is more than 1 GiB: share it with "eyrie share"';

export async function encrypt(file: string | undefined, options: Options & { to?: string }): Promise<void> {
  const { text, output, to } = options;
  refuseBoth(file, text);
  if (text === undefined && output === undefined && isatty(1))
    throw new UserError(
      'what is encrypted is binary: name a file with -o, or give -o - to have it on this terminal',
    );
  const plain = text === undefined ? await read(file) : Buffer.from(text);
  if (plain.length > DOCUMENT_BYTES_MAX) throw new UserError(TOO_LARGE, FAILED);
  const sealed =
    to === undefined
      ? sealWithPassphrase(await newPassphrase(), plain)
      : await sealFor(to, plain, options.peer);
  await write(text === undefined ? sealed : asLine(sealed), options);
  reportRecipients(options, to === undefined ? 'anyone who knows the passphrase' : `${to} alone`);
}

async function sealFor(to: string, plain: Uint8Array, peer: string | undefined): Promise<Uint8Array> {
  const { key } = await ask<{ key: string }>(peer, 'sealingKey', { of: to });
  return sealDocument(standingFrom(selectPeer(peer)), to, Buffer.from(key, 'base64'), plain, Date.now());
}

function refuseBoth(file: string | undefined, text: string | undefined): void {
  if (file !== undefined && text !== undefined) throw new UserError('name a file or give --text, not both');
}

/** Base64 (RFC 4648 §4) in one line: for a chat, a mail or the menu. */
function asLine(sealed: Uint8Array): Buffer {
  return Buffer.from(`${Buffer.from(sealed).toString('base64')}\n`);
}

/** The bytes of what `eyrie encrypt` made, in binary or as a line, which a mail may have wrapped. */
function fromLine(data: Buffer): Buffer {
  if (isDocument(data) || isPassphraseSealed(data) || data.length > LINE_BYTES_MAX) return data;
  // Buffer.from() skips characters that are not base64, and so would take any text.
  const line = data.toString('latin1').replace(/\s+/g, '');
  return /^[A-Za-z0-9+/]+={0,2}$/.test(line) ? Buffer.from(line, 'base64') : data;
}

/** Prints nothing where standard output is the result. */
function reportRecipients({ output }: Options, recipients: string): void {
  if (output !== undefined && output !== '-') console.error(`${output} can be opened by ${recipients}.`);
}

export async function decrypt(file: string | undefined, options: Options): Promise<void> {
  const { text } = options;
  refuseBoth(file, text);
  const sealed = fromLine(text === undefined ? await read(file) : Buffer.from(text));
  try {
    if (isPassphraseSealed(sealed)) {
      await writeOpened(openWithPassphrase(await knownPassphrase(), sealed), options);
      return;
    }
    if (!isDocument(sealed)) {
      const what = text === undefined ? (file ?? 'standard input') : 'this text';
      throw new UserError(`${what} was not made by "eyrie encrypt"`);
    }
    const { from, sealedMs, plain, warning } = openDocument(
      standingFrom(receiver(options.peer, sealed)),
      sealed,
    );
    await writeOpened(plain, options);
    console.error(`From ${from}, ${new Date(sealedMs).toISOString().replace('T', ' ').slice(0, 19)}.`);
    if (warning !== null) console.error(`eyrie: warning: ${warning}`);
  } catch (error) {
    if (error instanceof PassphraseError || error instanceof DocumentError)
      throw new UserError(error.message, FAILED);
    throw error;
  }
}

/** Of several peers here the one that it is sealed for, unless another was named. */
function receiver(named: string | undefined, sealed: Uint8Array): string {
  const to = receiverOf(sealed);
  return named === undefined && peersIn(eyrieHome()).includes(to) ? to : selectPeer(named);
}

async function read(file: string | undefined): Promise<Buffer> {
  if (file === undefined || file === '-') {
    const data = await readStandardInput(
      'what to read is missing: name a file, or give it on standard input',
      SEALED_BYTES_MAX,
    );
    if (data === null) throw new UserError(TOO_LARGE, FAILED);
    return data;
  }
  try {
    return readFileSync(file);
  } catch (error) {
    throw fileError(file, error);
  }
}

/** What another peer sealed could steer a terminal: only text goes to one unasked. */
async function writeOpened(plain: Uint8Array, options: Options): Promise<void> {
  if (options.output === undefined && isatty(1) && !isText(plain))
    throw new UserError(
      'what is in it is not plain text: name a file with -o, or give -o - to have it on this terminal',
    );
  // On a terminal, the next line begins at its left edge.
  const isOpen = options.output === undefined && isatty(1) && plain.length > 0 && plain.at(-1) !== 0x0a;
  await write(isOpen ? Buffer.concat([plain, Buffer.from('\n')]) : plain, options);
}

/** UTF-8 without control characters but tabs and ends of lines. */
function isText(data: Uint8Array): boolean {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(data).replaceAll('\r\n', '\n');
    return printable(text) === text;
  } catch {
    return false;
  }
}

async function write(data: Uint8Array, { output, force }: Options): Promise<void> {
  if (output === undefined || output === '-') return writeStandardOutput(data);
  const isThere = existsSync(output);
  let file: number | null = null;
  try {
    file = openSync(output, force === true ? 'w' : 'wx', 0o600);
    writeFileSync(file, data);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST')
      throw new UserError(`${output} is there already: --force replaces it`, FAILED);
    // The beginning alone opens nothing.
    if (file !== null && !isThere) rmSync(output, { force: true });
    throw new UserError(writeProblem(output, error), FAILED);
  } finally {
    if (file !== null) closeSync(file);
  }
}
