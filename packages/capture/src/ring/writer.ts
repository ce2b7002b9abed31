// Writes live packets into the ring. A full disk does not stop the capture: the oldest file is deleted, and if that does
// not help, packets are dropped and counted.
//
// All of it is synchronous, for a thread that does nothing else: it then depends on no thread pool that queries of the
// store may occupy, and while the disk is busy, packets wait in the kernel's buffer.
import { closeSync, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type CaptureInterface, type Frame, PcapngWriter } from '@eyrie/dissect/files';
import { writeError } from '../errors.ts';
import { makeFolder } from '../make-folder.ts';
import { RECORD_PLAIN_MAX, Sealer, type VaultKey } from '../vault/index.ts';
import { wholeBlocks } from './blocks.ts';
import { holdFile, prune, pruneOldest, type RingLimits, releaseFile, ringFileName } from './files.ts';

/** Bytes buffered before they are written, but at most an eighth of a file. */
const WRITE_BYTES = 1 << 20;

export interface RingWriterOptions {
  /** Key for encryption; null: none. */
  readonly key?: VaultKey | null;
  /** The section comment of a new file; null: none. */
  readonly comment?: () => string | null;
}

export class RingWriter {
  readonly folder: string;
  readonly #limits: RingLimits;
  readonly #interface: () => CaptureInterface | undefined;
  readonly #writeBytes: number;
  /** Packets written to the ring, and packets dropped because the disk could not take them. */
  packets = 0;
  dropped = 0;
  /** Why packets are dropped, in a line; null while all is well. */
  problem: string | null = null;
  #writer: PcapngWriter | null = null;
  #file: number | null = null;
  #path = '';
  #index = 0;
  /** Bytes in earlier files, and in this one. */
  #bytesBefore = 0;
  #bytes = 0;
  /** The latter on disk, which is more if encrypted. */
  #diskBytes = 0;
  readonly #key: VaultKey | null;
  readonly #comment: () => string | null;
  #sealer: Sealer | null = null;
  /** Packets buffered but not yet written. */
  #pendingPackets = 0;

  /** `from`: the packets' interface, whose description is written to each file. */
  constructor(
    folder: string,
    limits: RingLimits,
    from: () => CaptureInterface | undefined,
    { key = null, comment = () => null }: RingWriterOptions = {},
  ) {
    this.#key = key;
    this.#comment = comment;
    this.folder = folder;
    this.#limits = limits;
    this.#interface = from;
    this.#writeBytes = Math.min(WRITE_BYTES, limits.fileBytesMax / 8);
  }

  /** Bytes of the session so far, as written, also of files deleted since. */
  get bytes(): number {
    return this.#bytesBefore + this.#bytes;
  }

  /** Buffers a packet; it is on disk after the next flush. */
  write(frame: Frame): void {
    this.#writer ??= this.#begin();
    this.#writer.write(frame, this.#interface());
    this.#pendingPackets++;
    if (this.#writer.pending >= this.#writeBytes) this.flush();
  }

  #begin(): PcapngWriter {
    const comment = this.#comment();
    return new PcapngWriter({ application: 'Eyrie', comments: comment === null ? [] : [comment] });
  }

  /** Writes what is buffered. */
  flush(): void {
    if (this.#pendingPackets === 0) return;
    const count = this.#pendingPackets;
    const writer = this.#writer!;
    const bytes = writer.take();
    this.#pendingPackets = 0;
    try {
      this.#append(bytes);
      writer.giveBack(bytes);
      this.packets += count;
      this.problem = null;
      if (this.#bytes >= this.#limits.fileBytesMax) this.#endFile();
    } catch (error) {
      this.problem = `packets are dropped: ${writeError(this.folder, error).message}`;
      this.#abandon(count);
    }
  }

  close(): void {
    this.flush();
    this.#endFile();
  }

  #append(plain: Uint8Array): void {
    const bytes = this.#onDisk(plain);
    try {
      this.#appendOnce(bytes);
    } catch (error) {
      if (!isFull(error)) throw error;
      if (this.#file !== null) ftruncateSync(this.#file, this.#diskBytes);
      pruneOldest(dirname(this.folder));
      // Retried with the same bytes: a record number, which is the nonce, is never used for different bytes.
      this.#appendOnce(bytes);
    }
    this.#bytes += plain.length;
  }

  #onDisk(plain: Uint8Array): Uint8Array {
    if (this.#key === null) return plain;
    const parts: Uint8Array[] = [];
    if (this.#sealer === null) {
      this.#sealer = new Sealer(this.#key);
      parts.push(this.#sealer.head);
    }
    // A record begins where a block does: a reader that has lost one finds the packets in the next.
    for (let at = 0; at < plain.length; ) {
      const count = wholeBlocks(plain.subarray(at), RECORD_PLAIN_MAX);
      parts.push(this.#sealer.seal(plain.subarray(at, at + count)));
      at += count;
    }
    return Buffer.concat(parts);
  }

  #appendOnce(bytes: Uint8Array): void {
    this.#file ??= this.#beginFile();
    // Another process with the same ring deleted the file: start a new one, with its header.
    if (fstatSync(this.#file).nlink === 0) throw new Error('the file was removed');
    for (let at = 0; at < bytes.length; )
      at += writeSync(this.#file, bytes, at, bytes.length - at, this.#diskBytes + at);
    this.#diskBytes += bytes.length;
  }

  #beginFile(): number {
    makeFolder(this.folder, 0o700);
    const name = ringFileName(this.#index, this.packets, this.#bytesBefore);
    this.#path = join(this.folder, name);
    const file = openSync(this.#path, 'wx', 0o600);
    holdFile(this.#path);
    this.#index++;
    prune(dirname(this.folder), this.#limits, Date.now());
    return file;
  }

  /** The packets that follow belong to the next file, which has a header of its own. */
  #endFile(): void {
    const [file, end] = [this.#file, this.#sealer?.end() ?? null];
    const at = this.#diskBytes;
    this.#writer = null;
    this.#file = null;
    this.#sealer = null;
    this.#bytesBefore += this.#bytes;
    this.#bytes = 0;
    this.#diskBytes = 0;
    releaseFile(this.#path);
    if (file === null) return;
    // Without the end record the file is still readable, as a truncated one.
    if (end !== null) attempt(() => writeSync(file, end, 0, end.length, at));
    attempt(() => closeSync(file));
  }

  /** The last write may be partial, so nothing may follow it in this file. */
  #abandon(count: number): void {
    this.dropped += count;
    // If that fails, a reader finds a truncated file, and what is intact in it.
    attempt(() => this.#file !== null && ftruncateSync(this.#file, this.#diskBytes));
    // Some numbered records are missing, so no end record may claim that the file is complete.
    this.#sealer = null;
    this.#endFile();
  }
}

function attempt(work: () => unknown): void {
  try {
    work();
  } catch {
    // The disk has failed.
  }
}

function isFull(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOSPC' || code === 'EDQUOT';
}
