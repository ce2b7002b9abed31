// Messages of known length on a stream: handed to their protocol one by one and whole.
import { COLUMN, LAYERS_MAX, LISTED, type Packet, SHOWN } from '../core/packet.ts';
import type { Framing, Protocol } from '../core/protocol.ts';

/**
 * Reads messages from the cursor to the end. The first one's layer stands in frame.protocols, each has a tree.
 * False when the first bytes are not this protocol's.
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

/** Nothing to read yet: no tree and no column; in frame.protocols only if the protocol stands there even so. */
function waiting(p: Packet, made: Protocol, framing: Framing, flags: number): true {
  if (flags & LISTED && framing.isListedWaiting === true) p.push(made, LISTED);
  return true;
}
