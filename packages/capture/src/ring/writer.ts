// Writes live packets into the ring. A disk that is full or slow does not stop the capture: the oldest file goes, and if
// that does not help, packets are dropped and counted.
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type CaptureInterface, type Frame, PcapngWriter } from '@eyrie/dissect/files';
import { writeError } from '../errors.ts';
import { Sealer, type VaultKey } from '../vault/index.ts';
import { holdFile, prune, pruneOldest, type RingLimits, releaseFile, ringFileName } from './files.ts';

/** Gathered before it is written, at the latest. */
const WRITE_BYTES = 1 << 20;
/** Gathered while the disk is busy, and no more than a quarter of a file; then `write` asks to wait. */
const PENDING_BYTES_MAX = 16 << 20;

export interface RingWriterOptions {
  /** What the files are encrypted with; null: they are not. */
  readonly key?: VaultKey | null;
  /** What the header of a file that begins now says for people; null: nothing. */
  readonly comment?: () => string | null;
}

export class RingWriter {
  readonly folder: string;
  readonly #limits: RingLimits;
  readonly #interface: () => CaptureInterface | undefined;
  readonly #pendingBytesMax: number;
  readonly #writeBytes: number;
  /** Packets in the ring, and packets that were dropped because the disk could not take them. */
  packets = 0;
  dropped = 0;
  /** Why, for the log; null while all is well. */
  problem: string | null = null;
  #writer: PcapngWriter | null = null;
  #file: FileHandle | null = null;
  #path = '';
  #index = 0;
  /** In files before this one, and in this one. */
  #bytesBefore = 0;
  #bytes = 0;
  /** The same on disk: more, where it is encrypted. */
  #diskBytes = 0;
  readonly #key: VaultKey | null;
  readonly #comment: () => string | null;
  #sealer: Sealer | null = null;
  /** Packets that were gathered and not yet written. */
  #pendingPackets = 0;
  #writing: Promise<void> = Promise.resolve();
  #isWriting = false;

  /** `from` tells the interface that the packets come from; its description is written into each file. */
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
   * Takes a packet; it is on disk after the next flush.
   *
   * @returns false if it is time to wait for the disk: `if (!ring.write(frame)) await ring.drained()`. The kernel's buffer
   * is what fills meanwhile, and the kernel tells what it drops.
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
    return new PcapngWriter({ application: 'Eyrie', ...(comment === null ? {} : { comment }) });
  }

  /** Resolves when there is room again. */
  async drained(): Promise<void> {
    await this.#writing;
    this.flush();
    await this.#writing;
  }

  /** Begins to write what there is, unless a write is under way. */
  flush(): void {
    if (this.#isWriting || this.#pendingPackets === 0) return;
    this.#isWriting = true;
    this.#writing = this.#writeOut().finally(() => {
      this.#isWriting = false;
    });
  }

  /** Waits until all is on disk. */
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
    // Decided now, for what is gathered from here on begins the next file, with a header of its own.
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
      // The very same bytes again: no number of a record is used for two.
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
    // Another process with the same ring took it away: what follows needs a file with a head of its own.
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
    // Without it the file is read all the same, as one that was cut.
    if (file !== null && end !== null) await file.write(end, 0, end.length, at).catch(() => {});
    await file?.close();
  }

  /** What was written last may be cut, so nothing may follow it: all that was gathered is lost with it. */
  async #giveUp(count: number): Promise<void> {
    this.dropped += count + this.#pendingPackets;
    this.#pendingPackets = 0;
    this.#writer = null;
    await this.#file?.truncate(this.#diskBytes).catch(() => {});
    // Records were numbered that are not there: no end may say that nothing is missing.
    this.#sealer = null;
    await this.#endFile().catch(() => {});
  }
}

function isFull(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOSPC' || code === 'EDQUOT';
}
