// Writes pcapng, https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcapng/: one section, little-endian.

import { BlockBuilder } from './block-builder.ts';
import {
  BLOCK_ENHANCED_PACKET,
  BLOCK_INTERFACE,
  BLOCK_NAMES,
  BLOCK_SECRETS,
  BLOCK_SECTION_HEADER,
  BLOCK_SIMPLE_PACKET,
  BLOCK_STATISTICS,
  BYTE_ORDER_MAGIC,
  LINKTYPE_CUSTOM,
  LINKTYPE_CUSTOM_NO_COPY,
} from './blocks.ts';
import {
  type CaptureInterface,
  type DecryptionSecrets,
  type NameRecord,
  newInterface,
} from './capture-info.ts';
import type { Frame } from './frame.ts';
import { pseudoHeaderLength } from './link-types.ts';
import { ticksHigh, ticksLow } from './timestamps.ts';

const RESOLUTION_NANOSECONDS = 9;
const RECORD_BYTES_MAX = 0xffff;

const utf8 = new TextEncoder();

export interface PcapngWriterOptions {
  /** Name of the writing program, for the section header. */
  application?: string;
  hardware?: string;
  os?: string;
  /** Comments of the section. */
  comments?: readonly string[];
}

/** Builds a pcapng file, which may contain packets of several interfaces and link types. */
export class PcapngWriter {
  readonly #block = new BlockBuilder();
  readonly #ids = new Map<CaptureInterface, number>();
  /** Interfaces synthesized for frames of which only the link type is known. */
  readonly #madeUp = new Map<number, CaptureInterface>();

  constructor({ application, hardware, os, comments = [] }: PcapngWriterOptions = {}) {
    const block = this.#block;
    block.begin(BLOCK_SECTION_HEADER);
    block.u32(BYTE_ORDER_MAGIC);
    block.u16(1);
    block.u16(0);
    // Section length; -1: unspecified.
    block.u32(0xffffffff);
    block.u32(0xffffffff);
    for (const comment of comments) block.text(1, comment);
    block.text(2, hardware ?? null);
    block.text(3, os ?? null);
    block.text(4, application ?? null);
    block.endOptions();
    block.end();
  }

  /** Bytes built and not yet taken. */
  get pending(): number {
    return this.#block.buffer.length;
  }

  /** Returns the bytes built since the last call. */
  take(): Uint8Array {
    return this.#block.buffer.take();
  }

  /** Returns a buffer from `take()` for reuse. */
  giveBack(taken: Uint8Array): void {
    this.#block.buffer.giveBack(taken);
  }

  /** Writes an interface description unless already written; returns the interface's index in this file. */
  addInterface(from: CaptureInterface): number {
    const known = this.#ids.get(from);
    if (known !== undefined) return known;
    const id = this.#ids.size;
    this.#ids.set(from, id);
    this.#describe(from);
    return id;
  }

  /**
   * Appends a packet; a custom block marked "do not copy" is omitted.
   *
   * @param from the packet's interface; if absent, one with the frame's link type is synthesized
   */
  write(frame: Frame, from?: CaptureInterface, comments: readonly string[] = []): void {
    if (frame.linkType < 0) {
      this.#writeNonPacket(frame);
      return;
    }
    const source = from ?? this.#interfaceFor(frame.linkType);
    const id = this.addInterface(source);
    const prefix = Math.min(pseudoHeaderLength(frame.linkType), frame.start);
    const captured = frame.end - frame.start + prefix;
    const wire = frame.wireLength + prefix;
    const block = this.#block;
    // §4.4: this block has neither a timestamp nor a captured length, which is derived from the first interface.
    const isSimple = !frame.hasTime && id === 0 && captured === Math.min(wire, source.snapLength || wire);
    block.begin(isSimple ? BLOCK_SIMPLE_PACKET : BLOCK_ENHANCED_PACKET);
    if (!isSimple) {
      block.u32(id);
      this.#time(frame.hasTime ? frame.seconds : source.timeOffset, frame.nanoseconds, source);
      block.u32(captured);
    }
    block.u32(wire);
    block.padded(frame.data, frame.start - prefix, frame.end);
    if (comments.length > 0 && !isSimple) {
      for (const comment of comments) block.text(1, comment);
      block.endOptions();
    }
    block.end();
  }

