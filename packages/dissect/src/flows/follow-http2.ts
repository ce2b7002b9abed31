// Follows one stream of an HTTP/2 connection (`-z follow,http2`): a piece per frame, header blocks decompressed; or, for
// people, header fields as lines and bodies without their frames.
import { joined } from '../core/bytes.ts';
import { type Packet, SHOWN } from '../core/packet.ts';
import { contentOf, DATA, HEADER, isPreface, streamOf } from '../protocols/http/http2/frames.ts';
import type { HeaderField } from '../protocols/http/http2/hpack.ts';
import { Follow, type Piece, type Wanted } from './follow.ts';

const encoder = new TextEncoder();

export class FollowHttp2 {
  readonly #sides: Follow;
  readonly #stream: number;
  readonly #onPiece: (piece: Piece) => void;
  readonly #isReadable: boolean;

  /**
   * @param stream counts within the connection; 0 is the connection itself (RFC 9113 §5.1.1)
   * @param isReadable header fields as lines `name: value`, of DATA frames the content alone, and no others
   */
  constructor(wanted: Wanted, stream: number, onPiece: (piece: Piece) => void, isReadable = false) {
    this.#sides = new Follow('tcp', wanted, () => {});
    this.#stream = stream;
    this.#onPiece = onPiece;
    this.#isReadable = isReadable;
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
      const side = this.#sides.sideOf(p);
      if (side < 0) return;
      const fields = p.notes[layer] as readonly HeaderField[] | null;
      const data = this.#isReadable
        ? readable(b, start, stop, fields)
        : fields === null
          ? b.subarray(start, stop)
          : plain(fields);
      if (data === null) continue;
      const { number: frame, seconds, nanoseconds } = p;
      this.#onPiece({ side: side as 0 | 1, frame, seconds, nanoseconds, data });
    }
  }
}

function readable(
  b: Uint8Array,
  start: number,
  stop: number,
  fields: readonly HeaderField[] | null,
): Uint8Array | null {
  if (fields !== null && fields.length > 0)
    return encoder.encode(`${fields.map(({ name, value }) => `${name}: ${value}\n`).join('')}\n`);
  const [from, to] = contentOf(b, start, stop);
  return b[start + 3] === DATA && to > from ? b.subarray(from, to) : null;
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
