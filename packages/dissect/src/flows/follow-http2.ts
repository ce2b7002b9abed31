// Follows one stream of an HTTP/2 connection (`-z follow,http2`): a piece per frame, header blocks decompressed; or, for
// people, header fields as lines and bodies without frames and content coding.
import { joined } from '../core/bytes.ts';
import { type Packet, SHOWN } from '../core/packet.ts';
import {
  contentOf,
  DATA,
  END_STREAM,
  HEADER,
  HEADERS,
  isPreface,
  streamOf,
} from '../protocols/http/http2/frames.ts';
import type { HeaderField } from '../protocols/http/http2/hpack.ts';
import { Follow, type Piece, type Wanted } from './follow.ts';
import { ReadableMessages } from './readable-messages.ts';

const encoder = new TextEncoder();

export class FollowHttp2 {
  readonly #sides: Follow;
  readonly #stream: number;
  readonly #onPiece: (piece: Piece) => void;
  /** Null: a piece per frame, as tshark gives them. */
  readonly #messages: ReadableMessages | null;

  /**
   * @param stream counts within the connection; 0 is the connection itself (RFC 9113 §5.1.1)
   * @param isReadable header fields as lines `name: value`, of DATA frames the content alone, decoded, and no others
   */
  constructor(wanted: Wanted, stream: number, onPiece: (piece: Piece) => void, isReadable = false) {
    this.#sides = new Follow('tcp', wanted, () => {});
    this.#stream = stream;
    this.#onPiece = onPiece;
    this.#messages = isReadable ? new ReadableMessages(onPiece) : null;
  }

  get sides(): Follow['sides'] {
    return this.#sides.sides;
  }

  add(p: Packet): void {
    for (let layer = 1; layer < p.count; layer++) {
      if (p.protocols[layer]!.name !== 'http2' || (p.flags[layer]! & SHOWN) === 0) continue;
      const b = p.bufferOf(layer);
      const [start, stop] = [p.start[layer]!, p.stop[layer]!];
      if (stop - start < HEADER || isPreface(b, start, stop) || streamOf(b, start) !== this.#stream) continue;
      const side = this.#sides.sideOf(p) as -1 | 0 | 1;
      if (side < 0) return;
      const fields = p.notes[layer] as readonly HeaderField[] | null;
      if (this.#messages !== null) {
        readFrame(this.#messages, p, side as 0 | 1, b, start, stop, fields);
        continue;
      }
      const { number: frame, seconds, nanoseconds } = p;
      const data = fields === null ? b.subarray(start, stop) : plain(fields);
      this.#onPiece({ side: side as 0 | 1, frame, seconds, nanoseconds, data });
    }
  }

  /** No packets follow: gives what there is of bodies whose end was not captured. */
  end(): void {
    this.#messages?.flush();
  }
}

function readFrame(
  messages: ReadableMessages,
  p: Packet,
  side: 0 | 1,
  b: Uint8Array,
  start: number,
  stop: number,
  fields: readonly HeaderField[] | null,
): void {
  const type = b[start + 3]!;
  if (fields !== null) messages.fields(p, side, fields);
  if (type === DATA) messages.part(p, side, b.subarray(...contentOf(b, start, stop)));
  const mayEnd = type === DATA || type === HEADERS;
  if (mayEnd && (b[start + 4]! & END_STREAM) !== 0) messages.end(p, side);
}

/** In Wireshark's layout: for each field the length of its name, the name, the length of its value, the value. */
function plain(fields: readonly HeaderField[]): Uint8Array {
  return joined(...fields.flatMap(({ name, value }) => [...counted(name), ...counted(value)]));
}

function counted(text: string): [Uint8Array, Uint8Array] {
  const bytes = encoder.encode(text);
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, bytes.length);
  return [length, bytes];
}
