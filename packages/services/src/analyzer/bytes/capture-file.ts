// One capture file, read at the places that the store remembers.
import { type CaptureSource, openCapture, openPlain, type PlainFile } from '@eyrie/capture';
import {
  type CaptureInterface,
  commentsIn,
  type DecryptionSecrets,
  type Frame,
  newFrame,
  PACKET_BLOCK_HEAD,
  packetOptionsAt,
  pseudoHeaderLength,
} from '@eyrie/dissect';
import type { PlacedPacket } from '@eyrie/store';
import { ApiError } from '../errors.ts';
import type { UnpackedFiles } from './unpacked.ts';

/** No packet is longer (USB and D-Bus captures have the longest). */
const PACKET_BYTES_MAX = 128 << 20;
/** Bytes read at once for several packets, and between two of them: to skip fewer costs more than to read them. */
const SPAN_BYTES = 512 << 10;
const GAP_BYTES = 32 << 10;

/**
 * A file up to this size is searched for secrets behind its first packet, a compressed one up to this place within it. That
 * takes a third of a second at most, beside decompression.
 */
const SEARCH_BYTES_MAX = 256 << 20;

/** Where a packet's bytes stand in the file. */
interface Place {
  readonly row: PlacedPacket;
  readonly from: number;
  readonly to: number;
  readonly linkType: number;
  /** What some link types have before the packet belongs to the frame's bytes, not to the packet. */
  readonly prefix: number;
}

export class CaptureFile {
  readonly path: string;
  readonly #file: PlainFile;
  readonly #mayHaveComments: boolean;
  #interfaces: readonly CaptureInterface[];
  secrets: readonly DecryptionSecrets[];
  /** For secrets behind the first packet; null: not begun. */
  #search: Promise<void> | null;
  /** No Buffer: its slices are no copies, and dissection relies on copies. */
  #window = new Uint8Array(0);
  #windowAt = 0;

  private constructor(
    path: string,
    file: PlainFile,
    { interfaces, secrets, mayHaveMore, isPcapng }: Described,
  ) {
    this.path = path;
    this.#file = file;
    this.#mayHaveComments = isPcapng;
    this.#interfaces = interfaces;
    this.secrets = secrets;
    this.#search = mayHaveMore ? null : Promise.resolve();
  }

  /** @throws CaptureError */
  static async open(path: string, unpacked: UnpackedFiles): Promise<CaptureFile> {
    const described = await describe(path, 1);
    const { compression } = described;
    if (compression === null) return new CaptureFile(path, await openPlain(path), described);
    const unpackedFile = async (): Promise<PlainFile> => openPlain(await unpacked.get(path, compression));
    // It may have made room for another one before it was opened.
    const file = await unpackedFile().catch((error) => {
      if ((error as { code?: string }).code !== 'ERR_CAPTURE_NOT_FOUND') throw error;
      return unpackedFile();
    });
    return new CaptureFile(path, file, described);
  }

  get interfaces(): readonly CaptureInterface[] {
    return this.#interfaces;
  }

