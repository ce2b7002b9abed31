import { BLOCK_SECTION_HEADER, BYTE_ORDER_MAGIC } from './blocks.ts';
import {
  CaptureInfo,
  type CaptureInterface,
  type CaptureSection,
  type DecryptionSecrets,
  type NameRecord,
  type PacketComment,
} from './capture-info.ts';
import type { Frame } from './frame.ts';
import { isPcapMagic, PcapReader } from './pcap.ts';
import { PcapngReader } from './pcapng.ts';
import type { CaptureProblem } from './problem.ts';
import { SNOOP_MAGIC, SnoopReader } from './snoop.ts';
import { FRAME, MORE, STOP, Window } from './window.ts';

export type CaptureFormat = 'pcap' | 'pcapng' | 'snoop';

/** Reads the records of one file format from a window; `next()` returns FRAME, MORE or STOP. */
interface FormatReader {
  next(frame: Frame): number;
}

/** Bytes needed to recognize a format: pcapng's byte-order magic ends here. */
const MAGIC_BYTES = 12;

export interface CaptureReaderOptions {
  /**
   * Whether the first packet may be delayed until two more are available, which identifies patched pcap variants.
   * Default true; false for live input, where packets must be delivered at once.
   */
  mayLookAhead?: boolean;
}

/**
 * Reads packets from the bytes of a capture file (pcap, pcapng or snoop), which may come in chunks of any size.
 *
 *     const reader = new CaptureReader();
 *     const frame = newFrame();
 *     for (const chunk of chunks) {
 *       reader.feed(chunk);
 *       while (reader.next(frame)) look(frame);
 *     }
 *     reader.finish();
 *     while (reader.next(frame)) look(frame);
 *     if (reader.problem !== null) report(reader.problem);
 *
 * A chunk may be reused by the caller once `next()` has returned false, or after `release()`.
 * Nothing throws, whatever the bytes are.
 */
export class CaptureReader {
  readonly #window = new Window();
  readonly #info = new CaptureInfo();
  readonly #mayLookAhead: boolean;
  #reader: FormatReader | null = null;
  #cause: Pick<CaptureProblem, 'code' | 'message'> | null = null;

  /** Null until the format is recognized. */
  format: CaptureFormat | null = null;

  constructor({ mayLookAhead = true }: CaptureReaderOptions = {}) {
    this.#mayLookAhead = mayLookAhead;
  }

  /** Why reading stopped early, or null. Final once `next()` has returned false after `finish()`. */
  get problem(): CaptureProblem | null {
    return this.#window.problem;
  }

  /** Packets delivered so far. */
  get frameCount(): number {
    return this.#window.frames;
  }

  get sections(): readonly CaptureSection[] {
    return this.#info.sections;
  }

  /** The interfaces described so far; pcap and snoop have exactly one. */
  get interfaces(): readonly CaptureInterface[] {
    return this.#info.interfaces;
  }

  get names(): readonly NameRecord[] {
    return this.#info.names;
  }

  get secrets(): readonly DecryptionSecrets[] {
    return this.#info.secrets;
  }

  /** Comments on packets; those on sections and interfaces are kept there. */
  get comments(): readonly PacketComment[] {
    return this.#info.comments;
  }

  /** Entries of the lists above that were dropped because a list was full. */
  get omitted(): number {
    return this.#info.omitted;
  }

  /** The interface of a frame; undefined if it is not a packet. */
  interfaceOf(frame: Frame): CaptureInterface | undefined {
    return this.#info.interfaces[frame.interfaceId < 0 && frame.linkType >= 0 ? 0 : frame.interfaceId];
  }

  /** Recognizes the format from the bytes fed so far, without delivering a packet; null if more are needed. */
  recognize(): CaptureFormat | null {
    while (this.#open() === null && this.#window.problem === null && this.#window.refill());
    return this.format;
  }

  /** Feeds a chunk, which is read in place and must not change until `next()` returns false. */
  feed(chunk: Uint8Array): void {
    this.#window.feed(chunk);
  }

  /**
   * Ends the input. Packets may still be pending: call `next()` until it returns false.
   *
   * @param cause why the input ends early, if known (failed decompression, say).
   */
  finish(cause: Pick<CaptureProblem, 'code' | 'message'> | null = null): void {
    this.#window.finished = true;
    this.#cause = cause;
  }

  /** Copies the unread part of the last chunk, which the caller may then reuse. */
  release(): void {
    this.#window.release();
  }

  /** Fills in the next packet; false if more bytes are needed, or reading has ended. */
  next(frame: Frame): boolean {
    const window = this.#window;
    if (window.problem !== null) return false;
    for (;;) {
      const reader = this.#reader ?? this.#open();
      const step = reader === null ? MORE : reader.next(frame);
      if (step === FRAME) return true;
      if (step === STOP || window.problem !== null) return false;
      if (window.refill()) continue;
      if (window.finished) this.#conclude();
      return false;
    }
  }

  /** Recognizes the format; null if more bytes are needed, or it is unknown. */
  #open(): FormatReader | null {
    if (this.#reader !== null) return this.#reader;
    const window = this.#window;
    const { view, at } = window;
    const present = window.end - at;
    if (present < MAGIC_BYTES && !window.finished) {
      window.need(MAGIC_BYTES);
      return null;
    }
    if (present >= 4 && isPcapMagic(view, at)) {
      this.format = 'pcap';
      this.#reader = new PcapReader(window, this.#info, this.#mayLookAhead);
    } else if (present >= 4 && view.getUint32(at) === SNOOP_MAGIC) {
      this.format = 'snoop';
      this.#reader = new SnoopReader(window, this.#info);
    } else if (
      present >= 4 &&
      view.getUint32(at) === BLOCK_SECTION_HEADER &&
      isSectionHeader(view, at, present)
    ) {
      this.format = 'pcapng';
      this.#reader = new PcapngReader(window, this.#info);
    } else if (present > 0) {
      window.stop(
        'unknown-format',
        'not a capture file: the first bytes are of no known format (pcap, pcapng, snoop)',
      );
    }
    return this.#reader;
  }

  /** At the end of the input: reports a problem if it is truncated or empty. */
  #conclude(): void {
    const window = this.#window;
    if (this.#cause !== null) {
      window.stop(this.#cause.code, this.#cause.message);
    } else if (window.received === 0) {
      window.stop('empty', 'the file is empty: it has no bytes at all');
    } else if (!window.atEnd || (this.format !== null && this.sections.length === 0)) {
      const what = this.sections.length === 0 ? 'its header' : `packet ${window.frames + 1}`;
      window.stop(
        'truncated',
        `cut short in the middle of ${what}: at least ${window.lacking} bytes are missing`,
      );
    }
  }
}

/** Checks the byte-order magic too, since the block type alone is "\n\r\r\n", with which a text may begin. */
function isSectionHeader(view: DataView, at: number, present: number): boolean {
  if (present < MAGIC_BYTES) return true;
  return (
    view.getUint32(at + 8, true) === BYTE_ORDER_MAGIC || view.getUint32(at + 8, false) === BYTE_ORDER_MAGIC
  );
}
