import { ETHER, ethernetAddress, IPV4, IPV6, ipv4Address, ipv6Address } from '@eyrie/dissect';

/** Bytes of an address of this kind; 0 for other kinds. */
export function addressWidth(kind: number): number {
  return kind === IPV6 ? 16 : kind === IPV4 ? 4 : kind === ETHER ? 6 : 0;
}

/** The address as in the packet list; '' for other kinds. */
export function addressText(kind: number, bytes: Uint8Array): string {
  switch (kind) {
    case IPV4:
      return ipv4Address(bytes, 0);
    case IPV6:
      return ipv6Address(bytes, 0);
    case ETHER:
      return ethernetAddress(bytes, 0);
    default:
      return '';
  }
}
