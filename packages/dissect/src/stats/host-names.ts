// Host names found in the capture: name records of the file, and answers of DNS, mDNS and LLMNR.
import { COLUMN, NESTED, type Packet, SHOWN } from '../core/packet.ts';
import { printable } from '../core/printable.ts';
import { ipv4Address, ipv6Address } from '../core/text.ts';
import { eachAddress } from '../protocols/dns/addresses.ts';

const NAMES_MAX = 200_000;
const PROTOCOLS: ReadonlySet<string> = new Set(['dns', 'mdns', 'llmnr']);

export class HostNames {
  /** By address as text; the latest name wins. */
  readonly names = new Map<string, string>();

  add(p: Packet): void {
    for (let layer = 1; layer < p.count; layer++) {
      if (!PROTOCOLS.has(p.protocols[layer]!.name)) continue;
      // A message quoted in an ICMP error was seen itself.
      const isSeen = (p.flags[layer]! & COLUMN) !== 0 && (p.flags[layer]! & (SHOWN | NESTED)) !== 0;
      if (isSeen) eachAddress(p, layer, this.#addAddress);
    }
  }

  readonly #addAddress = (name: string, b: Uint8Array, at: number, width: number): void => {
    this.set(width === 4 ? ipv4Address(b, at) : ipv6Address(b, at), name);
  };

  set(address: string, name: string): void {
    if (name === '' || (this.names.size >= NAMES_MAX && !this.names.has(address))) return;
    // A name is a stranger's word: it must not reach a terminal, or break a line of a hosts file, as it stands.
    this.names.set(address, printable(name));
  }
}
