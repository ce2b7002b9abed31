// Writes captures as pcap or pcapng, buffered, with the metadata of their source.
import {
  type CaptureInterface,
  type CaptureReader,
  type Frame,
  type NameRecord,
  type PacketComment,
  PcapngWriter,
  PcapWriter,
} from '@eyrie/dissect/files';
import { CaptureError } from './errors.ts';
import { openGrowingSink, openSink, type Sink } from './sink.ts';

const ETHERNET = 1;

/** Bytes buffered before they are written. */
const WRITE_BYTES = 1 << 20;

export type OutputFormat = 'pcap' | 'pcapng';

export interface OutputOptions {
  /** Default: by the file name, see `formatOf()`. */
  format?: OutputFormat;
  /** For pcap: write nanosecond timestamps even if the source has microseconds. Default: the source's resolution. */
  nanoseconds?: boolean;
  /** Replace an existing file. Default false. */
  force?: boolean;
  /** The source of the frames, whose interfaces, names, keys and comments are copied into a pcapng file. */
  from?: CaptureReader;
  /** The writing application (`shb_userappl`). */
  application?: string;
  /** For pcapng: comments on the capture, after those that its source has. */
  comments?: readonly string[];
  /** For pcapng: names for addresses, before those that its source has. */
  names?: readonly NameRecord[];
}

/** The format for a file name: pcap if it ends in .pcap, .cap or .dmp, else pcapng, which can hold anything. */
export function formatOf(path: string): OutputFormat {
  return /\.(pcap|cap|dmp)$/i.test(path) ? 'pcap' : 'pcapng';
}

/** A capture file being written. */
export class CaptureOutput {
  readonly path: string;
  readonly format: OutputFormat;
  frameCount = 0;
  readonly #sink: Sink;
  readonly #from: CaptureReader | undefined;
  readonly #options: OutputOptions;
  /** Bytes given to the sink. */
  #bytesTaken = 0;
  #pcapng: PcapngWriter | null = null;
  #pcap: PcapWriter | null = null;
  #writing: Promise<void> = Promise.resolve();
  #interfacesDone = 0;
  #namesDone = 0;
  #secretsDone = 0;

  constructor(path: string, sink: Sink, options: OutputOptions) {
    this.path = path;
    this.format = options.format ?? formatOf(path);
    this.#sink = sink;
    this.#from = options.from;
    this.#options = options;
  }

  /** Bytes of the file so far, including the buffer. */
  get byteCount(): number {
    return this.#bytesTaken + ((this.#pcapng ?? this.#pcap)?.pending ?? 0);
  }

  /**
   * Appends a packet.
   *
   * @returns false as backpressure: `if (!output.write(frame)) await output.flush()`.
   * @throws CaptureError for a second link type in a pcap file, which has only one.
   */
  write(frame: Frame): boolean {
    const pending = this.format === 'pcap' ? this.#writePcap(frame) : this.#writePcapng(frame);
    return pending < WRITE_BYTES;
  }

  /**
   * Starts writing the buffer once the previous write is done: one buffer is written while the next fills.
   *
   * @throws CaptureError if the disk fails.
   */
  async flush(): Promise<void> {
    await this.#writing;
    // A growing file gets its header as soon as the source's section header has been read.
    if (this.format === 'pcapng' && this.#from?.sections.length) this.#pcapngWriter();
    const writer = this.#pcapng ?? this.#pcap;
    if (writer === null || writer.pending === 0) return;
    const bytes = writer.take();
    this.#bytesTaken += bytes.length;
    this.#writing = this.#sink.write(bytes);
    // The next flush, or close, reports the error; until then it must not go unhandled.
    this.#writing.catch(() => {});
  }

  /**
   * Writes the rest, and renames the file to its final name, unless it has it already.
   *
   * @throws CaptureError if the disk fails or the name has been taken meanwhile; then the file is removed, unless it is
   * a growing file.
   */
  async close(): Promise<void> {
    if (this.format === 'pcapng') this.#copyStatistics(this.#pcapngWriter());
    else this.#pcap ??= this.#newPcap(this.#from?.interfaces[0]);
    try {
      await this.flush();
      await this.#writing;
    } catch (error) {
      await this.abandon();
      throw error;
    }
    await this.#sink.finish();
  }

  /** Cancels and removes the file, unless it is a growing file, which keeps what was written. */
  async abandon(): Promise<void> {
    await this.#writing.catch(() => {});
    await this.#sink.abandon();
  }

  #writePcap(frame: Frame): number {
    // pcap cannot hold journal entries and custom blocks.
    if (frame.linkType < 0) return this.#pcap?.pending ?? 0;
    this.#pcap ??= this.#newPcap(this.#from?.interfaceOf(frame), frame.linkType);
    const { linkType } = this.#pcap;
    if (frame.linkType !== linkType) {
      throw new CaptureError(
        'ERR_CAPTURE_LINK_TYPE',
        `${this.path}: packet ${frame.number} is of link type ${frame.linkType}, those before of ${linkType}: ` +
          'pcap has but one; name the output .pcapng',
      );
    }
    this.#pcap.write(frame);
    this.frameCount += 1;
    return this.#pcap.pending;
  }

