// One packet in full: its tree with byte ranges, and the buffers that they refer to.
import { infoColumn, type Packet, raw, type TreeNode, treeOf } from '@eyrie/dissect';
import { type FoundPacket, uncancelled } from '@eyrie/store';
import type { TreeLine } from '../schemas/index.ts';
import type { Context, Redissector } from './redissect.ts';

export interface BufferPart {
  readonly buffer: number;
  readonly title: string;
  readonly data: Uint8Array;
}

export interface Detail {
  readonly tree: TreeLine[];
  readonly buffers: BufferPart[];
  /** The Info column. */
  readonly summary: string;
  readonly context: Context;
}

/** Packets cached: a request for a tree is usually followed by one for its bytes. */
const DETAILS_MAX = 8;

export class Details {
  readonly #redissector: Redissector;
  readonly #known = new Map<number, Promise<Detail>>();

  constructor(redissector: Redissector) {
    this.#redissector = redissector;
  }

  of(found: FoundPacket): Promise<Detail> {
    const { id } = found.packet;
    const known = this.#known.get(id) ?? uncancelled(() => this.#make(found));
    // Moves it to the end: the Map is in order of last use.
    this.#known.delete(id);
    this.#known.set(id, known);
    if (this.#known.size > DETAILS_MAX) this.#known.delete(this.#known.keys().next().value!);
    known.catch(() => this.#known.delete(id));
    return known;
  }

  /** Clears the cache, so that deleted packets are not shown. */
  forget(): void {
    this.#known.clear();
  }

  async #make(found: FoundPacket): Promise<Detail> {
    let detail: Omit<Detail, 'context'> = { tree: [], buffers: [], summary: '' };
    const context = await this.#redissector.one(found, (p) => {
      detail = { tree: treeOf(p).map(lineOf), buffers: buffersOf(p), summary: infoColumn(p) };
    });
    const comments = await this.#redissector.reading(found.capture, (file) => file.comments(found.packet));
    return { ...detail, tree: [...comments.map(commentLine), ...detail.tree], context };
  }
}

/** Above the layers, as in Wireshark. */
function commentLine(comment: string): TreeLine {
  const text = `Packet comment: ${comment.replace(/\s+/g, ' ')}`;
  return { name: '', text, value: null, start: 0, length: 0, buffer: 0, children: [] };
}

function lineOf({ name, field, value, text, start, length, buffer, children }: TreeNode): TreeLine {
  return {
    name,
    text,
    value: field === null || value === null ? null : raw(field, value),
    start,
    length,
    buffer,
    children: children.map(lineOf),
  };
}

/** Copies the buffers, because the packet object is reused. */
function buffersOf(p: Packet): BufferPart[] {
  const parts: BufferPart[] = [];
  for (let buffer = 0; buffer < p.bufferCount; buffer++) {
    const [first, end] = layersIn(p, buffer);
    if (first < 0) continue;
    const start = buffer === 0 ? p.start[0]! : 0;
    const stop = buffer === 0 ? start + p.capturedLength : end;
    parts.push({ buffer, title: p.bufferTitles[buffer]!, data: p.buffers[buffer]!.slice(start, stop) });
  }
  return parts;
}

/** The first layer in a buffer, or -1, and the number of bytes that its layers cover. */
function layersIn(p: Packet, buffer: number): [number, number] {
  let first = -1;
  let end = 0;
  for (let layer = 0; layer < p.count; layer++) {
    if (p.layerFrom[layer] !== buffer) continue;
    if (first < 0) first = layer;
    end = Math.max(end, p.stop[layer]!);
  }
  return [first, end];
}
