// Addresses of other peers on disk, for the next start: those of the invitation may lead nowhere by then, and a peer that was
// restarted knows no other peer. (Like the snapshots of Serf.)

import { isAddress, isLoopback } from '../link/address.ts';
import type { Storage } from './storage.ts';

const FILE = 'acquaintances.json';
/** As many as 16 peers may announce. */
const ADDRESSES_MAX = 64;

/** Addresses that were known in an earlier run; none if the file is missing or damaged. */
export function savedPeerAddresses(storage: Storage): string[] {
  try {
    const addresses: unknown = JSON.parse(storage.read(FILE)?.toString() ?? '[]');
    if (!Array.isArray(addresses)) return [];
    return addresses
      .filter((each) => typeof each === 'string' && isAddress(each))
      .slice(0, ADDRESSES_MAX) as string[];
  } catch {
    return [];
  }
}

/**
 * Does not wait for the disk: where power fails within seconds of a write the invitation's addresses remain, and a thousand
 * peers of one process would stop it for a thousand flushes.
 *
 * @param ofPeers addresses of each peer that is alive; if there are none, those of before are kept
 */
export function savePeerAddresses(storage: Storage, ofPeers: readonly (readonly string[])[]): void {
  const addresses = ofPeers.flatMap(usefulOf).slice(0, ADDRESSES_MAX);
  const now = JSON.stringify([...new Set(addresses)], null, 2);
  if (addresses.length > 0 && storage.read(FILE)?.toString() !== now) storage.write(FILE, now, false);
}

/** Loopback only of those that have nothing else: on another machine they lead to that machine itself. */
function usefulOf(addresses: readonly string[]): readonly string[] {
  const others = addresses.filter((each) => !isLoopback(each));
  return others.length > 0 ? others : addresses;
}
