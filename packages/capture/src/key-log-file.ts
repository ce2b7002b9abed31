// A file of TLS secrets, as browsers and libraries write it whose SSLKEYLOGFILE names it (RFC 9850), which may grow while packets
// are read: what was added comes as blocks like those of a pcapng file.
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { type DecryptionSecrets, SECRETS_TLS_KEY_LOG } from '@eyrie/dissect/files';
import { CaptureError, readError } from './errors.ts';

/** More than that is no key log; of a longer one, what stands behind is not read. */
const BYTES_MAX = 256 << 20;
/** Bytes taken at once. */
const BLOCK_BYTES = 1 << 20;
const LINE_FEED = 10;

export class KeyLogFile {
  readonly path: string;
  /** What was read so far: a list that grows with `refresh`. */
  readonly blocks: DecryptionSecrets[] = [];
  #read = 0;
  #inode = 0;

  /** Reads what is there. @throws CaptureError if the file can't be read */
  constructor(path: string) {
    this.path = path;
    try {
      if (!statSync(path).isFile())
        throw new CaptureError(
          'ERR_CAPTURE_NOT_READABLE',
          `${path}: is not a file; name a key log as SSLKEYLOGFILE makes it`,
        );
      closeSync(openSync(path, 'r'));
    } catch (error) {
      throw readError(path, error);
    }
    this.refresh();
  }

  /**
   * Reads what was added since, in whole lines. A file that has become shorter, or is another one by now, was begun anew. One
   * that can't be read may be there again the next time.
   */
  refresh(): void {
    try {
      this.#readAppended();
    } catch {
      // As above: it may be readable the next time.
    }
  }

  #readAppended(): void {
    const { size, ino } = statSync(this.path);
    if (size < this.#read || ino !== this.#inode) this.#read = 0;
    this.#inode = ino;
    if (size === this.#read || this.#read >= BYTES_MAX) return;
    const file = openSync(this.path, 'r');
    try {
      while (this.#read < Math.min(size, BYTES_MAX) && this.#take(file)) {}
    } finally {
      closeSync(file);
    }
  }

  #take(file: number): boolean {
    const bytes = new Uint8Array(BLOCK_BYTES);
    const length = readSync(file, bytes, 0, BLOCK_BYTES, this.#read);
    const lines = bytes.lastIndexOf(LINE_FEED, length - 1) + 1;
    // A last line without its end may be whole some day; one that fills the block is none of a key log.
    const taken = lines > 0 ? lines : length === BLOCK_BYTES ? length : 0;
    if (taken === 0) return false;
    this.#read += taken;
    this.blocks.push({ kind: SECRETS_TLS_KEY_LOG, data: bytes.slice(0, taken) });
    return true;
  }
}