  /** Writes a Name Resolution Block (§4.5). */
  addNames(records: readonly NameRecord[]): void {
    if (records.length === 0) return;
    const block = this.#block;
    block.begin(BLOCK_NAMES);
    for (const { address, names } of records) {
      const text = utf8.encode(`${names.join('\0')}\0`);
      const record = new Uint8Array(address.length + text.length);
      if (record.length > RECORD_BYTES_MAX) continue;
      record.set(address);
      record.set(text, address.length);
      block.option(address.length === 4 ? 1 : 2, record);
    }
    block.u32(0);
    block.end();
  }

  /** Writes a Decryption Secrets Block (§4.7) for the packets that follow. */
  addSecrets({ kind, data }: DecryptionSecrets): void {
    const block = this.#block;
    block.begin(BLOCK_SECRETS);
    block.u32(kind);
    block.u32(data.length);
    block.padded(data);
    block.end();
  }

  /** Writes an Interface Statistics Block (§4.6) if the statistics are known. */
  addStatistics(from: CaptureInterface): void {
    const { statistics } = from;
    if (statistics === null) return;
    const id = this.addInterface(from);
    const block = this.#block;
    block.begin(BLOCK_STATISTICS);
    block.u32(id);
    this.#decimalTime(statistics.endTime ?? 0, from);
    this.#timeOption(2, statistics.startTime, from);
    this.#timeOption(3, statistics.endTime, from);
    block.number(4, statistics.received);
    block.number(5, statistics.dropped);
    block.number(6, statistics.accepted);
    block.number(7, statistics.droppedBySystem);
    block.number(8, statistics.delivered);
    block.endOptions();
    block.end();
  }

  /** §4.2 Interface Description Block. */
  #describe(from: CaptureInterface): void {
    const block = this.#block;
    block.begin(BLOCK_INTERFACE);
    block.u16(from.linkType);
    block.u16(0);
    block.u32(from.snapLength);
    for (const comment of from.comments) block.text(1, comment);
    block.text(2, from.name);
    block.text(3, from.description);
    for (const address of from.ipv4) block.option(4, address);
    for (const address of from.ipv6) block.option(5, address);
    const { hardwareAddress } = from;
    if (hardwareAddress !== null) block.option(hardwareAddress.length === 6 ? 6 : 7, hardwareAddress);
    block.number(8, from.speed);
    // Any resolution but microseconds is written as nanoseconds, the resolution of a frame.
    if (from.ticksPerSecond !== 1e6) block.option(9, Uint8Array.of(RESOLUTION_NANOSECONDS));
    block.text(11, from.filter === null ? null : `\0${from.filter}`);
    block.text(12, from.os);
    if (from.fcsLength >= 0) block.option(13, Uint8Array.of(from.fcsLength));
    if (from.timeOffset !== 0) block.number(14, from.timeOffset);
    block.text(15, from.hardware);
    block.number(16, from.transmitSpeed);
    block.number(17, from.receiveSpeed);
    block.text(18, from.timeZone);
    block.endOptions();
    block.end();
  }

  #interfaceFor(linkType: number): CaptureInterface {
    let found = this.#madeUp.get(linkType);
    if (found === undefined) {
      found = newInterface(0, 0, linkType);
      found.ticksPerSecond = 1e9;
      this.#madeUp.set(linkType, found);
    }
    return found;
  }

  #writeNonPacket(frame: Frame): void {
    if (frame.linkType === LINKTYPE_CUSTOM_NO_COPY) return;
    const block = this.#block;
    block.begin(-frame.linkType);
    if (frame.linkType === LINKTYPE_CUSTOM) block.u32(frame.enterprise);
    block.padded(frame.data, frame.start, frame.end);
    block.end();
  }

  /** A timestamp in an interface's ticks, high word first. */
  #time(seconds: number, nanoseconds: number, from: CaptureInterface): void {
    const since = seconds - from.timeOffset;
    const unit = from.ticksPerSecond === 1e6 ? 1e6 : 1e9;
    const ticks = unit === 1e6 ? Math.floor(nanoseconds / 1000) : nanoseconds;
    this.#block.u32(ticksHigh(since, ticks, unit));
    this.#block.u32(ticksLow(since, ticks, unit));
  }

  #decimalTime(time: number, from: CaptureInterface): void {
    const seconds = Math.floor(time);
    this.#time(seconds, Math.floor((time - seconds) * 1e9), from);
  }

  #timeOption(code: number, time: number | null, from: CaptureInterface): void {
    if (time === null) return;
    this.#block.u16(code);
    this.#block.u16(8);
    this.#decimalTime(time, from);
  }
}
