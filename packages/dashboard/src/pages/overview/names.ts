// Hosts under one name count together: a server has an address of each family, and often several.
import type { HostRow } from '../../api/types.ts';
import { ofAddress } from '../../state/expression.ts';

export interface Named {
  name: string;
  bytes: number;
  /** Those with the most traffic first. */
  addresses: string[];
}

/** Addresses that a click on a name filters by; a service of many is known by its largest. */
const ADDRESSES_MAX = 8;

/** The names with the most traffic. @param hosts those with the most traffic first */
export function topNames(hosts: readonly HostRow[], most: number): Named[] {
  const byName = new Map<string, Named>();
  for (const { name, address, bytes } of hosts) {
    if (name === null || name === address) continue;
    const known = byName.get(name);
    if (known === undefined) byName.set(name, { name, bytes, addresses: [address] });
    else {
      known.bytes += bytes;
      known.addresses.push(address);
    }
  }
  return [...byName.values()].sort((a, b) => b.bytes - a.bytes).slice(0, most);
}

export function termOfName({ addresses }: Named): string {
  return addresses
    .slice(0, ADDRESSES_MAX)
    .map((address) => ofAddress(address))
    .join(' || ');
}
