// `-w`: the packets that passed the filter as a capture file.
import { CaptureError, type CaptureOutput, createCapture } from '@eyrie/capture';
import type { CaptureReader, Frame, Packet } from '@eyrie/dissect';
import { FAILED, UserError } from '../errors.ts';
import type { Printer } from './printer.ts';

/** What -F knows, with tshark's words for them. */
export const FILE_TYPES = {
  pcap: 'Wireshark/tcpdump/... - pcap (times as fine as in the file read)',
  nsecpcap: 'Wireshark/tcpdump/... - nanosecond libpcap',
  pcapng: 'Wireshark/... - pcapng (the default)',
} as const;
export type FileType = keyof typeof FILE_TYPES;

export class CapturePrinter implements Printer {
  readonly #output: CaptureOutput;

  constructor(output: CaptureOutput) {
    this.#output = output;
  }

  /** `type` is one of FILE_TYPES; undefined: what the name says. */
  static async open(
    path: string,
    from: CaptureReader,
    force: boolean,
    type: FileType | undefined,
  ): Promise<CapturePrinter> {
    const format = type === 'nsecpcap' ? 'pcap' : type;
    const nanoseconds = type === 'nsecpcap';
    return new CapturePrinter(
      await reported(() => createCapture(path, { from, force, nanoseconds, ...(format && { format }) })),
    );
  }

  see(_: Packet, frame: Frame): void {
    try {
      this.#output.write(frame);
    } catch (error) {
      throw userError(error);
    }
  }

  async drain(): Promise<void> {
    await reported(() => this.#output.flush());
  }

  async finish(): Promise<void> {
    await reported(() => this.#output.close());
  }

  /** Nothing is left under the name when reading failed. */
  async abandon(): Promise<void> {
    await this.#output.abandon();
  }
}

async function reported<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw userError(error);
  }
}

function userError(error: unknown): unknown {
  return error instanceof CaptureError ? new UserError(error.message, FAILED) : error;
}
