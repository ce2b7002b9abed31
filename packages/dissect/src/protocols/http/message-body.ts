// The body of an HTTP message that was dissected, for those who want its bytes.
import { ascii } from '../../core/bytes.ts';
import type { Packet } from '../../core/packet.ts';
import { decodedBody } from './body.ts';
import { FOREIGN, Head, NEITHER, readHead } from './head.ts';

const head = new Head();

export interface MessageBody {
  /** With its codings taken off, where they are known and it then has at most `bytesMax`. Borrowed until the next packet. */
  readonly data: Uint8Array;
  /** The value of Content-Type; '' without one. */
  readonly type: string;
}

/**
 * Takes the index of an HTTP layer. Null without a body; also of the middle of a message whose beginning is not there, for nobody
 * knows where it begins.
 */
export function httpBody(p: Packet, layer: number, bytesMax: number): MessageBody | null {
  const b = p.bufferOf(layer);
  const [start, stop] = [p.start[layer]!, p.stop[layer]!];
  if (readHead(head, b, start, stop, true) === FOREIGN || head.kind === NEITHER || head.end >= stop)
    return null;
  const data = decodedBody(p.session.unpack, head, b, head.end, stop, bytesMax) ?? b.subarray(head.end, stop);
  return data.length === 0 ? null : { data, type: ascii(b, head.typeStart, head.typeStop) };
}
