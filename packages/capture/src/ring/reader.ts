// Reads a session of the ring from its first remaining packet on, also while it is being written.
import { stat } from 'node:fs/promises';
import { type CaptureInterface, CaptureReader, type Frame, PcapngWriter } from '@eyrie/dissect/files';
import { CaptureError, readError } from '../errors.ts';
import type { FrameReader, FrameSource, SourceInfo } from '../frame-source.ts';
import { DamagedError, openPlain, type PlainFile } from '../vault/index.ts';
import { firstBlockIn, PACKET_BLOCK_MAX } from './blocks.ts';
import { type RingFile, ringFiles } from './files.ts';

/** A shorter file contains no packet yet, encrypted or not. */
const BEGINNING_BYTES = 94;

/** Where blocks begin (draft-ietf-opsawg-pcapng §3.1). */
const BLOCK_ALIGNMENT = 4;
const CHUNK_BYTES = 1 << 20;
/** Damages to a file that are reported one by one. */
const DAMAGES_MAX = 5;
/** Polling interval for new bytes. */
const POLL_MS = 40;

export interface RingReaderOptions {
  /** frame.number of the first packet to read; default 1. */
  readonly from?: number;
  /** Whether the session has ended, so that the end of its last file is final. Default: it has. */
  readonly isOver?: () => boolean;
  /**
   * Given a line about each of the first damages to a file, and one with the number of the others. Reading goes on behind them,
   * or with the next file if nothing there makes sense; what was lost counts as missed from the next file on. Between the damage
   * and the end of its file, numbers are lower by what was lost.
   */
  readonly onDamage?: (line: string) => void;
}

export class RingReader implements FrameSource, FrameReader {
  readonly path: string;
  readonly size = null;
  /** Position in the session, including files deleted before they were read. */
  bytesRead = 0;
  isAhead = false;
  /** Packets that were overwritten before they were read. */
  missed = 0;
  /** frame.number of the packet delivered last; initially of the one before the first to read. */
  lastFrame: number;
  readonly #isOver: () => boolean;
  readonly #onDamage: ((line: string) => void) | null;
  #reader = new CaptureReader();
  #file: RingFile | null = null;
  /** Packets and bytes of the session before those that the reader counts. */
  #before = { packets: 0, bytes: 0 };
  /** Of the last file that described any. */
  #interfaces: readonly CaptureInterface[] = [];
  /** To the file that is read. */
  #damages = 0;
  #isClosed = false;

  constructor(folder: string, { from = 1, isOver = () => true, onDamage }: RingReaderOptions = {}) {
    this.path = folder;
    this.lastFrame = from - 1;
    this.#isOver = isOver;
    this.#onDamage = onDamage ?? null;
  }

  get reader(): SourceInfo {
    return this.#reader;
  }

