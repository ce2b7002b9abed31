// Reads pcapng, https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcapng/

import {
  BLOCK_CUSTOM,
  BLOCK_CUSTOM_NO_COPY,
  BLOCK_ENHANCED_PACKET,
  BLOCK_INTERFACE,
  BLOCK_JOURNAL,
  BLOCK_NAMES,
  BLOCK_PACKET,
  BLOCK_SECRETS,
  BLOCK_SECTION_HEADER,
  BLOCK_SIMPLE_PACKET,
  BLOCK_STATISTICS,
  BYTE_ORDER_MAGIC,
} from './blocks.ts';
import type { CaptureInfo } from './capture-info.ts';
import type { Frame } from './frame.ts';
import { readJournalTime } from './journal.ts';
import { wireLengthOf } from './link-types.ts';
import {
  type Block,
  readInterface,
  readNames,
  readSecrets,
  readSection,
  readStatistics,
} from './pcapng-blocks.ts';
import { InterfaceState } from './pcapng-interface.ts';
import { OPTION_COMMENT, OptionCursor } from './pcapng-options.ts';
import { FRAME, type STOP, type Window } from './window.ts';

/** The block was processed without yielding a frame. */
const NEXT_BLOCK = 2;

const BLOCK_BYTES_MIN = 12;
const PACKET_BLOCK_BYTES_MIN = 32;
const SIMPLE_BLOCK_BYTES_MIN = 16;
const INTERFACE_BLOCK_BYTES_MIN = 20;
const SECTION_BLOCK_BYTES_MIN = 28;
const STATISTICS_BLOCK_BYTES_MIN = 24;
const SECRETS_BLOCK_BYTES_MIN = 20;
const CUSTOM_BLOCK_BYTES_MIN = 16;

/** A block with a larger length is damaged. */
const BLOCK_BYTES_MAX = 256 << 20;
/** A larger metadata block is skipped; only packets justify more memory. */
const DESCRIPTION_BYTES_MAX = 16 << 20;
const PACKET_OPTIONS_BYTES_MAX = 16 << 20;
const INTERFACES_MAX = 65536;

/** Block lengths are multiples of 4; the padding is added for writers that do not count it. */
function rounded(length: number): number {
  return length + (-length & 3);
}

export class PcapngReader {
  readonly #window: Window;
  readonly #info: CaptureInfo;
  #little = true;
  /** Interfaces of the current section. */
  #interfaces: InterfaceState[] = [];
  #interfaceCount = 0;
  /** Length of the skipped block, until its trailing length was compared; else 0. */
  #passedLength = 0;

  constructor(window: Window, info: CaptureInfo) {
    this.#window = window;
    this.#info = info;
  }

  next(frame: Frame): number {
    const window = this.#window;
    for (;;) {
      if (this.#passedLength !== 0) {
        const step = this.#endPassing();
        if (step !== NEXT_BLOCK) return step;
      }
      if (window.end - window.at < BLOCK_BYTES_MIN) return window.need(BLOCK_BYTES_MIN);
      const type = window.view.getUint32(window.at, this.#little);
      const step = type === BLOCK_ENHANCED_PACKET ? this.#packet(frame, true) : this.#otherBlock(frame, type);
      if (step !== NEXT_BLOCK) return step;
    }
  }

  /** §4.3 Enhanced Packet Block, and appendix A: the obsolete Packet Block. */
  #packet(frame: Frame, enhanced: boolean): number {
    const window = this.#window;
    const { view, at } = window;
    const little = this.#little;
    const length = rounded(view.getUint32(at + 4, little));
    if (length < PACKET_BLOCK_BYTES_MIN) return this.#tooShort(length, PACKET_BLOCK_BYTES_MIN);
    const present = window.end - at;
    if (present < PACKET_BLOCK_BYTES_MIN) return window.need(PACKET_BLOCK_BYTES_MIN);

    const index = enhanced ? view.getUint32(at + 8, little) : view.getUint16(at + 8, little);
    const from = this.#interfaces[index];
    if (from === undefined) return this.#noInterface(index);
    const captured = view.getUint32(at + 20, little);
    const extra = length - PACKET_BLOCK_BYTES_MIN - captured;
    if (extra < 0 || captured > from.capturedMax || extra > PACKET_OPTIONS_BYTES_MAX) {
      return this.#badPacketLength(captured, length, from.capturedMax);
    }
    if (present < length) return window.need(length);
    const trailer = rounded(view.getUint32(at + length - 4, little));
    if (trailer !== length) return this.#lengthsDiffer(length, trailer);

    from.setTime(frame, view.getUint32(at + 12, little), view.getUint32(at + 16, little));
    this.#deliver(frame, from, at + 28, captured, view.getUint32(at + 24, little));
    window.at = at + length;
    if (extra >= 4) this.#packetComments(frame, at + 28 + rounded(captured), at + length - 4);
    return FRAME;
  }

