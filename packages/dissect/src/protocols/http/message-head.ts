// The head of an HTTP message as text, also of one whose body has not come whole, or never will.
import { ascii } from '../../core/bytes.ts';
import type { Packet } from '../../core/packet.ts';
import { Head, REQUEST, RESPONSE, readHead, WHOLE } from './head.ts';

const head = new Head();

export interface MessageHead {
  readonly isResponse: boolean;
  /** The first line and the header fields, without the empty line behind them. */
  readonly lines: readonly string[];
}

/** Takes the index of an HTTP layer, whether it is shown or waits for more. Null where no whole head is. */
export function httpHead(p: Packet, layer: number): MessageHead | null {
  const b = p.bufferOf(layer);
  const [start, stop] = [p.start[layer]!, p.stop[layer]!];
  if (readHead(head, b, start, stop, false) !== WHOLE || !head.isComplete) return null;
  if (head.kind !== REQUEST && head.kind !== RESPONSE) return null;
  const lines = ascii(b, start, head.end).trimEnd().split(/\r?\n/);
  return { isResponse: head.kind === RESPONSE, lines };
}
