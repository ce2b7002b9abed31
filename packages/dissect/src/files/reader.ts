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

/** Reads the records of one format from a window; `next()` returns FRAME, MORE or STOP. */
interface FormatReader {
  next(frame: Frame): number;
}

/** Enough for the longest magic number, that of pcapng, which has the block's length in its middle. */
const MAGIC_BYTES = 12;

export interface CaptureReaderOptions {
  /**
   * Whether the first packet may wait for the next two, which tell patched variants of pcap from the usual one.
   * Default true; false for a live input, where a packet must come out as soon as it is whole.
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

  /** Null until the first bytes have told. */
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

  /** The interfaces described so far; pcap and snoop have just one, which their frames do not name. */
  get interfaces(): readonly CaptureInterface[] {
    return this.#info.interfaces;
  }

  get names(): readonly NameRecord[] {
    return this.#info.names;
  }

  get secrets(): readonly DecryptionSecrets[] {
    return this.#info.secrets;
  }

  /** Comments on packets; those on sections and interfaces stand there. */
  get comments(): readonly PacketComment[] {
    return this.#info.comments;
  }

  /** Entries of the lists above that were left out because a list was full. */
  get omitted(): number {
    return this.#info.omitted;
  }

  /** The description of the interface that a frame came from; undefined for what is no packet. */
  interfaceOf(frame: Frame): CaptureInterface | undefined {
    return this.#info.interfaces[frame.interfaceId < 0 && frame.linkType >= 0 ? 0 : frame.interfaceId];
  }

  /** The format, if the bytes fed so far tell; no packet is delivered yet. */
  recognize(): CaptureFormat | null {
    while (this.#open() === null && this.#window.problem === null && this.#window.refill());
    return this.format;
  }

  /** Gives the reader more bytes. They are read in place, so they must not change until `next()` says false. */
  feed(chunk: Uint8Array): void {
    this.#window.feed(chunk);
  }

  /**
   * Says that no more bytes will come. Packets may still be held back: call `next()` until it returns false.
   *
   * @param cause why the input ends early, if that is known: its decompression failed, say.
   */
  finish(cause: Pick<CaptureProblem, 'code' | 'message'> | null = null): void {
    this.#window.finished = true;
    this.#cause = cause;
  }

  /** Copies what is unread of the last chunk, so that the caller may reuse it. */
  release(): void {
    this.#window.release();
  }

  /** Fills in the next packet; false if there is none before more bytes are fed, or none at all. */
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

  /** Recognizes the format; null while the bytes do not suffice, or if it is none. */
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

  /** The input is read to its end: says so if that is in the middle of something. */
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

/** The byte-order magic is what makes it pcapng: the block type alone is "\n\r\r\n", which a text may begin with. */
function isSectionHeader(view: DataView, at: number, present: number): boolean {
  if (present < MAGIC_BYTES) return true;
  return (
    view.getUint32(at + 8, true) === BYTE_ORDER_MAGIC || view.getUint32(at + 8, false) === BYTE_ORDER_MAGIC
  );
}