  /** §4.4 Simple Packet Block: belongs to the section's first interface and has no timestamp. */
  #simplePacket(frame: Frame, length: number): number {
    const window = this.#window;
    const from = this.#interfaces[0];
    if (from === undefined) return this.#noInterface(0);
    if (window.end - window.at < SIMPLE_BLOCK_BYTES_MIN) return window.need(SIMPLE_BLOCK_BYTES_MIN);
    const wire = window.view.getUint32(window.at + 8, this.#little);
    const snapLength = from.description.snapLength;
    const captured = Math.min(wire, length - SIMPLE_BLOCK_BYTES_MIN, snapLength === 0 ? wire : snapLength);
    if (captured > from.capturedMax) return this.#badPacketLength(captured, length, from.capturedMax);
    const step = this.#whole(length);
    if (step !== NEXT_BLOCK) return step;
    frame.seconds = 0;
    frame.nanoseconds = 0;
    frame.hasTime = false;
    this.#deliver(frame, from, window.at + 12, captured, wire);
    window.at += length;
    return FRAME;
  }

  #deliver(frame: Frame, from: InterfaceState, body: number, captured: number, wire: number): void {
    const window = this.#window;
    const prefix = from.prefix < captured ? from.prefix : captured;
    const start = body + prefix;
    frame.number = ++window.frames;
    if (frame.data !== window.data) frame.data = window.data;
    frame.start = start;
    frame.end = body + captured;
    frame.wireLength = wireLengthOf(wire, prefix);
    frame.linkType = from.linkType;
    frame.interfaceId = from.id;
    frame.hasComment = false;
    frame.fileOffset = window.base + start;
  }

  #packetComments(frame: Frame, at: number, end: number): void {
    const { data, view, frames } = this.#window;
    const option = new OptionCursor(data, view, at, end, this.#little);
    while (option.next()) {
      if (option.code !== OPTION_COMMENT) continue;
      frame.hasComment = true;
      const text = option.text();
      this.#info.add(this.#info.comments, { frameNumber: frames, text }, 100 + 2 * text.length);
    }
  }

  #otherBlock(frame: Frame, type: number): number {
    if (type === BLOCK_SECTION_HEADER) return this.#section();
    const { view, at } = this.#window;
    const length = rounded(view.getUint32(at + 4, this.#little));
    if (length > BLOCK_BYTES_MAX) {
      return this.#damaged(`a block claims ${length} bytes, more than any real one has`);
    }
    switch (type) {
      case BLOCK_PACKET:
        return this.#packet(frame, false);
      case BLOCK_SIMPLE_PACKET:
        return length < SIMPLE_BLOCK_BYTES_MIN
          ? this.#tooShort(length, SIMPLE_BLOCK_BYTES_MIN)
          : this.#simplePacket(frame, length);
      case BLOCK_INTERFACE:
        return this.#description(length, INTERFACE_BLOCK_BYTES_MIN, this.#interface);
      case BLOCK_NAMES:
        return this.#description(length, BLOCK_BYTES_MIN, this.#names);
      case BLOCK_STATISTICS:
        return this.#description(length, STATISTICS_BLOCK_BYTES_MIN, this.#statistics);
      case BLOCK_SECRETS:
        return this.#description(length, SECRETS_BLOCK_BYTES_MIN, this.#secrets);
      case BLOCK_CUSTOM:
      case BLOCK_CUSTOM_NO_COPY:
        return this.#nonPacket(frame, type, length, CUSTOM_BLOCK_BYTES_MIN);
      case BLOCK_JOURNAL:
        return this.#nonPacket(frame, type, length, BLOCK_BYTES_MIN);
      default:
        return length < BLOCK_BYTES_MIN ? this.#tooShort(length, BLOCK_BYTES_MIN) : this.#pass(length);
    }
  }

  #section(): number {
    const window = this.#window;
    const { view, at } = window;
    if (window.end - at < SECTION_BLOCK_BYTES_MIN) return window.need(SECTION_BLOCK_BYTES_MIN);
    // The length precedes the byte-order magic that tells its byte order.
    const little = view.getUint32(at + 8, true) === BYTE_ORDER_MAGIC;
    if (!little && view.getUint32(at + 8, false) !== BYTE_ORDER_MAGIC) {
      return this.#damaged('a section begins without the byte-order magic');
    }
    const length = rounded(view.getUint32(at + 4, little));
    if (length < SECTION_BLOCK_BYTES_MIN) return this.#tooShort(length, SECTION_BLOCK_BYTES_MIN);
    if (length > DESCRIPTION_BYTES_MAX) {
      return this.#damaged(`a section header claims ${length} bytes, more than any real one has`);
    }
    const major = view.getUint16(at + 12, little);
    if (major !== 1)
      return window.stop('unsupported', `pcapng version ${major} is not known, only version 1`);
    this.#little = little;
    const step = this.#whole(length);
    if (step !== NEXT_BLOCK) return step;
    this.#interfaces = [];
    const section = readSection(this.#body(length), window.offset);
    this.#info.add(this.#info.sections, section, 1000 + length);
    window.at += length;
    return NEXT_BLOCK;
  }

  /** A metadata block. */
  #description(
    length: number,
    lengthMin: number,
    read: (this: PcapngReader, block: Block) => number,
  ): number {
    if (length < lengthMin) return this.#tooShort(length, lengthMin);
    if (length > DESCRIPTION_BYTES_MAX && read !== this.#interface) {
      this.#info.omitted += 1;
      return this.#pass(length);
    }
    const step = this.#whole(length);
    if (step !== NEXT_BLOCK) return step;
    const result = read.call(this, this.#body(length));
    if (result === NEXT_BLOCK) this.#window.at += length;
    return result;
  }

  #interface(block: Block): number {
    const info = this.#info;
    if (this.#interfaceCount >= INTERFACES_MAX) {
      return this.#damaged(`more than ${INTERFACES_MAX} interfaces are described`);
    }
    const id = this.#interfaceCount++;
    const { description, resolution } = readInterface(block, id, info.sections.length - 1);
    info.interfaces.push(description);
    this.#interfaces.push(new InterfaceState(description, resolution));
    return NEXT_BLOCK;
  }

  #names(block: Block): number {
    readNames(block, this.#info);
    return NEXT_BLOCK;
  }

  #statistics(block: Block): number {
    const from = this.#interfaces[block.view.getUint32(block.at, block.little)];
    if (from !== undefined) readStatistics(block, from.description, from.resolution);
    return NEXT_BLOCK;
  }

  #secrets(block: Block): number {
    readSecrets(block, this.#info);
    return NEXT_BLOCK;
  }

  /** A non-packet block that counts as a frame, as in Wireshark. */
  #nonPacket(frame: Frame, type: number, length: number, lengthMin: number): number {
    const window = this.#window;
    if (length < lengthMin) return this.#tooShort(length, lengthMin);
    if (length > DESCRIPTION_BYTES_MAX) return this.#pass(length);
    const step = this.#whole(length);
    if (step !== NEXT_BLOCK) return step;
    const { data, at } = window;
    const start = at + lengthMin - 4;
    let end = at + length - 4;
    frame.seconds = 0;
    frame.nanoseconds = 0;
    frame.hasTime = false;
    if (type === BLOCK_JOURNAL) {
      while (end > start && data[end - 1] === 0) end -= 1;
      readJournalTime(frame, data, start, end);
    } else frame.enterprise = window.view.getUint32(at + 8, this.#little);
    frame.number = ++window.frames;
    frame.data = data;
    frame.start = start;
    frame.end = end;
    frame.wireLength = end - start;
    frame.linkType = -type;
    frame.interfaceId = -1;
    frame.fileOffset = window.base + start;
    window.at = at + length;
    return FRAME;
  }

  /** Requires the whole block, and checks that its two lengths are equal. */
  #whole(length: number): number {
    const window = this.#window;
    if (window.end - window.at < length) return window.need(length);
    const trailer = rounded(window.view.getUint32(window.at + length - 4, this.#little));
    return trailer === length ? NEXT_BLOCK : this.#lengthsDiffer(length, trailer);
  }

  #body(length: number): Block {
    const { data, view, at } = this.#window;
    return { data, view, at: at + 8, end: at + length - 4, little: this.#little };
  }

  /** Skips a block without buffering it. */
  #pass(length: number): number {
    this.#passedLength = length;
    this.#window.skip(length - 4);
    return NEXT_BLOCK;
  }

  #endPassing(): number {
    const window = this.#window;
    if (window.end - window.at < 4) {
      window.owing = true;
      return window.need(4);
    }
    const length = this.#passedLength;
    const trailer = rounded(window.view.getUint32(window.at, this.#little));
    if (trailer !== length) return this.#lengthsDiffer(length, trailer, window.offset - length + 4);
    window.at += 4;
    window.owing = false;
    this.#passedLength = 0;
    return NEXT_BLOCK;
  }

  #damaged(message: string, offset?: number): typeof STOP {
    return this.#window.stop('damaged', message, offset);
  }

  #tooShort(length: number, lengthMin: number): typeof STOP {
    return this.#damaged(`a block says it has ${length} bytes, but its kind has at least ${lengthMin}`);
  }

  #lengthsDiffer(length: number, trailer: number, offset?: number): typeof STOP {
    return this.#damaged(`a block says ${length} bytes at its beginning and ${trailer} at its end`, offset);
  }

  #noInterface(index: number): typeof STOP {
    const count = this.#interfaces.length;
    return this.#damaged(
      `packet ${this.#window.frames + 1} is of interface ${index}, but the section describes ${count}`,
    );
  }

  #badPacketLength(captured: number, length: number, capturedMax: number): typeof STOP {
    const claim = `packet ${this.#window.frames + 1} claims ${captured} captured bytes`;
    if (captured > capturedMax)
      return this.#damaged(`${claim}, more than the ${capturedMax} a packet may have`);
    return this.#damaged(`${claim} in a block of ${length} bytes`);
  }
}
