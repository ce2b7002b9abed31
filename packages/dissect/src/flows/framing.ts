// Splits a stream into messages by their length fields, and hands each to its protocol whole.
import { COLUMN, LAYERS_MAX, LISTED, type Packet, SHOWN } from '../core/packet.ts';
import type { Framing, Protocol } from '../core/protocol.ts';

/**
 * Dissects the messages from the cursor to the end. Each gets a tree, but only the first is listed in frame.protocols.
 * False if the first bytes are not this protocol's.
 */
export function runFramed(p: Packet, made: Protocol, framing: Framing): boolean {
  const { end, wireEnd } = p;
  let flags = LISTED | SHOWN | COLUMN;
  while (p.at < end && p.count < LAYERS_MAX) {
    const start = p.at;
    const left = end - start;
    if (left < framing.header) {
      if (p.askMore(framing.header)) return waiting(p, made, framing, flags);
    } else {
      const length = framing.length(p);
      if (length < framing.header) return (flags & LISTED) === 0;
      if (length > left && p.askMore(length)) return waiting(p, made, framing, flags);
      p.end = Math.min(end, start + length);
      p.wireEnd = Math.min(wireEnd, start + length);
    }
    const isAccepted = p.offer(made, flags);
    const next = p.end;
    p.end = end;
    p.wireEnd = wireEnd;
    if (!isAccepted) return (flags & LISTED) === 0;
    p.at = next;
    flags = SHOWN | COLUMN;
  }
  return true;
}

/** An incomplete message gets no tree; if it is the first, it may be listed and described, see `Framing`. */
function waiting(p: Packet, made: Protocol, framing: Framing, flags: number): true {
  if ((flags & LISTED) === 0) return true;
  if (framing.isListedWaiting === true) p.push(made, LISTED);
  p.waitingInfo = framing.waitingInfo ?? null;
  return true;
}
