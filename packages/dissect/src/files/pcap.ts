// Reads classic pcap, https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcap/, and its variants.

import { type CaptureInfo, newInterface } from './capture-info.ts';
import type { Frame } from './frame.ts';
import { canonicalLinkType, capturedLengthMax, pseudoHeaderLength, wireLengthOf } from './link-types.ts';
import { guessVariant, type PcapVariant, recordHeaderLength } from './pcap-variants.ts';
import { FRAME, MORE, type Window } from './window.ts';

const MAGIC_MICROSECONDS = 0xa1b2c3d4;
const MAGIC_NANOSECONDS = 0xa1b23c4d;
/** Alexey Kuznetsov's patched libpcap, whose records include interface and protocol. */
const MAGIC_MODIFIED = 0xa1b2cd34;
/** Ixia's captures: the file header is followed by the total length of the records. */
const MAGIC_IXIA_NANOSECONDS = 0x1c0001ac;
const MAGIC_IXIA_MICROSECONDS = 0x1c0001ab;

const FILE_HEADER_BYTES = 24;
const FDDI = 10;

const magics = [
  MAGIC_MICROSECONDS,
  MAGIC_NANOSECONDS,
  MAGIC_MODIFIED,
  MAGIC_IXIA_NANOSECONDS,
  MAGIC_IXIA_MICROSECONDS,
];

/** AIX writes interface types of RFC 1573 as link types: Ethernet, Token Ring, FDDI, loopback. */
const aixLinkTypes: Record<number, number> = { 6: 1, 9: 6, 15: FDDI, 24: 0 };

/** Order of the two lengths in a record header: version 2.3 swapped them. */
type LengthOrder = 'captured-first' | 'wire-first' | 'smaller-is-captured';

export function isPcapMagic(view: DataView, at: number): boolean {
  return magics.includes(view.getUint32(at, true)) || magics.includes(view.getUint32(at, false));
}

export class PcapReader {
  readonly #window: Window;
  readonly #info: CaptureInfo;
  readonly #mayLookAhead: boolean;
  #little = true;
  #headerLength = 16;
  #nanoseconds = false;
  #lengthOrder: LengthOrder = 'captured-first';
  #linkType = 0;
  #prefix = 0;
  #capturedMax = 0;
  #snapLength = 0;
  #opened = false;
  /** Variants that share the file's magic number. */
  #candidates: PcapVariant[] = [];

  /** @param mayLookAhead whether to wait for three records if the variant cannot be determined otherwise */
  constructor(window: Window, info: CaptureInfo, mayLookAhead: boolean) {
    this.#window = window;
    this.#info = info;
    this.#mayLookAhead = mayLookAhead;
  }

  next(frame: Frame): number {
    const window = this.#window;
    if (!this.#opened && this.#open() === MORE) return MORE;
    const { view, at } = window;
    const little = this.#little;
    const body = at + this.#headerLength;
    if (body > window.end) return window.need(this.#headerLength);

    let captured = view.getUint32(at + 8, little);
    let wire = view.getUint32(at + 12, little);
    if (this.#lengthOrder !== 'captured-first' && (this.#lengthOrder === 'wire-first' || captured > wire)) {
      [captured, wire] = [wire, captured];
    }
    if (captured > this.#capturedMax) return this.#tooLong(captured);
    const end = body + captured;
    if (end > window.end) return window.need(end - at);

    let seconds = view.getUint32(at, little);
    let nanoseconds = view.getUint32(at + 4, little);
    if (!this.#nanoseconds) nanoseconds *= 1000;
    if (nanoseconds >= 1e9) {
      // Invalid, but produced by broken clocks and rewriting tools.
      seconds += Math.floor(nanoseconds / 1e9);
      nanoseconds %= 1e9;
    }
    const prefix = this.#prefix < captured ? this.#prefix : captured;
    const start = body + prefix;
    window.at = end;
    frame.number = ++window.frames;
    if (frame.data !== window.data) frame.data = window.data;
    frame.start = start;
    frame.end = end;
    frame.wireLength = wireLengthOf(wire, prefix);
    frame.seconds = seconds;
    frame.nanoseconds = nanoseconds;
    frame.hasTime = true;
    frame.hasComment = false;
    frame.linkType = this.#linkType;
    frame.interfaceId = -1;
    frame.fileOffset = window.base + start;
    return FRAME;
  }

  #open(): number {
    const window = this.#window;
    if (this.#info.sections.length === 0) {
      const length = this.#fileHeaderLength();
      if (window.end - window.at < length) return window.need(length);
      this.#readFileHeader();
      window.at += length;
    }
    if (this.#candidates.length > 1) {
      const guess = guessVariant(window, this.#candidates, this.#little, this.#capturedMax, this.#snapLength);
      if (typeof guess === 'number') return window.need(guess);
      this.#headerLength = recordHeaderLength[guess];
    }
    this.#opened = true;
    return FRAME;
  }

  #fileHeaderLength(): number {
    const { view, at } = this.#window;
    const firstByte = Math.min(view.getUint8(at), view.getUint8(at + 3));
    return firstByte === 0x1c ? FILE_HEADER_BYTES + 4 : FILE_HEADER_BYTES;
  }

  #readFileHeader(): void {
    const { view, at, offset } = this.#window;
    this.#little = magics.includes(view.getUint32(at, true));
    const little = this.#little;
    const magic = view.getUint32(at, little);
    const major = view.getUint16(at + 4, little);
    const minor = view.getUint16(at + 6, little);
    this.#snapLength = view.getUint32(at + 16, little);
    const network = view.getUint32(at + 20, little);
    const isAix = magic === MAGIC_MICROSECONDS && major === 2 && minor === 2 && network in aixLinkTypes;

    this.#nanoseconds = isAix || magic === MAGIC_NANOSECONDS || magic === MAGIC_IXIA_NANOSECONDS;
    this.#linkType = isAix ? aixLinkTypes[network]! : canonicalLinkType(network & 0xffff);
    this.#prefix = isAix && this.#linkType === FDDI ? 3 : pseudoHeaderLength(this.#linkType);
    this.#capturedMax = capturedLengthMax(this.#linkType, this.#snapLength);
    // DG/UX writes version 543.0.
    if (major === 543 || (major === 2 && minor < 3)) this.#lengthOrder = 'wire-first';
    else if (major === 2 && minor === 3) this.#lengthOrder = 'smaller-is-captured';
    else if (magic === MAGIC_MODIFIED) this.#candidates = ['modified', 'modified-smp'];
    else if (magic === MAGIC_MICROSECONDS && this.#mayLookAhead) {
      this.#candidates = ['standard', 'modified', 'nokia'];
    }

    this.#info.sections.push({
      offset,
      littleEndian: little,
      version: `${major}.${minor}`,
      hardware: null,
      os: null,
      application: null,
      comments: [],
    });
    const only = newInterface(0, 0, this.#linkType);
    only.snapLength = this.#snapLength;
    only.ticksPerSecond = this.#nanoseconds ? 1e9 : 1e6;
    // Draft §4, figure 2: if the F bit is set, the top four bits are the FCS length in units of 16 bits.
    if ((network & 0x04000000) !== 0) only.fcsLength = (network >>> 28) * 2;
    this.#info.interfaces.push(only);
  }

  #tooLong(captured: number): number {
    const window = this.#window;
    return window.stop(
      'damaged',
      `packet ${window.frames + 1} claims ${captured} captured bytes, more than the ${this.#capturedMax} a packet may have`,
    );
  }
}
