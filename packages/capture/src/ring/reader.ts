// Reads a session of the ring from its first remaining packet on, also while it is being written.
import { stat } from 'node:fs/promises';
import { CaptureReader, type Frame } from '@eyrie/dissect/files';
import { CaptureError, readError } from '../errors.ts';
import type { FrameReader, FrameSource, SourceInfo } from '../frame-source.ts';
import { openPlain, type PlainFile } from '../vault/index.ts';
import { type RingFile, ringFiles } from './files.ts';

/** A shorter file contains no packet yet, encrypted or not. */
const BEGINNING_BYTES = 94;

const CHUNK_BYTES = 1 << 20;
/** Polling interval for new bytes. */
const POLL_MS = 40;

export interface RingReaderOptions {
  /** frame.number of the first packet to read; default 1. */
  readonly from?: number;
  /** Whether the session has ended, so that the end of its last file is final. Default: it has. */
  readonly isOver?: () => boolean;
  /** Given a line about each damaged file, whose further packets count as missed. */
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
      this.#reader = new CaptureReader({ mayLookAhead: false });
      yield* this.#read(file);
    }
  }

  next(frame: Frame): boolean {
    const file = this.#file;
    if (file === null) return false;
    do {
      if (!this.#reader.next(frame)) return false;
      frame.number += file.packetsBefore;
    } while (frame.number <= this.lastFrame);
    frame.fileOffset += file.bytesBefore;
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
    const buffer = new Uint8Array(CHUNK_BYTES);
    let position = 0;
    let isComplete = false;
    try {
      while (!this.#isClosed) {
        const bytesRead = await this.#bytesOf(plain, buffer, position);
        if (bytesRead === null) return;
        position += bytesRead;
        this.isAhead = bytesRead === CHUNK_BYTES;
        if (bytesRead > 0) {
          this.bytesRead = file.bytesBefore + position;
          this.#reader.feed(buffer.subarray(0, bytesRead));
          yield this;
          this.#reader.release();
          const { problem } = this.#reader;
          if (problem !== null) {
            this.#onDamage?.(continuedText(`${file.path}: ${problem.message}`));
            return;
          }
        } else if (isComplete) return;
        else {
          // It may have grown since the last read: one more look follows.
          isComplete = this.#isOver() || (await this.#hasLater(file));
          if (!isComplete) await pause(POLL_MS);
        }
      }
    } finally {
      await plain.close();
    }
  }

  /** Null: what is encrypted is damaged. @throws CaptureError then, if damage is not reported to a callback */
  async #bytesOf(plain: PlainFile, buffer: Uint8Array, position: number): Promise<number | null> {
    try {
      return await plain.read(buffer, 0, CHUNK_BYTES, position);
    } catch (error) {
      if (this.#onDamage === null || !(error instanceof CaptureError)) throw error;
      this.#onDamage(continuedText(error.message));
      return null;
    }
  }

  /** Opens a file; null if it was removed. Waits for its header, which shows whether it is encrypted. */
  async #open(file: RingFile): Promise<PlainFile | null> {
    try {
      while ((await stat(file.path)).size < BEGINNING_BYTES && !this.#isClosed) {
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

function continuedText(problem: string): string {
  return `${problem}; reading goes on with the next file`;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
