// Follows an HTTP/1 conversation (`-z follow,http`): head and body of each message, the body decoded.
import { type Packet, SHOWN } from '../core/packet.ts';
import { decodedBody } from '../protocols/http/body.ts';
import { FOREIGN, Head, NEITHER, readHead } from '../protocols/http/head.ts';
import { Follow, type Piece, type Wanted } from './follow.ts';

const head = new Head();

export class FollowHttp {
  readonly #sides: Follow;
  readonly #onPiece: (piece: Piece) => void;

  constructor(wanted: Wanted, onPiece: (piece: Piece) => void) {
    this.#sides = new Follow('tcp', wanted, () => {});
    this.#onPiece = onPiece;
  }

  get sides(): Follow['sides'] {
    return this.#sides.sides;
  }

  add(p: Packet): void {
    for (let layer = 1; layer < p.count; layer++) {
      if (p.protocols[layer]!.name !== 'http' || (p.flags[layer]! & SHOWN) === 0) continue;
      const side = this.#sides.sideOf(p);
      if (side < 0) return;
      this.#message(p, layer, side as 0 | 1);
    }
  }

  #message(p: Packet, layer: number, side: 0 | 1): void {
    const b = p.bufferOf(layer);
    const [start, stop] = [p.start[layer]!, p.stop[layer]!];
    const common = { side, frame: p.number, seconds: p.seconds, nanoseconds: p.nanoseconds };
    // If the head of a message was not captured, everything counts as body.
    const isMessage = readHead(head, b, start, stop, true) !== FOREIGN && head.kind !== NEITHER;
    const bodyStart = isMessage ? head.end : start;
    this.#onPiece({ ...common, data: b.subarray(start, bodyStart) });
    if (bodyStart >= stop) return;
    const body = isMessage ? decodedBody(p.session.unpack, head, b, bodyStart, stop) : null;
    this.#onPiece({ ...common, data: body ?? b.subarray(bodyStart, stop) });
  }
}