  /**
   * The packet's frame. It is the caller's own: others may read on meanwhile.
   *
   * @param aheadBytes read at once, where packets that follow are wanted too
   */
  async frame(row: PlacedPacket, aheadBytes = 0): Promise<Frame> {
    const place = await this.#place(row);
    return frameOf(place, await this.#bytes(place.from, place.to - place.from, aheadBytes));
  }

  /** Those of several packets: all are read at once, and those that lie close together in one go. */
  async frames(rows: readonly PlacedPacket[]): Promise<Frame[]> {
    const places: Place[] = [];
    for (const row of rows) places.push(await this.#place(row));
    const spans = await Promise.all(spansOf(places).map((span) => this.#span(span)));
    return spans.flat();
  }

  async #span(places: readonly Place[]): Promise<Frame[]> {
    const [from, to] = [places[0]!.from, Math.max(...places.map((place) => place.to))];
    const bytes = await this.#read(from, to - from, 0);
    return places.map((place) => frameOf(place, bytes.subarray(place.from - from, place.to - from)));
  }

  async #place(row: PlacedPacket): Promise<Place> {
    const { offset, capturedLength, interfaceId } = row.place;
    const { linkType } = await this.#interface(interfaceId ?? 0);
    const prefix = Math.min(pseudoHeaderLength(linkType), offset);
    return { row, from: offset - prefix, to: offset + capturedLength, linkType, prefix };
  }

  /**
   * Blocks of secrets stand before the packets that need them (draft-ietf-opsawg-pcapng §4.7), which may be anywhere: files
   * put together have them in the middle. Where the file can't be read to its end any more, those known so far stay.
   */
  findSecrets(): Promise<void> {
    this.#search ??= allSecrets(this.path).then(
      (secrets) => {
        this.secrets = secrets;
      },
      () => {},
    );
    return this.#search;
  }

  async comments(row: PlacedPacket): Promise<string[]> {
    if (!this.#mayHaveComments) return [];
    const { from, to } = await this.#place(row);
    if (from < PACKET_BLOCK_HEAD) return [];
    const head = await this.#read(from - PACKET_BLOCK_HEAD, PACKET_BLOCK_HEAD, 0);
    const options = packetOptionsAt(head, to - from);
    if (options === null) return [];
    return commentsIn(await this.#read(from + options.from, options.length, 0), options.isLittle);
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async #bytes(at: number, length: number, aheadBytes: number): Promise<Uint8Array> {
    const inWindow = at - this.#windowAt;
    if (inWindow >= 0 && inWindow + length <= this.#window.length)
      return this.#window.subarray(inWindow, inWindow + length);
    this.#window = await this.#read(at, length, aheadBytes);
    this.#windowAt = at;
    return this.#window.subarray(0, length);
  }

  /** At least `length` bytes, up to `aheadBytes` where there are so many. */
  async #read(at: number, length: number, aheadBytes: number): Promise<Uint8Array<ArrayBuffer>> {
    if (length > PACKET_BYTES_MAX) throw gone(this.path);
    const wanted = new Uint8Array(Math.max(length, aheadBytes));
    const bytesRead = await this.#file.read(wanted, 0, wanted.length, at);
    if (bytesRead < length) throw gone(this.path);
    return wanted.subarray(0, bytesRead);
  }

  async #interface(id: number): Promise<CaptureInterface> {
    // Interfaces may be described anywhere in the file, though hardly one is elsewhere than at its beginning.
    if (id >= this.#interfaces.length) this.#interfaces = (await describe(this.path, id + 1)).interfaces;
    const found = this.#interfaces[id];
    if (found === undefined) throw gone(this.path);
    return found;
  }
}

function frameOf({ row, from, to, linkType, prefix }: Place, data: Uint8Array): Frame {
  const dot = row.time.indexOf('.');
  const frame = newFrame();
  frame.number = row.number;
  frame.data = data;
  frame.start = prefix;
  frame.end = to - from;
  frame.wireLength = row.length;
  frame.seconds = Number(row.time.slice(0, dot));
  frame.nanoseconds = Number(row.time.slice(dot + 1));
  frame.hasTime = true;
  frame.linkType = linkType;
  frame.interfaceId = row.place.interfaceId ?? -1;
  frame.fileOffset = row.place.offset;
  return frame;
}

/** Packets that follow each other so closely that one reading is best for all. */
function spansOf(places: readonly Place[]): Place[][] {
  const spans: Place[][] = [];
  let [from, to] = [0, 0];
  for (const place of places) {
    const isNear = place.from >= from && place.from - to <= GAP_BYTES && place.to - from <= SPAN_BYTES;
    if (isNear && spans.length > 0) spans.at(-1)!.push(place);
    else {
      spans.push([place]);
      [from, to] = [place.from, place.to];
    }
    to = Math.max(to, place.to);
  }
  return spans;
}

interface Described {
  readonly interfaces: readonly CaptureInterface[];
  readonly secrets: readonly DecryptionSecrets[];
  readonly compression: CaptureSource['compression'];
  /** Whether secrets may stand behind the first packet. */
  readonly mayHaveMore: boolean;
  readonly isPcapng: boolean;
}

/** What stands before the first packet, and further on until so many interfaces were described. */
async function describe(path: string, interfacesMin: number): Promise<Described> {
  const source = await openCapture(path);
  const frame = newFrame();
  const { reader, compression, size } = source;
  try {
    for await (const _ of source.chunks()) {
      let isPacket = reader.next(frame);
      while (isPacket && reader.interfaces.length < interfacesMin) isPacket = reader.next(frame);
      if (isPacket) break;
    }
  } finally {
    await source.close();
  }
  const isPcapng = reader.format === 'pcapng';
  const mayHaveMore = isPcapng && size !== null && size <= SEARCH_BYTES_MAX;
  return {
    interfaces: [...reader.interfaces],
    secrets: [...reader.secrets],
    compression,
    mayHaveMore,
    isPcapng,
  };
}

async function allSecrets(path: string): Promise<readonly DecryptionSecrets[]> {
  const source = await openCapture(path);
  const frame = newFrame();
  try {
    for await (const reader of source.chunks())
      while (reader.next(frame)) if (frame.fileOffset > SEARCH_BYTES_MAX) return [...reader.secrets];
  } finally {
    await source.close();
  }
  return source.reader.secrets;
}

function gone(path: string): ApiError {
  return new ApiError('bytes_gone', `the bytes of this packet are no longer in ${path}`, {
    hint: 'the file was changed or cut since it was imported; import it again',
  });
}
