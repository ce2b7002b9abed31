// Payload of NetBIOS over any transport, recognized by content.
import { data } from '../../core/data.ts';
import type { Packet } from '../../core/packet.ts';
import type { Protocol } from '../../core/protocol.ts';
import { HeuristicList } from '../../core/table.ts';

export const netbiosHeuristics = new HeuristicList('netbios');

/** Dissects the payload at the cursor; the caller's step returns the result. */
export function netbiosPayload(p: Packet): Protocol | null {
  if (p.at >= p.end) return null;
  for (const { protocol: guess, matches } of netbiosHeuristics.entries)
    if (matches(p) && p.offer(guess)) {
      p.at = p.end;
      return null;
    }
  return data;
}
