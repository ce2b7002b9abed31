// Expert information, as Wireshark calls it: what is notable about a packet. Computed only on request.
import { type Field, text, uint } from './field.ts';
import type { Packet } from './packet.ts';
import { type Protocol, protocol } from './protocol.ts';

export type Severity = 'comment' | 'chat' | 'note' | 'warn' | 'error';
export type Group =
  | 'checksum'
  | 'sequence'
  | 'response'
  | 'request'
  | 'undecoded'
  | 'reassemble'
  | 'malformed'
  | 'protocol'
  | 'security'
  | 'comment'
  | 'decryption'
  | 'assumption'
  | 'deprecated';

/** Where an item stands in the tree. */
export interface Place {
  /** The field that it is about and stands below; without one it stands below the layer. */
  readonly under?: Field;
  /**
   * The field by which filters name the finding: it stands within the item, and nowhere else. Without `under` the item
   * stands where `emit` adds the field.
   */
  readonly name?: Field;
  /** The field stands once before the item, too. */
  readonly isRepeated?: boolean;
  /** The short name of the protocol whose finding it is, where that is not the layer's. */
  readonly protocol?: string;
}

/** Reports one item about the layer. */
export type AddExpertInfo = (severity: Severity, group: Group, message: string, place?: Place) => void;

/** Values and names are Wireshark's. */
export const severities: Readonly<Record<Severity, readonly [number, string]>> = {
  comment: [0x0010_0000, 'Comment'],
  chat: [0x0020_0000, 'Chat'],
  note: [0x0040_0000, 'Note'],
  warn: [0x0060_0000, 'Warning'],
  error: [0x0080_0000, 'Error'],
};

export const groups: Readonly<Record<Group, readonly [number, string]>> = {
  checksum: [0x0100_0000, 'Checksum'],
  sequence: [0x0200_0000, 'Sequence'],
  response: [0x0300_0000, 'Response'],
  request: [0x0400_0000, 'Request'],
  undecoded: [0x0500_0000, 'Undecoded'],
  reassemble: [0x0600_0000, 'Reassemble'],
  malformed: [0x0700_0000, 'Malformed'],
  protocol: [0x0900_0000, 'Protocol'],
  security: [0x0a00_0000, 'Security'],
  comment: [0x0b00_0000, 'Comment'],
  decryption: [0x0c00_0000, 'Decryption'],
  assumption: [0x0d00_0000, 'Assumption'],
  deprecated: [0x0e00_0000, 'Deprecated'],
};

export const expertFields = {
  expert: text('_ws.expert', 'Expert Info'),
  message: text('_ws.expert.message', 'Message'),
  severity: uint('_ws.expert.severity', 'Severity level').named(new Map(Object.values(severities))),
  group: uint('_ws.expert.group', 'Group').named(new Map(Object.values(groups))),
};

/** The message where the finding has a field of its own, too. */
export const hiddenMessage = text('_ws.expert.message', 'Message').hidden();

/** Owns the fields above; it never appears as a layer. */
export const expertInfo: Protocol = protocol({
  name: '_ws.expert',
  title: 'Expert Info',
  fields: expertFields,
  step: () => null,
});

/** `Expert Info (Warning/Sequence): Connection reset (RST)` */
export function expertText(severity: Severity, group: Group, message: string): string {
  return `Expert Info (${severities[severity][1]}/${groups[group][1]}): ${message}`;
}

/** Reports all expert items of one layer. */
export function reportExpertInfo(p: Packet, layer: number, add: AddExpertInfo): void {
  p.protocols[layer]!.expert?.(p, layer, add);
}

/** The short name of the protocol an item is about; a malformed packet is attributed to the layer before it. */
export function expertProtocol(p: Packet, layer: number): string {
  let at = layer;
  while (at > 0 && p.protocols[at]!.name === '_ws.malformed') at--;
  const { column, name } = p.protocols[at]!;
  return SHORT_NAMES[name] ?? (typeof column === 'string' ? column : name.toUpperCase());
}

const SHORT_NAMES: Readonly<Record<string, string>> = {
  eth: 'Ethernet',
  ip: 'IPv4',
  ipv6: 'IPv6',
  mdns: 'mDNS',
  dhcp: 'DHCP/BOOTP',
  wg: 'WireGuard',
  icmpv6: 'ICMPv6',
  'ipv6.hopopts': 'IPv6 Hop-by-Hop',
  wlan: 'IEEE 802.11',
};
