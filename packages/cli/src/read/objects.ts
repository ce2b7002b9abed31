// `--export-objects KIND,FOLDER`: what was transferred, each as a file.
import { writeFileSync } from 'node:fs';
import { join, parse } from 'node:path';
import {
  type ObjectKind,
  type ObjectReader,
  objectKinds,
  type Packet,
  type TransferredObject,
} from '@eyrie/dissect';
import { FAILED, UserError } from '../errors.ts';
import { makeFolder } from '../make-folder.ts';
import { bytesText, counted } from '../terminal/units.ts';
import type { Printer } from './printer.ts';

/** File systems take 255 bytes; the rest is for what a long name ends in, and for a number. */
const NAME_BYTES_MAX = 180;
const EXTENSION_MAX = 16;

/** Endings of files whose name has none, by media type. */
const ENDINGS = new Map(
  Object.entries({
    'application/javascript': '.js',
    'application/json': '.json',
    'application/pdf': '.pdf',
    'application/xml': '.xml',
    'application/zip': '.zip',
    'image/gif': '.gif',
    'image/jpeg': '.jpg',
    'image/png': '.png',
    'image/svg+xml': '.svg',
    'image/webp': '.webp',
    'text/css': '.css',
    'text/html': '.html',
    'text/javascript': '.js',
    'text/plain': '.txt',
    'text/xml': '.xml',
  }),
);

/** Those that -Y passes, if it is given. */
export class ObjectsPrinter implements Printer {
  readonly #reader: ObjectReader;
  readonly #folder: string;
  /** The number that the next file of this name gets. */
  readonly #numbers = new Map<string, number>();
  #count = 0;
  #bytes = 0;

  constructor(kind: ObjectKind, folder: string) {
    this.#reader = objectKinds[kind]((object) => this.#save(object));
    this.#folder = folder;
  }

  /** From `http,FOLDER`; the folder is made. @throws UserError */
  static from(text: string): ObjectsPrinter {
    const [kind = '', folder = ''] = /^([^,]*),(.*)$/s.exec(text)?.slice(1) ?? [text];
    if (!Object.hasOwn(objectKinds, kind) || folder === '')
      throw new UserError(
        `--export-objects ${text}: write it as http,FOLDER; there are ${Object.keys(objectKinds).join(', ')}`,
      );
    try {
      makeFolder(folder);
    } catch (error) {
      throw unwritable(folder, error);
    }
    return new ObjectsPrinter(kind as ObjectKind, folder);
  }

  see(p: Packet): void {
    this.#reader.add(p);
  }

  finish(): void {
    this.#reader.finish?.();
    const what =
      this.#count === 0
        ? 'no object was found; those in TLS need its secrets (-o tls.keylog_file:FILE)'
        : `${counted(this.#count, 'object')}, ${bytesText(this.#bytes)}, in ${this.#folder}`;
    console.error(`eyrie: ${what}`);
  }

  #save(object: TransferredObject): void {
    this.#write(fileNameOf(object), object.data);
    this.#count++;
    this.#bytes += object.data.length;
  }

  /** Never over a file that is there: names get numbers, as tshark gives them. */
  #write(name: string, data: Uint8Array): void {
    const { name: stem, ext } = parse(name);
    for (;;) {
      const number = this.#numbers.get(name) ?? 0;
      this.#numbers.set(name, number + 1);
      const path = join(this.#folder, number === 0 ? name : `${stem}(${number})${ext}`);
      try {
        writeFileSync(path, data, { flag: 'wx' });
        return;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw unwritable(path, error);
      }
    }
  }
}

/** A name as a stranger chose it, made one of a file in this very folder; what a name must not hold is written as %2f. */
export function fileNameOf({ name, type, frame }: TransferredObject): string {
  if (name === '') return `object${frame}${ENDINGS.get(type) ?? ''}`;
  const safe = name.replace(
    /[<>:"/\\|?*\x00-\x1f\x7f]|^\./g,
    (character) => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
  if (Buffer.byteLength(safe) <= NAME_BYTES_MAX) return safe;
  const ext = parse(safe).ext.slice(0, EXTENSION_MAX);
  // A character that is cut in two becomes the replacement character: three bytes, at the end only.
  return Buffer.from(safe).subarray(0, NAME_BYTES_MAX).toString('utf8') + ext;
}

function unwritable(path: string, error: unknown): UserError {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new UserError(`${path}: the disk is full; make room, or name another folder`, FAILED);
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return new UserError(`${path}: you may not write here; name another folder`, FAILED);
  if (code === 'ENOENT')
    return new UserError(`${path}: no folder can be made there; name another one`, FAILED);
  if (code === 'EEXIST' || code === 'ENOTDIR')
    return new UserError(`${path}: is not a folder; name another one`, FAILED);
  return new UserError(`${path}: cannot be written: ${message}`, FAILED);
}
