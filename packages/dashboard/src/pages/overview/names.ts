// Groups hosts by name: a server has several addresses, often of both families.
import type { HostRow } from '../../api/types.ts';
import { ofAddress } from '../../state/expression.ts';

export interface Named {
  name: string;
  bytes: number;
  /** In descending order of traffic. */
  addresses: string[];
}

/** Maximum number of addresses in a name's filter; those with the most traffic are taken. */
const ADDRESSES_MAX = 8;

/** The names with the most traffic. @param hosts in descending order of traffic */
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
