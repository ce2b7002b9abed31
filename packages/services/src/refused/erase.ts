// Erases an address from refused batches, too: deletes every batch that names it.
import {
  ADDRESS_BYTES,
  constant,
  ETHER,
  ethernetAddress,
  IPV4,
  IPV6,
  ipv4Address,
  ipv6Address,
  outerAddresses,
} from '@eyrie/dissect';
import type { PacketColumns, StoreBatch } from '@eyrie/store';
import { pathsIn } from './folder.ts';
import { batchIn, isGone } from './read.ts';

export interface ErasedBodies {
  readonly deleted: number;
  /**
   * Paths of files that could not be read or deleted: damaged, encrypted with an unavailable key, or not permitted; the
   * folder's path if it is unreadable.
   */
  readonly unread: readonly string[];
}

/** @param address a single address, as the store accepts it */
export async function eraseRefused(folder: string, address: string): Promise<ErasedBodies> {
  const wanted = canonical(address);
  const unread: string[] = [];
  let deleted = 0;
  for (const path of pathsIn(folder) ?? [folder]) {
    const batch = await batchIn(path);
    if (batch === null) unread.push(path);
    else if (!names(batch, wanted)) continue;
    else if (isGone(path)) deleted++;
    else unread.push(path);
  }
  return { deleted, unread };
}

function names({ packets, flows, names: named, findings }: StoreBatch, address: string): boolean {
  return (
    flows.some(({ client, server }) => client.address === address || server.address === address) ||
    named.some((row) => row.address === address || row.name === address) ||
    findings.some((row) => row.address === address || JSON.stringify(row).includes(address)) ||
    (packets !== null && (inColumns(packets, address) || inOuter(packets, address)))
  );
}

function inColumns({ length, addressKind, source, destination }: PacketColumns, address: string): boolean {
  for (let i = 0; i < length; i++)
    for (const column of [source, destination])
      if (textOf(addressKind[i]!, column, i * ADDRESS_BYTES) === address) return true;
  return false;
}

/** Whether an address appears outside the address columns, such as in an outer header of a tunnel. */
function inOuter({ length, outer, texts }: PacketColumns, address: string): boolean {
  const places = new Set(outer.subarray(0, length));
  return [...places].some((place) => {
    const { sources, destinations } = outerAddresses(texts[place] ?? '');
    return sources.includes(address) || destinations.includes(address);
  });
}

function textOf(kind: number, bytes: Uint8Array, at: number): string {
  if (kind === IPV4) return ipv4Address(bytes, at);
  if (kind === IPV6) return ipv6Address(bytes, at);
  return kind === ETHER ? ethernetAddress(bytes, at) : '';
}

/** Text forms of addresses by length in bytes: `2001:db8::5` also matches the pattern of an Ethernet address. */
const FORMS = [
  ['ipv4', 4, ipv4Address],
  ['ether', 6, ethernetAddress],
  ['ipv6', 16, ipv6Address],
] as const;

/** Canonical notation, as in batches (RFC 5952 §4, §5). */
function canonical(text: string): string {
  for (const [type, length, write] of FORMS) {
    const word = { kind: 'literal', literal: 'word', text, at: 0, length: text.length } as const;
    const bytes = constant(word, type, null);
    if (bytes instanceof Uint8Array && bytes.length === length) return write(bytes, 0);
  }
  return text;
}
