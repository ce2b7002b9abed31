// Security tokens within a message: their tree is nested in that of the message.
import { LISTED, type Packet, SHOWN } from '../../core/packet.ts';
import type { Protocol } from '../../core/protocol.ts';
import { nestFrom } from '../media/nesting.ts';

/** Dissects [at, end) as `made`; without `isListed` the layer is not listed in frame.protocols. */
export function callNested(p: Packet, made: Protocol, at: number, end: number, isListed = true): void {
  const { at: oldAt, end: oldEnd, wireEnd, count } = p;
  p.at = at;
  p.end = Math.min(end, oldEnd);
  p.wireEnd = end;
  p.offer(made, isListed ? LISTED | SHOWN : SHOWN);
  nestFrom(p, count);
  p.at = oldAt;
  p.end = oldEnd;
  p.wireEnd = wireEnd;
}
