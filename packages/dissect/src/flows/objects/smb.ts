// Files read and written over SMB 2 and 3 ([MS-SMB2] §2.2.19 to §2.2.22), and over SMB 1: an object for each opening of a file.
import { u16le, u32le } from '../../core/bytes.ts';
import { type Packet, SHOWN } from '../../core/packet.ts';
import * as smb1 from '../../protocols/smb/smb1-parts.ts';
import { type Asked1, fileName1, isPipes, treePath1 } from '../../protocols/smb/smb1-session.ts';
import * as smb2 from '../../protocols/smb/smb2-commands.ts';
import { type Asked, fileKey, fileOffset, memory, treeKey } from '../../protocols/smb/smb2-session.ts';
import { conversationOf } from '../exchanges.ts';
import type { ObjectReader, OnObject } from './object.ts';
import { type PartSink, SparseObjects } from './sparse.ts';

const PLAIN_SMB2 = 0xfe;
/** Share type of a tree that holds named pipes ([MS-SMB2] §2.2.10). */
const PIPE = 2;

/** By the file's key in SMB2; by conversation and FID in SMB1. */
type Key = number | string;

export class SmbObjects implements ObjectReader {
  readonly #objects: SparseObjects<Key>;
  readonly #files: SmbFiles;

  constructor(onObject: OnObject) {
    this.#objects = new SparseObjects(onObject);
    this.#files = new SmbFiles(this.#objects);
  }

  add(p: Packet): void {
    for (let layer = 1; layer < p.count; layer++)
      if ((p.flags[layer]! & SHOWN) !== 0) this.#files.add(p, layer);
  }

  finish(): void {
    this.#objects.finishAll();
  }
}

/** Finds the parts of files in messages that read and write them, and the messages that close them. */
export class SmbFiles {
  readonly #files: PartSink<Key>;

  constructor(sink: PartSink<Key>) {
    this.#files = sink;
  }

  /** Takes a layer of a packet; those of other protocols are none. */
  add(p: Packet, layer: number): void {
    const { name } = p.protocols[layer]!;
    if (name === 'smb2') this.#message2(p, layer);
    else if (name === 'smb') this.#message1(p, layer);
  }

  #message2(p: Packet, layer: number): void {
    const b = p.bufferOf(layer);
    const [start, stop] = [p.start[layer]!, p.stop[layer]!];
    const body = start + smb2.HEADER;
    if (b[start] !== PLAIN_SMB2 || stop - body < 16) return;
    const command = u16le(b, start + 12);
    const asked = p.notes[layer] as Asked | null;
    if ((u32le(b, start + 16) & smb2.RESPONSE) === 0) {
      if (command === smb2.WRITE && asked !== null && asked.pipe !== 0)
        this.#part2(p, layer, asked.pipe, fileOffset(b, body + 8), u16le(b, body + 2), u32le(b, body + 4));
      else if (command === smb2.CLOSE && stop - body >= 24) this.#files.finish(fileKey(b, start, body + 8));
    } else if (command === smb2.READ && asked !== null && asked.pipe !== 0) {
      if (!smb2.isError(b, body, command, u32le(b, start + 8)))
        this.#part2(p, layer, asked.pipe, asked.offset, b[body + 2]!, u32le(b, body + 4));
    }
  }

  #part2(p: Packet, layer: number, key: number, offset: number, dataOffset: number, length: number): void {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const tree = memory(p).tree(treeKey(b, start));
    if (tree?.type === PIPE || dataOffset < smb2.HEADER) return;
    const at = start + dataOffset;
    this.#files.write(key, p.number, offset, b.subarray(at, Math.min(p.stop[layer]!, at + length)), () => {
      const name = memory(p).fileName(key);
      return { host: tree?.name ?? '', type: '', name: rooted(name ?? '') };
    });
  }

  #message1(p: Packet, layer: number): void {
    const b = p.bufferOf(layer);
    const [start, stop] = [p.start[layer]!, p.stop[layer]!];
    if (stop - start < smb1.HEADER) return;
    const asked = p.notes[layer] as Asked1 | null;
    for (const part of smb1.partsOf(b, start, stop)) {
      const { command, words, wordCount } = part;
      if (words + wordCount * 2 > part.stop) continue;
      if (smb1.isReply(b, start)) {
        if (command === smb1.READ_ANDX && wordCount >= 12 && asked !== null && asked.fid >= 0)
          this.#part1(p, layer, asked.fid, asked.offset, part, words + 12, longLength(b, words + 10, 4));
      } else if (command === smb1.WRITE_ANDX && wordCount >= 12) {
        const fid = u16le(b, words + 4);
        this.#part1(p, layer, fid, smb1.fileOffset(b, part), part, words + 22, longLength(b, words + 20, -2));
      } else if (command === smb1.CLOSE && wordCount >= 1) this.#files.finish(key1(p, u16le(b, words)));
    }
  }

  #part1(
    p: Packet,
    layer: number,
    fid: number,
    offset: number,
    part: smb1.Part,
    offsetAt: number,
    length: number,
  ): void {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const tid = u16le(b, start + 24);
    const at = start + u16le(b, offsetAt);
    if (isPipes(p, tid) || at < part.bytes) return;
    const bytes = b.subarray(at, Math.min(part.stop, at + length));
    this.#files.write(key1(p, fid), p.number, offset, bytes, () => ({
      host: treePath1(p, tid),
      type: '',
      name: rooted(fileName1(p, fid)),
    }));
  }
}

/** A length of 16 bits at `at`, whose upper 16 are at a distance from it ([MS-SMB] §2.2.4.2.2, §2.2.4.3.1). */
function longLength(b: Uint8Array, at: number, high: number): number {
  return u16le(b, at) + u16le(b, at + high) * 0x10000;
}

function key1(p: Packet, fid: number): string {
  return `${conversationOf(p)} ${fid}`;
}

/** Paths are named from the root of the share, as Wireshark names them. */
function rooted(name: string): string {
  return name === '' || name.startsWith('\\') ? name : `\\${name}`;
}
