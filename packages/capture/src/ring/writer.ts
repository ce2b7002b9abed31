// Writes live packets into the ring. A full or slow disk does not stop the capture: the oldest file is deleted, and if
// that does not help, packets are dropped and counted.
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type CaptureInterface, type Frame, PcapngWriter } from '@eyrie/dissect/files';
import { writeError } from '../errors.ts';
import { Sealer, type VaultKey } from '../vault/index.ts';
import { holdFile, prune, pruneOldest, type RingLimits, releaseFile, ringFileName } from './files.ts';

/** Bytes buffered before a write is started. */
const WRITE_BYTES = 1 << 20;
/** Bytes buffered while the disk is busy, but at most a quarter of a file; beyond that `write` signals backpressure. */
const PENDING_BYTES_MAX = 16 << 20;

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
  readonly #pendingBytesMax: number;
  readonly #writeBytes: number;
  /** Packets written to the ring, and packets dropped because the disk could not take them. */
  packets = 0;
  dropped = 0;
  /** The reason, for the log; null while all is well. */
  problem: string | null = null;
  #writer: PcapngWriter | null = null;
  #file: FileHandle | null = null;
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
  #writing: Promise<void> = Promise.resolve();
  #isWriting = false;

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
    this.#pendingBytesMax = Math.min(PENDING_BYTES_MAX, limits.fileBytesMax / 4);
    this.#writeBytes = Math.min(WRITE_BYTES, this.#pendingBytesMax / 2);
  }

  /**
   * Buffers a packet; it is on disk after the next flush.
   *
   * @returns false as backpressure: `if (!ring.write(frame)) await ring.drained()`. Meanwhile the kernel's buffer fills, and
   * the kernel counts what it drops.
   */
  write(frame: Frame): boolean {
    this.#writer ??= this.#begin();
    this.#writer.write(frame, this.#interface());
    this.#pendingPackets++;
    const { pending } = this.#writer;
    if (pending >= this.#writeBytes) this.flush();
    return pending < this.#pendingBytesMax;
  }

  #begin(): PcapngWriter {
    const comment = this.#comment();
    return new PcapngWriter({ application: 'Eyrie', comments: comment === null ? [] : [comment] });
  }

  /** Resolves when there is room again. */
  async drained(): Promise<void> {
    await this.#writing;
    this.flush();
    await this.#writing;
  }

  /** Starts a write unless one is in progress. */
  flush(): void {
    if (this.#isWriting || this.#pendingPackets === 0) return;
    this.#isWriting = true;
    this.#writing = this.#writeOut().finally(() => {
      this.#isWriting = false;
    });
  }

  /** Waits until everything is on disk. */
  async close(): Promise<void> {
    await this.drained();
    await this.#endFile();
  }

  async #writeOut(): Promise<void> {
    const count = this.#pendingPackets;
    const writer = this.#writer!;
    const bytes = writer.take();
    this.#pendingPackets = 0;
    const isLast = this.#bytes + bytes.length >= this.#limits.fileBytesMax;
    // Decided before the write: packets buffered from now on belong to the next file, which has a header of its own.
    if (isLast) this.#writer = null;
    try {
      await this.#append(bytes);
      writer.giveBack(bytes);
      this.packets += count;
      this.problem = null;
      if (isLast) await this.#endFile();
    } catch (error) {
      this.problem = writeError(this.#path, error).message;
      await this.#giveUp(count);
    }
  }

  async #append(plain: Uint8Array): Promise<void> {
    const bytes = this.#onDisk(plain);
    try {
      await this.#appendOnce(bytes);
    } catch (error) {
      if (!isFull(error)) throw error;
      await this.#file?.truncate(this.#diskBytes).catch(() => {});
      await pruneOldest(dirname(this.folder));
      // Retried with the same bytes: a record number, which is the nonce, is never used for different bytes.
      await this.#appendOnce(bytes);
    }
    this.#bytes += plain.length;
  }

  #onDisk(plain: Uint8Array): Uint8Array {
    if (this.#key === null) return plain;
    if (this.#sealer !== null) return this.#sealer.seal(plain);
    this.#sealer = new Sealer(this.#key);
    return Buffer.concat([this.#sealer.head, this.#sealer.seal(plain)]);
  }

  async #appendOnce(bytes: Uint8Array): Promise<void> {
    if (this.#file === null) await this.#beginFile();
    // Another process with the same ring deleted the file: start a new one, with its header.
    else if ((await this.#file.stat()).nlink === 0) throw new Error('the file was removed');
    for (let at = 0; at < bytes.length; ) {
      const { bytesWritten } = await this.#file!.write(bytes, at, bytes.length - at, this.#diskBytes + at);
      at += bytesWritten;
    }
    this.#diskBytes += bytes.length;
  }

  async #beginFile(): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const name = ringFileName(this.#index, this.packets, this.#bytesBefore);
    this.#path = join(this.folder, name);
    this.#file = await open(this.#path, 'wx', 0o600);
    holdFile(this.#path);
    this.#index++;
    await prune(dirname(this.folder), this.#limits, Date.now());
  }

  async #endFile(): Promise<void> {
    const [file, end] = [this.#file, this.#sealer?.end() ?? null];
    const at = this.#diskBytes;
    this.#file = null;
    this.#sealer = null;
    this.#bytesBefore += this.#bytes;
    this.#bytes = 0;
    this.#diskBytes = 0;
    releaseFile(this.#path);
    // Without the end record the file is still readable, as a truncated one.
    if (file !== null && end !== null) await file.write(end, 0, end.length, at).catch(() => {});
    await file?.close();
  }

  /** The last write may be partial, so nothing may follow it in this file; the buffered packets are lost with it. */
  async #giveUp(count: number): Promise<void> {
    this.dropped += count + this.#pendingPackets;
    this.#pendingPackets = 0;
    this.#writer = null;
    await this.#file?.truncate(this.#diskBytes).catch(() => {});
    // Some numbered records are missing, so no end record may claim that the file is complete.
    this.#sealer = null;
    await this.#endFile().catch(() => {});
  }
}

function isFull(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOSPC' || code === 'EDQUOT';
}
