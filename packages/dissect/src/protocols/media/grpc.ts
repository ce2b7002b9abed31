// gRPC (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md): length-prefixed messages in HTTP/2 streams,
// without knowledge of their schema.
import { u32 } from '../../core/bytes.ts';
import { bytes, uint } from '../../core/field.ts';
import { protocol } from '../../core/protocol.ts';
import { nestFrom } from './nesting.ts';
import { mediaTypes, takeContent } from './types.ts';

const HEADER = 5;
/** Maximum number of messages dissected per body. */
const MESSAGES_MAX = 200;

const f = {
  compressed: uint('grpc.compressed_flag', 'Compressed Flag'),
  length: uint('grpc.message_length', 'Message Length'),
  data: bytes('grpc.message_data', 'Message Data'),
};

/** Protocol Buffers: fields by number, since names are only in .proto files. */
export const protobuf = protocol({
  name: 'protobuf',
  title: 'Protocol Buffers',
  step(p) {
    p.at = p.end;
    return null;
  },
});

/** End of the last complete message in [at, end). */
export function grpcWholeEnd(b: Uint8Array, at: number, end: number): number {
  while (end - at >= HEADER && u32(b, at + 1) <= end - at - HEADER) at += HEADER + u32(b, at + 1);
  return at;
}

export const grpc = protocol({
  name: 'grpc',
  title: 'GRPC Message',
  column: 'GRPC',
  fields: f,
  step(p) {
    takeContent(p);
    const b = p.buf;
    const { end } = p;
    const layers = p.count;
    for (let at = p.at, messages = 0; end - at >= HEADER && messages < MESSAGES_MAX; messages++) {
      const stop = Math.min(end, at + HEADER + u32(b, at + 1));
      if (stop > at + HEADER && b[at] === 0) p.call(protobuf, at + HEADER, stop);
      at = Math.max(stop, at + HEADER);
    }
    nestFrom(p, layers);
    p.at = end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const end = p.stop[layer]!;
    for (let at = p.start[layer]!, messages = 0; end - at >= HEADER && messages < MESSAGES_MAX; messages++) {
      out.add(f.compressed, at, 1);
      out.add(f.length, at + 1, 4);
      const stop = Math.min(end, at + HEADER + u32(b, at + 1));
      if (stop > at + HEADER) out.add(f.data, at + HEADER, stop - at - HEADER);
      at = Math.max(stop, at + HEADER);
    }
  },
});

mediaTypes.add(
  grpc,
  'application/grpc',
  'application/grpc+json',
  'application/grpc+proto',
  'application/grpc-web',
  'application/grpc-web+proto',
  'application/grpc-web-text',
  'application/grpc-web-text+proto',
);
