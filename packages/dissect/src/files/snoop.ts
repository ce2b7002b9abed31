// Reads snoop files of Solaris (RFC 1761), and the variant of Shomiti Surveyor.

import { type CaptureInfo, newInterface } from './capture-info.ts';
import type { Frame } from './frame.ts';
import { capturedLengthMax, pseudoHeaderLength, wireLengthOf } from './link-types.ts';
import { FRAME, MORE, type Window } from './window.ts';

/** The first four bytes of the magic "snoop\0\0\0", as a big-endian number. */
export const SNOOP_MAGIC = 0x736e6f6f;

const FILE_HEADER_BYTES = 16;
const RECORD_HEADER_BYTES = 24;
/** Surveyor's padding after the first packet; snoop's is shorter. */
const SHOMITI_TRAILER_BYTES = 16;
const PADDING_BYTES_MAX = 65536;

/** RFC 1761, datalink types, and https://www.iana.org/assignments/snoop-datalink-types, to LINKTYPE_* values. */
const linkTypes: Record<number, number> = {
  0: 1, // IEEE 802.3
  2: 6, // Token Ring
  4: 1, // Ethernet
  8: 10, // FDDI
  9: 0,
  14: 0, // loopback
  16: 122, // IP over Fibre Channel
  18: 123, // ATM, with SunATM's pseudo-header
  26: 242, // InfiniBand
  0x80000005: 226, // ipnet of Solaris
};

/** Data-link types that Surveyor assigned in the standard's unassigned range. */
const shomitiLinkTypes: Record<number, number> = { 10: 1, 11: 6, 12: 1, 13: 6, 14: 6, 18: 105, 19: 1 };
const SHOMITI_WIRELESS = 18;

/** Stands for a data-link type without a LINKTYPE_* value; larger than any of those. */
const LINKTYPE_UNKNOWN = 0xffff;

export class SnoopReader {
  readonly #window: Window;
  readonly #info: CaptureInfo;
  #linkType = -1;
  #prefix = 0;
  #capturedMax = 0;
  #isWireless = false;

  constructor(window: Window, info: CaptureInfo) {
    this.#window = window;
    this.#info = info;
  }

  next(frame: Frame): number {
    const window = this.#window;
    if (this.#linkType < 0 && this.#open() === MORE) return MORE;
    const { view, at } = window;
    const body = at + RECORD_HEADER_BYTES;
    if (body > window.end) return window.need(RECORD_HEADER_BYTES);
    const wire = view.getUint32(at);
    const captured = view.getUint32(at + 4);
    const record = view.getUint32(at + 8);
    const padding = record - RECORD_HEADER_BYTES - captured;
    if (captured > this.#capturedMax || padding < 0 || padding > PADDING_BYTES_MAX) {
      const claim = `packet ${window.frames + 1} claims ${captured} captured bytes in a record of ${record} bytes`;
      return window.stop('damaged', claim);
    }
    if (at + record > window.end) return window.need(record);

    const prefix = Math.min(captured, this.#isWireless ? this.#wirelessPrefix(body, captured) : this.#prefix);
    const microseconds = view.getUint32(at + 20);
    const start = body + prefix;
    window.at = at + record;
    frame.number = ++window.frames;
    if (frame.data !== window.data) frame.data = window.data;
    frame.start = start;
    frame.end = body + captured;
    frame.wireLength = wireLengthOf(wire, prefix);
    frame.seconds = view.getUint32(at + 16) + Math.floor(microseconds / 1e6);
    frame.nanoseconds = (microseconds % 1e6) * 1000;
    frame.hasTime = true;
    frame.hasComment = false;
    frame.linkType = this.#linkType;
    frame.interfaceId = -1;
    frame.fileOffset = window.base + start;
    return FRAME;
  }

  #open(): number {
    const window = this.#window;
    const { view, at } = window;
    // Only the first record distinguishes the two formats; a file without records may be either.
    const needed = FILE_HEADER_BYTES + RECORD_HEADER_BYTES;
    const hasRecord = window.end - at >= needed;
    if (window.end - at < FILE_HEADER_BYTES || (!hasRecord && !window.finished)) return window.need(needed);
    const first = at + FILE_HEADER_BYTES;
    const isShomiti =
      hasRecord &&
      view.getUint32(first + 8) - RECORD_HEADER_BYTES - view.getUint32(first + 4) >= SHOMITI_TRAILER_BYTES;
    const dataLink = view.getUint32(at + 12);
    const known = isShomiti ? (shomitiLinkTypes[dataLink] ?? linkTypes[dataLink]) : linkTypes[dataLink];
    this.#linkType = known ?? LINKTYPE_UNKNOWN;
    this.#prefix = pseudoHeaderLength(this.#linkType);
    this.#capturedMax = capturedLengthMax(this.#linkType, 0);
    this.#isWireless = isShomiti && dataLink === SHOMITI_WIRELESS;

    this.#info.sections.push({
      offset: window.offset,
      littleEndian: false,
      version: `${view.getUint32(at + 8)}`,
      hardware: null,
      os: null,
      application: isShomiti ? 'Surveyor' : null,
      comments: [],
    });
    const only = newInterface(0, 0, this.#linkType);
    if (isShomiti && (this.#linkType === 1 || this.#isWireless)) only.fcsLength = 4;
    this.#info.interfaces.push(only);
    window.at += FILE_HEADER_BYTES;
    return FRAME;
  }

  /** Surveyor's radio header: its length, without the 4 bytes that hold it, is in its fourth byte. */
  #wirelessPrefix(body: number, captured: number): number {
    return captured < 4 ? captured : 4 + this.#window.data[body + 3]!;
  }
}
