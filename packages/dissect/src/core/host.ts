// Names in place of network addresses, where the session has them (`-N n`).
import type { Packet } from './packet.ts';
import { ipv4Address, ipv6Address } from './text.ts';

/** By address as text: `192.0.2.1`, `2001:db8::1`. */
export type AddressNames = ReadonlyMap<string, string>;

/** The IPv4 address's name, else the address. */
export function ipv4Host(p: Packet, b: Uint8Array, at: number): string {
  return named(p, ipv4Address(b, at));
}

/** The IPv6 address's name, else the address. */
export function ipv6Host(p: Packet, b: Uint8Array, at: number): string {
  return named(p, ipv6Address(b, at));
}

function named(p: Packet, address: string): string {
  return p.session.addressNames?.get(address) ?? address;
}

/** In the tree: `router.lan (192.0.2.1)`; as in tshark an address without a name stands twice, once names are shown. */
export function withAddress(names: AddressNames | null, address: string): string {
  return names === null ? address : `${names.get(address) ?? address} (${address})`;
}
