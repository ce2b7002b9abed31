// The source address of an application. For a forwarded application it is the address that the first peer reports:
// failed attempts count for the forwarding peers too, so an attacker gains nothing by using many of them.

import { hostOf } from '../link/address.ts';
import { networkOf } from '../link/waiting-room.ts';

export interface Source {
  /** Of IPv6 the /64 network: one host has all the addresses of it. */
  readonly address: string;
  /** The peers that passed it on. */
  readonly over: readonly string[];
}

/**
 * @param shown as a link reports it: HOST:PORT, or `ID over ID` of a link that a third carries
 * @param over peers that passed it on from there
 */
export function sourceOf(shown: string, ...over: readonly string[]): Source {
  const [first, carrier] = shown.split(' over ');
  // A peer has one name over all relays; only the relay asserts that it is this one.
  if (carrier !== undefined) return { address: nameOf(first!), over: [carrier, ...over] };
  return { address: networkOf(hostOf(shown)), over };
}

/** The name that limits count it by; no address looks like that. */
function nameOf(peer: string): string {
  return `peer ${peer}`;
}
