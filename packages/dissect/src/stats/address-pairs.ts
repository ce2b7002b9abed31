// The address pairs of one kind in a packet's layers, by which conversations and endpoints are counted.
import { u16 } from '../core/bytes.ts';
import { COLUMN, type Packet } from '../core/packet.ts';
import { ethernetAddress, hex, ipv4Address, ipv6Address } from '../core/text.ts';
import { sllSource } from '../protocols/link/sll.ts';
import { swapBits } from '../protocols/link/tokenring.ts';
import { wpanAddresses } from '../protocols/serial/wpan/wpan.ts';
import { zigbeeAddresses } from '../protocols/serial/wpan/zigbee.ts';
import { readFrame } from '../protocols/wlan/frame.ts';

export type AddressKind =
  | 'eth'
  | 'ip'
  | 'ipv6'
  | 'tcp'
  | 'udp'
  | 'sctp'
  | 'dccp'
  | 'wlan'
  | 'tr'
  | 'fddi'
  | 'ipx'
  | 'sll'
  | 'usb'
  | 'wpan'
  | 'zbee_nwk';

/** Title of each kind, and whether its endpoints have ports. */
export const ADDRESS_KINDS: Readonly<
  Record<AddressKind, { readonly title: string; readonly hasPorts: boolean }>
> = {
  eth: { title: 'Ethernet', hasPorts: false },
  ip: { title: 'IPv4', hasPorts: false },
  ipv6: { title: 'IPv6', hasPorts: false },
  tcp: { title: 'TCP', hasPorts: true },
  udp: { title: 'UDP', hasPorts: true },
  sctp: { title: 'SCTP', hasPorts: true },
  dccp: { title: 'DCCP', hasPorts: true },
  wlan: { title: 'IEEE 802.11', hasPorts: false },
  tr: { title: 'Token-Ring', hasPorts: false },
  fddi: { title: 'FDDI', hasPorts: false },
  ipx: { title: 'IPX', hasPorts: false },
  sll: { title: 'SLL', hasPorts: false },
  usb: { title: 'USB', hasPorts: false },
  wpan: { title: 'IEEE 802.15.4', hasPorts: false },
  zbee_nwk: { title: 'ZigBee', hasPorts: false },
};

/** Header bytes that must be captured for a layer to count. */
const HEADER_MIN: Readonly<Record<AddressKind, number>> = {
  eth: 14,
  ip: 20,
  ipv6: 40,
  tcp: 20,
  udp: 8,
  sctp: 12,
  dccp: 12,
  wlan: 24,
  tr: 14,
  fddi: 13,
  ipx: 30,
  sll: 16,
  usb: 0,
  wpan: 3,
  zbee_nwk: 8,
};

/** True for a layer with a complete header that is not quoted in an ICMP error. */
export function isOfKind(p: Packet, layer: number, kind: AddressKind): boolean {
  return (
    p.protocols[layer]!.name === kind &&
    (p.flags[layer]! & COLUMN) !== 0 &&
    p.start[layer]! + HEADER_MIN[kind] <= p.stop[layer]!
  );
}

/** Addresses whose form varies from packet to packet are compared as they are shown; null: this layer does not count. */
const TEXTS: Readonly<Partial<Record<AddressKind, (p: Packet, layer: number) => [string, string] | null>>> = {
  sll: (p, layer) => [sllSource(p, layer), ''],
  usb: (p) => [p.columnSrcText, p.columnDstText],
  wpan: (p, layer) => wpanAddresses(p, layer),
  zbee_nwk: (p, layer) => zigbeeAddresses(p, layer),
};

/** An address that a layer does not have, in tshark's word. */
const NO_ADDRESS = 'NONE';

/** Places of a layer's two addresses; one object is reused. */
export interface Pair {
  b: Uint8Array;
  src: number;
  dst: number;
  /** Bytes per address: 4, 6, 10 (network and node of IPX) or 16; 0 for addresses in `texts`, which src and dst index. */
  width: number;
  readonly texts: string[];
  /** -1 if there are none. */
  srcPort: number;
  dstPort: number;
}

