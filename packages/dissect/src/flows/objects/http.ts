// Bodies of HTTP messages, of requests as well as of responses, with their codings taken off.
import { ascii } from '../../core/bytes.ts';
import { type Packet, SHOWN } from '../../core/packet.ts';
import { decodedBody } from '../../protocols/http/body.ts';
import type { Exchange } from '../../protocols/http/exchange.ts';
import { FOREIGN, Head, NEITHER, readHead } from '../../protocols/http/head.ts';
import { Http2Objects } from './http2.ts';
import { mediaTypeOf, nameOfTarget, OBJECT_BYTES_MAX, type ObjectReader, type OnObject } from './object.ts';

const head = new Head();

export class HttpObjects implements ObjectReader {
  readonly #onObject: OnObject;
  readonly #http2: Http2Objects;

  constructor(onObject: OnObject) {
    this.#onObject = onObject;
    this.#http2 = new Http2Objects(onObject);
  }

  add(p: Packet): void {
    for (let layer = 1; layer < p.count; layer++) {
      if ((p.flags[layer]! & SHOWN) === 0) continue;
      const { name } = p.protocols[layer]!;
      if (name === 'http') this.#message(p, layer);
      else if (name === 'http2') this.#http2.frame(p, layer);
    }
  }

  #message(p: Packet, layer: number): void {
    const b = p.bufferOf(layer);
    const [start, stop] = [p.start[layer]!, p.stop[layer]!];
    // The middle of a message whose beginning is not there is no object: nobody knows where it begins.
    if (readHead(head, b, start, stop, true) === FOREIGN || head.kind === NEITHER || head.end >= stop) return;
    const exchange = p.notes[layer] as Exchange | null;
    const data =
      decodedBody(p.session.unpack, head, b, head.end, stop, OBJECT_BYTES_MAX) ?? b.subarray(head.end, stop);
    if (data.length === 0) return;
    this.#onObject({
      frame: p.number,
      host: text(exchange?.host),
      type: mediaTypeOf(ascii(b, head.typeStart, head.typeStop)),
      name: nameOfTarget(text(exchange?.target)),
      data,
    });
  }
}

function text(bytes: Uint8Array | null | undefined): string {
  return bytes == null ? '' : ascii(bytes, 0, bytes.length);
}
