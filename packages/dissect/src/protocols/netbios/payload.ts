// What NetBIOS carries, over any of its transports: told by content.
import { data } from '../../core/data.ts';
import type { Packet } from '../../core/packet.ts';
import type { Protocol } from '../../core/protocol.ts';
import { HeuristicList } from '../../core/table.ts';

export const netbiosHeuristics = new HeuristicList();

/** Reads the payload from the cursor; what it returns is to be returned by the step of who calls. */
export function netbiosPayload(p: Packet): Protocol | null {
  if (p.at >= p.end) return null;
  for (const { protocol: guess, matches } of netbiosHeuristics.entries)
    if (matches(p) && p.offer(guess)) {
      p.at = p.end;
      return null;
    }
  return data;
}
