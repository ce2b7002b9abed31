// `--export-objects KIND,FOLDER`: what was transferred, each as a file.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '@eyrie/capture';
import {
  FileNames,
  fileNameOfObject,
  type ObjectKind,
  type ObjectReader,
  objectKinds,
  type Packet,
  type TransferredObject,
} from '@eyrie/dissect';
import { FAILED, UserError } from '../errors.ts';
import { bytesText, counted } from '../terminal/units.ts';
import type { Printer } from './printer.ts';

/** Those that -Y passes, if it is given. */
export class ObjectsPrinter implements Printer {
  readonly #reader: ObjectReader;
  readonly #folder: string;
  readonly #names = new FileNames();
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
    this.#write(fileNameOfObject(object), object.data);
    this.#count++;
    this.#bytes += object.data.length;
  }

  /** Never over a file that is there: names get numbers, as tshark gives them. */
  #write(name: string, data: Uint8Array): void {
    for (;;) {
      const path = join(this.#folder, this.#names.next(name));
      try {
        writeFileSync(path, data, { flag: 'wx' });
        return;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw unwritable(path, error);
      }
    }
  }
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