  async *chunks(): AsyncGenerator<FrameReader, void, void> {
    while (!this.#isClosed) {
      const isOver = this.#isOver();
      const file = await this.#nextFile();
      if (file === null) {
        if (isOver) return;
        await pause(POLL_MS);
        continue;
      }
      const wanted = this.lastFrame;
      if (file.packetsBefore > wanted) {
        this.missed += file.packetsBefore - wanted;
        this.lastFrame = file.packetsBefore;
      }
      this.#file = file;
      if (this.#reader.interfaces.length > 0) this.#interfaces = this.#reader.interfaces;
      this.#before = { packets: file.packetsBefore, bytes: file.bytesBefore };
      this.#reader = new CaptureReader({ mayLookAhead: false });
      yield* this.#read(file);
    }
  }

  next(frame: Frame): boolean {
    const { packets, bytes } = this.#before;
    do {
      if (!this.#reader.next(frame)) return false;
      frame.number += packets;
    } while (frame.number <= this.lastFrame);
    frame.fileOffset += bytes;
    this.lastFrame = frame.number;
    return true;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
  }

  /** The next file; initially the one that holds the first packet to read. */
  async #nextFile(): Promise<RingFile | null> {
    const files = await ringFiles(this.path);
    const last = this.#file;
    if (last !== null) return files.find((file) => file.index > last.index) ?? null;
    return files.findLast((file) => file.packetsBefore <= this.lastFrame) ?? files[0] ?? null;
  }

  /** Reads one file to its end, which is final if there is a later file or the session is over. */
  async *#read(file: RingFile): AsyncGenerator<FrameReader, void, void> {
    const plain = await this.#open(file);
    // Overwritten meanwhile; the lost packets are counted with the next file.
    if (plain === null) return;
    this.#damages = 0;
    const buffer = new Uint8Array(CHUNK_BYTES);
    let position = 0;
    let isComplete = false;
    // Behind damage, until a block begins; and what is to be reported of it, if that is not known yet.
    let isLost = false;
    let damage: { readonly message: string; readonly position: number } | null = null;
    try {
      while (!this.#isClosed) {
        const next = await this.#readAt(plain, buffer, position);
        if (next === null) return;
        const { at, bytesRead } = next;
        isLost ||= at > position;
        position = at + bytesRead;
        this.isAhead = bytesRead === CHUNK_BYTES;
        const bytes = buffer.subarray(0, bytesRead);
        if (bytesRead > 0) {
          this.bytesRead = file.bytesBefore + position;
          if (isLost) {
            const from = this.#resume(bytes, file.bytesBefore, at);
            if (from < 0) {
              // A block may begin in these bytes and end behind them.
              if (bytesRead === CHUNK_BYTES) position -= PACKET_BLOCK_MAX;
              continue;
            }
            if (damage !== null) this.#reportDamage(damage.message, at + from - damage.position);
            damage = null;
          } else this.#reader.feed(bytes);
          isLost = false;
          yield this;
          this.#reader.release();
          const { problem } = this.#reader;
          if (problem === null) continue;
          // A resumed reader began with a head that is not in the file.
          damage = {
            message: `${file.path}: ${problem.message}`,
            position: this.#before.bytes - file.bytesBefore + problem.offset,
          };
          position = damage.position + BLOCK_ALIGNMENT;
          isLost = true;
        } else if (isComplete) return;
        else {
          // It may have grown since the last read: one more look follows.
          isComplete = this.#isOver() || (await this.#hasLater(file));
          if (!isComplete) await pause(POLL_MS);
        }
      }
    } finally {
      if (damage !== null) this.#reportDamage(damage.message, null);
      if (this.#damages > DAMAGES_MAX)
        this.#onDamage?.(`${file.path}: damaged in ${this.#damages - DAMAGES_MAX} more places`);
      await plain.close();
    }
  }

  /** @param skipped bytes of the file from the damage on; null: all */
  #reportDamage(message: string, skipped: number | null): void {
    if (++this.#damages > DAMAGES_MAX) return;
    const where = skipped === null ? 'with the next file' : `${skipped} bytes further on`;
    this.#onDamage?.(`${message}; reading goes on ${where}`);
  }

  /**
   * Goes on behind damage with the first block in these bytes, which are at `at` in their file. Returns where it begins in them;
   * -1: none does.
   */
  #resume(bytes: Uint8Array, fileBytesBefore: number, at: number): number {
    const from = firstBlockIn(bytes, at);
    if (this.#reader.interfaces.length > 0) this.#interfaces = this.#reader.interfaces;
    if (from < 0 || this.#interfaces.length === 0) return -1;
    const head = headOf(this.#interfaces);
    const joined = new Uint8Array(head.length + bytes.length - from);
    joined.set(head);
    joined.set(bytes.subarray(from), head.length);
    this.#before = {
      packets: this.#before.packets + this.#reader.frameCount,
      bytes: fileBytesBefore + at + from - head.length,
    };
    this.#reader = new CaptureReader({ mayLookAhead: false });
    this.#reader.feed(joined);
    return from;
  }

  /**
   * Reads from `position`, or from behind the damage there; null: nothing can be read behind it.
   *
   * @throws CaptureError if it is damaged, and that is not reported to a callback
   */
  async #readAt(
    plain: PlainFile,
    buffer: Uint8Array,
    position: number,
  ): Promise<{ at: number; bytesRead: number } | null> {
    let damage: string | null = null;
    for (let at = position; ; ) {
      try {
        const bytesRead = await plain.read(buffer, 0, CHUNK_BYTES, at);
        if (damage !== null) this.#reportDamage(damage, at - position);
        return { at, bytesRead };
      } catch (error) {
        if (this.#onDamage === null || !(error instanceof DamagedError)) throw error;
        damage = error.message;
        if (error.resumesAt === null) {
          this.#reportDamage(damage, null);
          return null;
        }
        at = error.resumesAt;
      }
    }
  }

  /** Opens a file; null if it was removed. Waits for its header, which shows whether it is encrypted. */
  async #open(file: RingFile): Promise<PlainFile | null> {
    try {
      while (!this.#isClosed) {
        const facts = await stat(file.path);
        // A directory will not get a header; opening it fails with the reason.
        if (facts.size >= BEGINNING_BYTES || !facts.isFile()) break;
        if (this.#isOver() || (await this.#hasLater(file))) break;
        await pause(POLL_MS);
      }
      return await openPlain(file.path);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ERR_CAPTURE_NOT_FOUND') return null;
      throw error instanceof CaptureError ? error : readError(file.path, error);
    }
  }

  async #hasLater(file: RingFile): Promise<boolean> {
    return (await ringFiles(this.path)).some(({ index }) => index > file.index);
  }
}

/** The blocks that a file of these interfaces begins with. */
function headOf(interfaces: readonly CaptureInterface[]): Uint8Array {
  const writer = new PcapngWriter();
  for (const each of interfaces) writer.addInterface(each);
  return writer.take();
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
