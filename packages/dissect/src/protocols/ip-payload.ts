// Dispatches the payload of an IP packet by protocol number.
import { data } from '../core/data.ts';
import type { Packet } from '../core/packet.ts';
import type { Protocol } from '../core/protocol.ts';
import { ipProtocols } from '../core/table.ts';

/** The protocol of the payload at p.at; null if there is none. */
export function ipPayload(p: Packet, number: number): Protocol | null {
  p.transport = 0;
  if (p.at >= p.wireEnd) return null;
  const next = ipProtocols.get(number);
  if (next !== undefined) return next;
  return p.at < p.end ? data : null;
}