  #newPcap(source: CaptureInterface | undefined, linkType = source?.linkType ?? ETHERNET): PcapWriter {
    const nanoseconds = this.#options.nanoseconds || (source !== undefined && source.ticksPerSecond > 1e6);
    return new PcapWriter({ linkType, nanoseconds, snapLength: source?.snapLength || undefined });
  }

  /** Created with the first packet: by then the source's section header has been read. */
  #pcapngWriter(): PcapngWriter {
    if (this.#pcapng !== null) return this.#pcapng;
    const { application = 'Eyrie', comments = [], names = [] } = this.#options;
    const all = [...(this.#from?.sections[0]?.comments ?? []), ...comments];
    this.#pcapng = new PcapngWriter({ application, comments: all });
    this.#pcapng.addNames(names);
    return this.#pcapng;
  }

  #writePcapng(frame: Frame): number {
    const writer = this.#pcapngWriter();
    const from = this.#from;
    if (from === undefined) {
      writer.write(frame);
    } else {
      this.#copyDescriptions(writer, from);
      writer.write(frame, from.interfaceOf(frame), commentsOn(frame, from.comments));
    }
    this.frameCount += 1;
    return writer.pending;
  }

  /** Copies the interfaces, names and keys that the source had before this packet. */
  #copyDescriptions(writer: PcapngWriter, from: CaptureReader): void {
    for (; this.#interfacesDone < from.interfaces.length; this.#interfacesDone++) {
      writer.addInterface(from.interfaces[this.#interfacesDone]!);
    }
    if (from.names.length > this.#namesDone) {
      writer.addNames(from.names.slice(this.#namesDone));
      this.#namesDone = from.names.length;
    }
    for (; this.#secretsDone < from.secrets.length; this.#secretsDone++) {
      writer.addSecrets(from.secrets[this.#secretsDone]!);
    }
  }

  #copyStatistics(writer: PcapngWriter): void {
    const from = this.#from;
    if (from === undefined) return;
    this.#copyDescriptions(writer, from);
    for (const source of from.interfaces) writer.addStatistics(source);
  }
}

/** The comments on the packet read last, which are at the end of the list. */
function commentsOn(frame: Frame, comments: readonly PacketComment[]): string[] | undefined {
  let first = comments.length;
  while (first > 0 && comments[first - 1]!.frameNumber === frame.number) first -= 1;
  return first === comments.length ? undefined : comments.slice(first).map(({ text }) => text);
}

/**
 * Creates a capture file that gets its final name with `close()`; on stdout if the path is `-`.
 *
 * @throws CaptureError if it exists and `force` is not set, or cannot be written.
 */
export async function createCapture(path: string, options: OutputOptions = {}): Promise<CaptureOutput> {
  return new CaptureOutput(path, await openSink(path, options.force ?? false), options);
}

/**
 * Creates a capture file for live packets: it has its final name from the start, flushed packets can be read from it,
 * and it is kept even if the capture fails. On stdout if the path is `-`.
 *
 * @throws CaptureError if it exists and `force` is not set, or cannot be written.
 */
export function createGrowingCapture(path: string, options: OutputOptions = {}): CaptureOutput {
  return new CaptureOutput(path, openGrowingSink(path, options.force ?? false), options);
}
