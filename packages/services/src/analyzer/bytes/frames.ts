// Where the bytes of a capture's packets are: in one file, or in the files of a ring.
import { stat } from 'node:fs/promises';
import { placeInRing } from '@eyrie/capture';
import type { CaptureInterface, Frame } from '@eyrie/dissect';
import type { PacketRow } from '@eyrie/store';
import { CaptureFile } from './capture-file.ts';
import type { UnpackedFiles } from './unpacked.ts';

export interface Frames {
  /** As far as they are known; those of the packets read so far are. */
  readonly interfaces: readonly CaptureInterface[];
  /** @throws ApiError, CaptureError if the bytes are gone */
  frame(row: PacketRow, aheadBytes?: number): Promise<Frame>;
  close(): Promise<void>;
}

/** @throws CaptureError */
export async function openFrames(path: string, unpacked: UnpackedFiles): Promise<Frames> {
  const isFolder = (await stat(path).catch(() => null))?.isDirectory() === true;
  return isFolder ? new RingFrames(path, unpacked) : CaptureFile.open(path, unpacked);
}

/** A live capture's session: files come and go while it is read. */
class RingFrames implements Frames {
  readonly #folder: string;
  readonly #unpacked: UnpackedFiles;
  /** Those that were read in; they are few, and stay open until the end. */
  readonly #files = new Map<string, Promise<CaptureFile>>();
  interfaces: readonly CaptureInterface[] = [];

  constructor(folder: string, unpacked: UnpackedFiles) {
    this.#folder = folder;
    this.#unpacked = unpacked;
  }

  async frame(row: PacketRow, aheadBytes = 0): Promise<Frame> {
    const { path, offset } = await placeInRing(this.#folder, row.place.offset);
    let opening = this.#files.get(path);
    if (opening === undefined) {
      opening = CaptureFile.open(path, this.#unpacked);
      this.#files.set(path, opening);
    }
    const file = await opening;
    this.interfaces = file.interfaces;
    const frame = await file.frame({ ...row, place: { ...row.place, offset } }, aheadBytes);
    frame.fileOffset = row.place.offset;
    return frame;
  }

  async close(): Promise<void> {
    for (const opening of this.#files.values()) await (await opening.catch(() => null))?.close();
  }
}
