// `-V` and `-x`: each packet as a tree in text, and its bytes in hexadecimal.
import { type Frame, NESTED, type Packet, protocolColumn, SHOWN, TreeLines } from '@eyrie/dissect';
import type { Output } from '../terminal/output.ts';
import { summaryLine } from './lines.ts';
import type { Printer } from './printer.ts';

export interface TextParts {
  readonly summary: boolean;
  readonly tree: boolean;
  readonly bytes: boolean;
  /** Protocols whose fields are shown (-O); of others only their line. Null: all. */
  readonly details: ReadonlySet<string> | null;
  readonly dump: DumpFormat;
  /** The line after a packet (-S); default an empty one. */
  readonly separator: string;
}

/** What --hexdump asks for. */
export interface DumpFormat {
  /** Also what was reassembled or decrypted. */
  readonly isOfAll: boolean;
  /** The bytes as text beside them: plain, between bars, or not. */
  readonly text: 'plain' | 'delimited' | 'none';
}

export const WHOLE_DUMP: DumpFormat = { isOfAll: true, text: 'plain' };

export class TextPrinter implements Printer {
  readonly isTimed: boolean;
  readonly #out: Output;
  readonly #parts: TextParts;
  readonly #tree: TreeLines;

  constructor(out: Output, parts: TextParts) {
    this.#out = out;
    this.#parts = parts;
    // Bytes that no protocol claims stand within the tree, unless all bytes follow it.
    this.#tree = new TreeLines(
      out,
      parts.details,
      parts.bytes ? null : (b, start, end) => hexDump(out, b, start, end, 'plain'),
    );
    this.isTimed = parts.tree;
  }

  see(p: Packet, frame: Frame): void {
    const { summary, tree, bytes, dump, separator } = this.#parts;
    if (summary) this.#out.text(`${summaryLine(p, protocolColumn(p))}\n`);
    if (tree) {
      this.#tree.write(p);
      if (bytes) this.#out.byte(10);
    } else if (summary && bytes) this.#out.byte(10);
    if (bytes) this.#bytes(p, frame, dump);
    this.#out.text(`${separator}\n`);
  }

  #bytes(p: Packet, frame: Frame, dump: DumpFormat): void {
    const further = dump.isOfAll ? furtherBuffers(p) : [];
    if (further.length > 0) this.#title(p, 0, frame.end - frame.start);
    hexDump(this.#out, frame.data, frame.start, frame.end, dump.text);
    for (const [buffer, end] of further) {
      this.#title(p, buffer, end);
      hexDump(this.#out, p.buffers[buffer]!, 0, end, dump.text);
    }
  }

  #title(p: Packet, buffer: number, bytes: number): void {
    this.#out.text(`${p.bufferTitles[buffer]} (${bytes} byte${bytes === 1 ? '' : 's'}):\n`);
  }

  finish(): void {
    this.#out.flush();
  }
}

/** What was reassembled or decrypted, by buffer, and how many bytes of each. */
function furtherBuffers(p: Packet): (readonly [buffer: number, end: number])[] {
  const further: (readonly [number, number])[] = [];
  for (let buffer = 1; buffer < p.bufferCount; buffer++) {
    const end = reassembledEnd(p, buffer);
    if (end > 0) further.push([buffer, end]);
  }
  return further;
}

/**
 * How much of a further buffer the layers in it use; 0 if none of them has a tree: a message to be continued, which would
 * else be dumped from its beginning with each of its segments.
 */
function reassembledEnd(p: Packet, buffer: number): number {
  let end = 0;
  let hasTree = false;
  for (let layer = 0; layer < p.count; layer++) {
    if (p.layerFrom[layer] !== buffer) continue;
    end = Math.max(end, p.stop[layer]!);
    hasTree ||= (p.flags[layer]! & (SHOWN | NESTED)) !== 0;
  }
  return hasTree ? end : 0;
}

const ROW = 16;
const BAR = 0x7c;

/** `0000  00 15 c5 52 …   ...R` as tshark -x. */
function hexDump(out: Output, bytes: Uint8Array, start: number, end: number, text: DumpFormat['text']): void {
  const bar = text === 'delimited' ? BAR : 0;
  // At least four digits, and in each row as many as the last one needs.
  const furtherDigits = Math.max(0, (end - start - 1).toString(16).length - 4);
  for (let row = start; row < end; row += ROW) {
    const offset = row - start;
    if (furtherDigits > 0) out.text((offset >>> 16).toString(16).padStart(furtherDigits, '0'));
    out.dumpRow(offset, bytes, row, Math.min(row + ROW, end), text !== 'none', bar);
  }
}
