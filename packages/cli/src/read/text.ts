// `-V` and `-x`: each packet as a tree in text, and its bytes in hexadecimal.
import { type Frame, type Packet, protocolColumn, type TreeNode, treeOf } from '@eyrie/dissect';
import type { Output } from '../terminal/output.ts';
import { summaryLine } from './lines.ts';
import type { Printer } from './printer.ts';

export interface TextParts {
  readonly summary: boolean;
  readonly tree: boolean;
  readonly bytes: boolean;
}

const INDENT = '    ';

export class TextPrinter implements Printer {
  readonly #out: Output;
  readonly #parts: TextParts;

  constructor(out: Output, parts: TextParts) {
    this.#out = out;
    this.#parts = parts;
  }

  see(p: Packet, frame: Frame): void {
    const { summary, tree, bytes } = this.#parts;
    if (summary) this.#out.text(`${summaryLine(p, protocolColumn(p))}\n`);
    if (tree) {
      for (const layer of treeOf(p)) this.#tree(layer, '');
      this.#out.byte(10);
    } else if (summary && bytes) this.#out.byte(10);
    if (!bytes) return;
    hexDump(this.#out, frame.data, frame.start, frame.end);
    for (let i = 1; i < p.bufferCount; i++) {
      const buffer = p.buffers[i]!;
      const end = reassembledEnd(p, i);
      this.#out.text(`Reassembled or decrypted (${end} bytes):\n`);
      hexDump(this.#out, buffer, 0, end);
    }
  }

  #tree(node: TreeNode, indent: string): void {
    this.#out.text(`${indent}${node.text}\n`);
    for (const child of node.children) this.#tree(child, indent + INDENT);
  }

  finish(): void {
    this.#out.flush();
  }
}

/** How much of a further buffer the layers in it use. */
function reassembledEnd(p: Packet, buffer: number): number {
  let end = 0;
  for (let layer = 0; layer < p.count; layer++)
    if (p.layerFrom[layer] === buffer) end = Math.max(end, p.stop[layer]!);
  return end;
}

const ROW = 16;

/** `0000  00 15 c5 52 …   ...R` as tshark -x, and an empty line. */
export function hexDump(out: Output, bytes: Uint8Array, start: number, end: number): void {
  for (let row = start; row < end; row += ROW) {
    out.text((row - start).toString(16).padStart(4, '0'));
    out.text(' ');
    for (let i = row; i < row + ROW; i++) {
      if (i >= end) out.text('   ');
      else {
        out.byte(32);
        out.hexByte(bytes[i]!);
      }
    }
    out.text('   ');
    for (let i = row; i < Math.min(row + ROW, end); i++) {
      const byte = bytes[i]!;
      out.byte(byte >= 32 && byte < 127 ? byte : 46);
    }
    out.byte(10);
  }
  out.byte(10);
}
