// `-w`: the packets that passed the filter as a capture file.
import { statSync } from 'node:fs';
import {
  CaptureError,
  type CaptureOutput,
  createCapture,
  createGrowingCapture,
  type OutputOptions,
} from '@eyrie/capture';
import type { CaptureReader, Frame, Packet } from '@eyrie/dissect';
import { FAILED, UserError } from '../errors.ts';
import type { Descriptions } from './descriptions.ts';
import type { Printer } from './printer.ts';

/** Formats of -F, with tshark's descriptions. */
export const FILE_TYPES = {
  pcap: 'Wireshark/tcpdump/... - pcap (times as fine as in the file read)',
  nsecpcap: 'Wireshark/tcpdump/... - nanosecond libpcap',
  pcapng: 'Wireshark/... - pcapng (the default)',
} as const;
export type FileType = keyof typeof FILE_TYPES;

/** The output format; with `type` undefined, by the file name. */
export function outputOptions(
  from: CaptureReader,
  force: boolean | undefined,
  type: FileType | undefined,
  described: Descriptions,
): OutputOptions {
  const format = type === 'nsecpcap' ? 'pcap' : type;
  return {
    ...described,
    from,
    force: force === true,
    nanoseconds: type === 'nsecpcap',
    ...(format && { format }),
  };
}

function isSpecial(path: string): boolean {
  try {
    return !statSync(path).isFile();
  } catch {
    return false;
  }
}

export class CapturePrinter implements Printer {
  readonly #output: CaptureOutput;

  constructor(output: CaptureOutput) {
    this.#output = output;
  }

  /** A live capture is readable in the file as packets arrive, and is kept after a failure. */
  static async open(path: string, options: OutputOptions, isLive: boolean): Promise<CapturePrinter> {
    // Opening a named pipe blocks until it has a reader: asynchronous, so that Ctrl-C works meanwhile.
    const create = isLive && !isSpecial(path) ? createGrowingCapture : createCapture;
    return new CapturePrinter(await reported(async () => create(path, options)));
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

  /** Removes the partial file after a failure. */
  async abandon(): Promise<void> {
    await this.#output.abandon();
  }
}

/** Finishes the file. @throws UserError for errors of the file system */
export async function reported<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw userError(error);
  }
}

export function userError(error: unknown): unknown {
  return error instanceof CaptureError ? new UserError(error.message, FAILED) : error;
}
