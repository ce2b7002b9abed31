// Sums the protocol summary's rows, which are one for each group and protocol, by their group.
import type { ProtocolCount } from '../../api/types.ts';
import { betweenAddresses, ofAddress } from '../../state/expression.ts';

export interface Sum {
  /** The group's values: two addresses, or transport and port. */
  parts: readonly string[];
  packets: number;
  bytes: number;
  /** The protocol with most of its bytes. */
  protocol: string;
  /** Display filter for its packets. */
  term: string;
}

type Group = Pick<Sum, 'parts' | 'term'>;

/** Null for packets without addresses. */
export function conversationOf({ a = '', b = '' }: ProtocolCount): Group | null {
  if (a === '' || b === '') return null;
  // A host that speaks to itself, on the loopback interface.
  return { parts: [a, b], term: a === b ? ofAddress(a) : betweenAddresses(a, b) };
}

/** Null for packets without a transport. */
export function portOf({ transport, port }: ProtocolCount): Group | null {
  if (transport == null || port == null) return null;
  return { parts: [String(port), transport], term: `${transport}.port == ${port}` };
}

/** The largest by bytes. */
export function sumsOf(
  rows: readonly ProtocolCount[],
  groupOf: (row: ProtocolCount) => Group | null,
  most: number,
): Sum[] {
  const sums = new Map<string, Sum & { mostBytes: number }>();
  for (const row of rows) {
    const group = groupOf(row);
    if (group === null) continue;
    const { packets, bytes, protocol } = row;
    const sum = sums.get(group.term);
    if (sum === undefined) {
      sums.set(group.term, { ...group, packets, bytes, protocol, mostBytes: bytes });
      continue;
    }
    sum.packets += packets;
    sum.bytes += bytes;
    if (bytes > sum.mostBytes) Object.assign(sum, { protocol, mostBytes: bytes });
  }
  return [...sums.values()].sort((a, b) => b.bytes - a.bytes).slice(0, most);
}
