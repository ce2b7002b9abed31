// From where somebody asks to be let in. What came over peers has the address that the first of them saw, or says that it
// saw: so wrong tries count for the peers as well, and whoever has many carry them has no more of them.

import { hostOf } from '../link/address.ts';
import { networkOf } from '../link/waiting-room.ts';

export interface Source {
  /** Of IPv6 the network: one host has all the addresses of it. */
  readonly address: string;
  /** Peers by way of whom it came. */
  readonly over: readonly string[];
}

/**
 * @param shown as a link says it: HOST:PORT, or `ID over ID` of a link that a third carries
 * @param over peers that passed it on from there
 */
export function sourceOf(shown: string, ...over: readonly string[]): Source {
  const [first, carrier] = shown.split(' over ');
  // One peer has one name, whoever carries its link; only the carrier says that it is this one.
  if (carrier !== undefined) return { address: nameOf(first!), over: [carrier, ...over] };
  return { address: networkOf(hostOf(shown)), over };
}

/** As limits count it: no address is written so. */
export function nameOf(peer: string): string {
  return `peer ${peer}`;
}
