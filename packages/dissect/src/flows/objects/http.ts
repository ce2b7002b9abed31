// Bodies of HTTP messages, of requests as well as of responses, with their codings taken off.
import { ascii } from '../../core/bytes.ts';
import { type Packet, SHOWN } from '../../core/packet.ts';
import type { Exchange } from '../../protocols/http/exchange.ts';
import { httpBody } from '../../protocols/http/message-body.ts';
import { http2Frame } from './http2.ts';
import { http3Frames } from './http3.ts';
import { mediaTypeOf, nameOfTarget, OBJECT_BYTES_MAX, type ObjectReader, type OnObject } from './object.ts';
import { StreamedObjects } from './streams.ts';

export class HttpObjects implements ObjectReader {
  readonly #onObject: OnObject;
  readonly #streamed: StreamedObjects;

  constructor(onObject: OnObject) {
    this.#onObject = onObject;
    this.#streamed = new StreamedObjects(onObject);
  }

  add(p: Packet): void {
    for (let layer = 1; layer < p.count; layer++) {
      if ((p.flags[layer]! & SHOWN) === 0) continue;
      const { name } = p.protocols[layer]!;
      if (name === 'http') this.#message(p, layer);
      else if (name === 'http2') http2Frame(p, layer, this.#streamed);
      else if (name === 'http3') http3Frames(p, layer, this.#streamed);
    }
  }

  #message(p: Packet, layer: number): void {
    const body = httpBody(p, layer, OBJECT_BYTES_MAX);
    if (body === null) return;
    const exchange = p.notes[layer] as Exchange | null;
    this.#onObject({
      frame: p.number,
      host: text(exchange?.host),
      type: mediaTypeOf(body.type),
      name: nameOfTarget(text(exchange?.target)),
      data: body.data,
    });
  }
}

function text(bytes: Uint8Array | null | undefined): string {
  return bytes == null ? '' : ascii(bytes, 0, bytes.length);
}