export class AddressPairs {
  readonly #kind: AddressKind;
  readonly #hasPorts: boolean;
  readonly #pair: Pair = {
    b: new Uint8Array(0),
    src: 0,
    dst: 1,
    width: 0,
    texts: ['', ''],
    srcPort: -1,
    dstPort: -1,
  };

  constructor(kind: AddressKind) {
    this.#kind = kind;
    this.#hasPorts = ADDRESS_KINDS[kind].hasPorts;
  }

  /** Outermost first. */
  forEach(p: Packet, visit: (pair: Pair, p: Packet) => void): void {
    for (let layer = 1; layer < p.count; layer++) {
      if (!isOfKind(p, layer, this.#kind)) continue;
      if (this.#hasPorts ? this.#ports(p, layer) : this.#network(p, layer, this.#kind)) visit(this.#pair, p);
    }
  }

  #ports(p: Packet, layer: number): boolean {
    let below = layer - 1;
    while (below > 0 && p.protocols[below]!.name !== 'ip' && p.protocols[below]!.name !== 'ipv6') below--;
    if (below <= 0) return false;
    if (!this.#network(p, below, p.protocols[below]!.name as AddressKind)) return false;
    const b = p.bufferOf(layer);
    this.#pair.srcPort = u16(b, p.start[layer]!);
    this.#pair.dstPort = u16(b, p.start[layer]! + 2);
    return true;
  }

  #network(p: Packet, layer: number, kind: AddressKind): boolean {
    const pair = this.#pair;
    const start = p.start[layer]!;
    pair.b = p.bufferOf(layer);
    pair.srcPort = pair.dstPort = -1;
    const texts = TEXTS[kind]?.(p, layer);
    if (texts === null) return false;
    if (texts !== undefined) {
      pair.texts.splice(0, 2, texts[0] || NO_ADDRESS, texts[1] || NO_ADDRESS);
      place(pair, 0, 1, 0);
      return true;
    }
    // RFC 791 §3.1, RFC 8200 §3, IEEE 802.3 §3.2, ISO 9314-2 §7.2, RFC 1634.
    if (kind === 'ip') place(pair, start + 12, start + 16, 4);
    else if (kind === 'ipv6') place(pair, start + 8, start + 24, 16);
    else if (kind === 'wlan') {
      // IEEE 802.11 §9.3.2.1: the meaning of the addresses depends on the frame; control frames have no endpoints.
      const { sa, da } = readFrame(pair.b, start, p.stop[layer]!);
      if (sa < 0 || da < 0) return false;
      place(pair, sa, da, 6);
    } else if (kind === 'tr') place(pair, start + 8, start + 2, 6);
    else if (kind === 'fddi') {
      // Shown in Ethernet's bit order.
      pair.b = swapBits(pair.b, start + 1, 12);
      place(pair, 6, 0, 6);
      return true;
    } else if (kind === 'ipx') place(pair, start + 18, start + 6, 10);
    else place(pair, start + 6, start, 6);
    return Math.max(pair.src, pair.dst) + pair.width <= p.stop[layer]!;
  }
}

function place(pair: Pair, src: number, dst: number, width: number): void {
  pair.src = src;
  pair.dst = dst;
  pair.width = width;
}

export function addressText({ b, width, texts }: Pair, at: number): string {
  if (width === 0) return texts[at]!;
  if (width === 10) return `${hex(b, at, at + 4)}.${hex(b, at + 4, at + 10)}`;
  return width === 4 ? ipv4Address(b, at) : width === 16 ? ipv6Address(b, at) : ethernetAddress(b, at);
}

/** Address and port as a string of raw bytes, a key that needs no formatting. */
export function pairKey({ b, width, texts }: Pair, at: number, port: number): string {
  if (width === 0) return `${texts[at]!}\0`;
  if (width === 4) return String.fromCharCode(u16(b, at), u16(b, at + 2), port & 0xffff);
  let text = String.fromCharCode(u16(b, at), u16(b, at + 2), u16(b, at + 4), port & 0xffff);
  for (let i = 6; i < width; i += 2) text += String.fromCharCode(u16(b, at + i));
  return text;
}
