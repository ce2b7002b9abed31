// One capture file, read at the places that the store remembers.
import { openCapture, openPlain, type PlainFile } from '@eyrie/capture';
import { type CaptureInterface, type Frame, newFrame, pseudoHeaderLength } from '@eyrie/dissect';
import type { PacketRow } from '@eyrie/store';
import { ApiError } from '../errors.ts';
import type { UnpackedFiles } from './unpacked.ts';

/** No packet is longer (USB and D-Bus captures have the longest). */
const PACKET_BYTES_MAX = 128 << 20;

export class CaptureFile {
  readonly path: string;
  readonly #file: PlainFile;
  #interfaces: readonly CaptureInterface[];
  /** No Buffer: its slices are no copies, and dissection relies on copies. */
  #window = new Uint8Array(0);
  #windowAt = 0;

  private constructor(path: string, file: PlainFile, interfaces: readonly CaptureInterface[]) {
    this.path = path;
    this.#file = file;
    this.#interfaces = interfaces;
  }

  /** @throws CaptureError */
  static async open(path: string, unpacked: UnpackedFiles): Promise<CaptureFile> {
    const { interfaces, compression } = await describe(path, 1);
    const plain = compression === null ? path : await unpacked.get(path, compression);
    return new CaptureFile(path, await openPlain(plain), interfaces);
  }

  get interfaces(): readonly CaptureInterface[] {
    return this.#interfaces;
  }

  /**
   * The packet's frame. It is the caller's own: others may read on meanwhile.
   *
   * @param aheadBytes read at once, where packets that follow are wanted too
   */
  async frame(row: PacketRow, aheadBytes = 0): Promise<Frame> {
    const { offset, capturedLength, interfaceId } = row.place;
    const from = await this.#interface(interfaceId ?? 0);
    // What some link types have before the packet belongs to the frame's bytes, not to the packet.
    const prefix = Math.min(pseudoHeaderLength(from.linkType), offset);
    const bytes = await this.#bytes(offset - prefix, prefix + capturedLength, aheadBytes);
    const dot = row.time.indexOf('.');
    const frame = newFrame();
    frame.number = row.number;
    frame.data = bytes;
    frame.start = prefix;
    frame.end = prefix + capturedLength;
    frame.wireLength = row.length;
    frame.seconds = Number(row.time.slice(0, dot));
    frame.nanoseconds = Number(row.time.slice(dot + 1));
    frame.hasTime = true;
    frame.linkType = from.linkType;
    frame.interfaceId = interfaceId ?? -1;
    frame.fileOffset = offset;
    return frame;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async #bytes(at: number, length: number, aheadBytes: number): Promise<Uint8Array> {
    if (length > PACKET_BYTES_MAX) throw gone(this.path);
    const inWindow = at - this.#windowAt;
    if (inWindow < 0 || inWindow + length > this.#window.length) {
      const wanted = new Uint8Array(Math.max(length, aheadBytes));
      const bytesRead = await this.#file.read(wanted, 0, wanted.length, at);
      if (bytesRead < length) throw gone(this.path);
      this.#window = wanted.subarray(0, bytesRead);
      this.#windowAt = at;
      return this.#window.subarray(0, length);
    }
    return this.#window.subarray(inWindow, inWindow + length);
  }

  async #interface(id: number): Promise<CaptureInterface> {
    // Interfaces may be described anywhere in the file, though hardly one is elsewhere than at its beginning.
    if (id >= this.#interfaces.length) this.#interfaces = (await describe(this.path, id + 1)).interfaces;
    const found = this.#interfaces[id];
    if (found === undefined) throw gone(this.path);
    return found;
  }
}

async function describe(path: string, interfacesMin: number) {
  const source = await openCapture(path);
  const frame = newFrame();
  const { reader, compression } = source;
  try {
    for await (const _ of source.chunks()) {
      while (reader.interfaces.length < interfacesMin && reader.next(frame));
      if (reader.interfaces.length >= interfacesMin) break;
    }
  } finally {
    await source.close();
  }
  return { interfaces: [...reader.interfaces], compression };
}

function gone(path: string): ApiError {
  return new ApiError('bytes_gone', `the bytes of this packet are no longer in ${path}`, {
    hint: 'the file was changed or cut since it was imported; import it again',
  });
}
