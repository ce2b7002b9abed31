// Writes classic pcap, https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcap/, little-endian.

import { ByteBuffer } from './byte-buffer.ts';
import type { Frame } from './frame.ts';
import { pseudoHeaderLength } from './link-types.ts';

const FILE_HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;

export interface PcapWriterOptions {
  /** LINKTYPE_* value of all packets: a pcap file has a single one. */
  linkType: number;
  /** Snapshot length in the file header, in bytes; default 262144. */
  snapLength?: number;
  /** Writes timestamps in nanoseconds; default false: microseconds, which all readers support. */
  nanoseconds?: boolean;
}

/** Builds a pcap file in memory. Times before 1970 or after 2106 are written modulo 2^32 seconds. */
export class PcapWriter {
  readonly linkType: number;
  readonly #buffer = new ByteBuffer();
  readonly #prefix: number;
  readonly #fractionUnit: number;

  constructor({ linkType, snapLength = 262144, nanoseconds = false }: PcapWriterOptions) {
    this.linkType = linkType;
    this.#prefix = pseudoHeaderLength(linkType);
    this.#fractionUnit = nanoseconds ? 1 : 1000;
    const at = this.#buffer.extend(FILE_HEADER_BYTES);
    const { view } = this.#buffer;
    view.setUint32(at, nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4, true);
    view.setUint16(at + 4, 2, true);
    view.setUint16(at + 6, 4, true);
    view.setUint32(at + 16, snapLength, true);
    view.setUint32(at + 20, linkType, true);
  }

  /** Bytes built and not yet taken. */
  get pending(): number {
    return this.#buffer.length;
  }

  /** Returns the bytes built since the last call. */
  take(): Uint8Array {
    return this.#buffer.take();
  }

  /** Appends a packet, whose link type must be the file's. */
  write(frame: Frame): void {
    const prefix = Math.min(this.#prefix, frame.start);
    const captured = frame.end - frame.start + prefix;
    const buffer = this.#buffer;
    const at = buffer.extend(RECORD_HEADER_BYTES);
    const { view } = buffer;
    view.setUint32(at, frame.seconds, true);
    view.setUint32(at + 4, frame.nanoseconds / this.#fractionUnit, true);
    view.setUint32(at + 8, captured, true);
    view.setUint32(at + 12, frame.wireLength + prefix, true);
    buffer.append(frame.data, frame.start - prefix, frame.end);
  }
}
