// Where the bytes of a capture's packets are: in one file, or in the files of a ring.
import { stat } from 'node:fs/promises';
import { placeInRing, ringFiles } from '@eyrie/capture';
import type { CaptureInterface, DecryptionSecrets, Frame } from '@eyrie/dissect';
import type { PlacedPacket } from '@eyrie/store';
import { CaptureFile } from './capture-file.ts';
import type { UnpackedFiles } from './unpacked.ts';

export interface Frames {
  /** As far as they are known; those of the packets read so far are. */
  readonly interfaces: readonly CaptureInterface[];
  /** Of TLS: those before the first packet, and once they were looked for, those behind it. */
  readonly secrets: readonly DecryptionSecrets[];
  /** Looks for secrets behind the first packet, once. */
  findSecrets(): Promise<void>;
  /** @throws ApiError, CaptureError if the bytes are gone */
  frame(row: PlacedPacket, aheadBytes?: number): Promise<Frame>;
  /** Of several packets at once. @throws ApiError, CaptureError if the bytes of one are gone */
  frames(rows: readonly PlacedPacket[]): Promise<Frame[]>;
  /** Of one packet: what people wrote about it into a pcapng file. */
  comments(row: PlacedPacket): Promise<string[]>;
  close(): Promise<void>;
}

/** @throws CaptureError */
export async function openFrames(path: string, unpacked: UnpackedFiles): Promise<Frames> {
  const isFolder = (await stat(path).catch(() => null))?.isDirectory() === true;
  return isFolder ? RingFrames.open(path, unpacked) : CaptureFile.open(path, unpacked);
}

/** A live capture's session: files come and go while it is read. */
class RingFrames implements Frames {
  readonly #folder: string;
  readonly #unpacked: UnpackedFiles;
  /** Those that were read in; they are few, and stay open until the end. */
  readonly #files = new Map<string, Promise<CaptureFile>>();
  interfaces: readonly CaptureInterface[] = [];
  /** What captures live learns no secrets. */
  readonly secrets = [];
  async findSecrets(): Promise<void> {}
  /** Nor does it write comments. */
  async comments(): Promise<string[]> {
    return [];
  }

  private constructor(folder: string, unpacked: UnpackedFiles) {
    this.#folder = folder;
    this.#unpacked = unpacked;
  }

  static async open(folder: string, unpacked: UnpackedFiles): Promise<RingFrames> {
    const frames = new RingFrames(folder, unpacked);
    const newest = (await ringFiles(folder)).at(-1);
    if (newest !== undefined) frames.interfaces = (await frames.#file(newest.path)).interfaces;
    return frames;
  }

  async frame(row: PlacedPacket, aheadBytes = 0): Promise<Frame> {
    const { path, offset } = await placeInRing(this.#folder, row.place.offset);
    const file = await this.#file(path);
    const frame = await file.frame({ ...row, place: { ...row.place, offset } }, aheadBytes);
    frame.fileOffset = row.place.offset;
    return frame;
  }

  async frames(rows: readonly PlacedPacket[]): Promise<Frame[]> {
    const frames: Frame[] = [];
    for (const row of rows) frames.push(await this.frame(row));
    return frames;
  }

  #file(path: string): Promise<CaptureFile> {
    let opening = this.#files.get(path);
    if (opening === undefined) {
      opening = CaptureFile.open(path, this.#unpacked);
      this.#files.set(path, opening);
    }
    return opening;
  }

  async close(): Promise<void> {
    for (const opening of this.#files.values()) await (await opening.catch(() => null))?.close();
  }
}
