// Address resolution: ARP (RFC 826), reverse ARP (RFC 903), inverse ARP (RFC 2390), address conflict detection (RFC
// 5227).
import { u16, u32 } from '../core/bytes.ts';
import { bool, bytes, ether, ipv4, none, uint } from '../core/field.ts';
import { LISTED, type Packet, SHOWN } from '../core/packet.ts';
import { type Protocol, protocol } from '../core/protocol.ts';
import { etherTypes, greProtocols } from '../core/table.ts';
import { ethernetAddress, hex, ipv4Address } from '../core/text.ts';
import { atmarp } from './link/atmarp.ts';
import { marsTexts } from './link/mars.ts';
import { etherTypeNames } from './names/ethertypes.ts';
import { hardwareTypeNames } from './names/hardware-types.ts';

const HEADER = 8;
const ETHERNET = 1;
const ATM = 19;
const AX25 = 3;
/** Protocol identifier of IP in AX.25 (AX.25 2.2 figure 3.2). */
const AX25_IP = 0xcc;
const IEEE_802 = 6;
const IPV4 = 0x0800;

const REQUEST = 1;
const REPLY = 2;
/** Request and reply opcodes, in pairs. */
const INVERSE_REPLY = 9;
const MARS_FIRST = 11;
const MARS_LAST = 22;

const opcodeNames: Readonly<Record<number, string>> = {
  0: 'reserved',
  1: 'request',
  2: 'reply',
  3: 'reverse request',
  4: 'reverse reply',
  5: 'drarp request',
  6: 'drarp reply',
  7: 'drarp error',
  8: 'inverse request',
  9: 'inverse reply',
  10: 'arp nak',
  11: 'mars request',
  12: 'mars multi',
  13: 'mars mserv',
  14: 'mars join',
  15: 'mars leave',
  16: 'mars nak',
  17: 'mars unserv',
  18: 'mars sjoin',
  19: 'mars sleave',
  20: 'mars grouplist request',
  21: 'mars grouplist reply',
  22: 'mars redirect map',
  23: 'mapos unarp',
  24: 'experimental 1',
  25: 'experimental 2',
  65535: 'reserved',
};

const f = {
  hwType: uint('arp.hw.type', 'Hardware type').at(0, 2).named(hardwareTypeNames),
  protoType: uint('arp.proto.type', 'Protocol type').at(2, 2).hex().named(etherTypeNames),
  hwSize: uint('arp.hw.size', 'Hardware size').at(4, 1),
  protoSize: uint('arp.proto.size', 'Protocol size').at(5, 1),
  opcode: uint('arp.opcode', 'Opcode').at(6, 2).named(opcodeNames),
  gratuitous: bool('arp.isgratuitous', 'Is gratuitous'),
  probe: bool('arp.isprobe', 'Is probe'),
  announcement: bool('arp.isannouncement', 'Is announcement'),
  srcHwMac: ether('arp.src.hw_mac', 'Sender MAC address'),
  srcHw: bytes('arp.src.hw', 'Sender hardware address'),
  srcIpv4: ipv4('arp.src.proto_ipv4', 'Sender IP address'),
  srcProto: bytes('arp.src.proto', 'Sender protocol address'),
  dstHwMac: ether('arp.dst.hw_mac', 'Target MAC address'),
  dstHw: bytes('arp.dst.hw', 'Target hardware address'),
  dstIpv4: ipv4('arp.dst.proto_ipv4', 'Target IP address'),
  dstProto: bytes('arp.dst.proto', 'Target protocol address'),
  duplicate: none('arp.duplicate-address-detected', 'Duplicate IP address configured'),
  duplicateFrame: uint('arp.duplicate-address-frame', 'Frame showing earlier use of IP address'),
  duplicateSeconds: uint('arp.seconds-since-duplicate-address-frame', 'Seconds since earlier frame seen'),
};

/** Offsets of the four addresses of the packet at `start`. */
const places = {
  srcHw: 0,
  srcProto: 0,
  dstHw: 0,
  dstProto: 0,
  end: 0,
  hwLength: 0,
  protoLength: 0,
  isMac: false,
  isIpv4: false,
};

function locate(b: Uint8Array, start: number): typeof places {
  const hardware = u16(b, start);
  places.hwLength = b[start + 4]!;
  places.protoLength = b[start + 5]!;
  places.isMac = places.hwLength === 6 && (hardware === ETHERNET || hardware === IEEE_802);
  const type = u16(b, start + 2);
  places.isIpv4 = places.protoLength === 4 && (type === IPV4 || (hardware === AX25 && type === AX25_IP));
  places.srcHw = start + HEADER;
  places.srcProto = places.srcHw + places.hwLength;
  places.dstHw = places.srcProto + places.protoLength;
  places.dstProto = places.dstHw + places.hwLength;
  places.end = places.dstProto + places.protoLength;
  return places;
}

function isSame(b: Uint8Array, a: number, c: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (b[a + i] !== b[c + i]) return false;
  return true;
}

function isZero(b: Uint8Array, at: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (b[at + i] !== 0) return false;
  return true;
}

/** RFC 5227 §1.1: a probe has no sender address; an announcement has the sender's own as target. */
const PLAIN = 0;
const PROBE = 1;
const GRATUITOUS = 2;
const ANNOUNCEMENT = 3;

function kindOf(b: Uint8Array, start: number): number {
  const opcode = u16(b, start + 6);
  if (opcode !== REQUEST && opcode !== REPLY) return PLAIN;
  const at = locate(b, start);
  if (opcode === REQUEST && isZero(b, at.srcProto, at.protoLength)) return PROBE;
  if (!isSame(b, at.srcProto, at.dstProto, at.protoLength)) return PLAIN;
  return opcode === REQUEST && isZero(b, at.dstHw, at.hwLength) ? ANNOUNCEMENT : GRATUITOUS;
}

interface Use {
  /** The hardware address as a number. */
  owner: number;
  frame: number;
  seconds: number;
}

interface Duplicate {
  readonly address: number;
  readonly frame: number;
  readonly seconds: number;
}

interface Duplicates {
  readonly found: readonly Duplicate[];
  /** The duplicate to report in the Info column; -1: none. */
  readonly claimed: number;
}

/** Addresses remembered for duplicate detection. */
const ADDRESSES_MAX = 65_536;

function useOf(p: Packet, mac: number, address: number): Duplicate | null {
  const b = p.buf;
  const ip = u32(b, address);
  if (ip === 0) return null;
  const uses = p.session.memoryOf('arp', () => new Map<number, Use>());
  const owner = u16(b, mac) * 0x1_0000_0000 + u32(b, mac + 2);
  const use = uses.get(ip);
  if (use === undefined) {
    if (uses.size < ADDRESSES_MAX) uses.set(ip, { owner, frame: p.number, seconds: p.seconds });
    return null;
  }
  if (use.owner !== owner) return { address: ip, frame: use.frame, seconds: p.seconds - use.seconds };
  use.frame = p.number;
  use.seconds = p.seconds;
  return null;
}

/** True if this hardware address belongs to a single station. */
function isStation(b: Uint8Array, at: number): boolean {
  return (b[at]! & 1) === 0 && !isZero(b, at, 6);
}

/** Both ends of a reply and the sender of a request bind an address to a hardware address. */
function findDuplicates(p: Packet, start: number): Duplicates | null {
  const opcode = u16(p.buf, start + 6);
  const at = locate(p.buf, start);
  if (!at.isMac || !at.isIpv4 || (opcode !== REQUEST && opcode !== REPLY)) return null;
  const { dstHw, dstProto } = at;
  const first = isStation(p.buf, at.srcHw) ? useOf(p, at.srcHw, at.srcProto) : null;
  // Each duplicate is reported once.
  const hasSecond =
    opcode === REPLY && isStation(p.buf, dstHw) && (first === null || first.address !== u32(p.buf, dstProto));
  const second = hasSecond ? useOf(p, dstHw, dstProto) : null;
  if (first === null && second === null) return null;
  const last = hasSecond ? second : first;
  return { found: [first, second].filter((one) => one !== null), claimed: last === null ? -1 : last.address };
}

export const arp: Protocol = protocol({
  name: 'arp',
  title: 'Address Resolution Protocol',
  column(p, layer) {
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < HEADER) return 'ARP';
    const opcode = u16(p.bufferOf(layer), start + 6);
    if (opcode >= MARS_FIRST && opcode <= MARS_LAST) return 'MARS';
    if (opcode === 23) return 'MAPOS';
    return opcode < 3 || opcode > INVERSE_REPLY
      ? 'ARP'
      : opcode < 5
        ? 'RARP'
        : opcode < 8
          ? 'DRARP'
          : 'Inverse ARP';
  },
  fields: f,
  on: [
    [etherTypes, 0x0806, 0x8035],
    [greProtocols, 0x0806],
  ],
  step(p) {
    const start = p.at;
    const layer = p.count - 1;
    if (p.end - start < HEADER) return p.cut(HEADER);
    const { end } = locate(p.buf, start);
    const hardware = u16(p.buf, start);
    if (hardware === ATM) {
      p.flags[layer]! &= ~SHOWN;
      return atmarp;
    }
    if (hardware === AX25) p.push(arp, LISTED);
    if (end > p.end) return p.cut(end - start);
    p.narrow(layer, end - start);
    p.notes[layer] = findDuplicates(p, start);
    p.at = end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < HEADER) return;
    for (const field of [f.hwType, f.protoType, f.hwSize, f.protoSize, f.opcode]) out.fixed(field);
    const { srcHw, srcProto, dstHw, dstProto, end, hwLength, protoLength, isMac, isIpv4 } = locate(b, start);
    if (end > p.stop[layer]!) return;
    const kind = kindOf(b, start);
    if (kind >= GRATUITOUS) out.add(f.gratuitous, start, 0, true);
    if (kind === PROBE) out.add(f.probe, start, 0, true);
    if (kind === ANNOUNCEMENT) out.add(f.announcement, start, 0, true);
    if (hwLength > 0) out.add(isMac ? f.srcHwMac : f.srcHw, srcHw, hwLength);
    if (protoLength > 0) out.add(isIpv4 ? f.srcIpv4 : f.srcProto, srcProto, protoLength);
    if (hwLength > 0) out.add(isMac ? f.dstHwMac : f.dstHw, dstHw, hwLength);
    if (protoLength > 0) out.add(isIpv4 ? f.dstIpv4 : f.dstProto, dstProto, protoLength);
    for (const { frame, seconds } of (p.notes[layer] as Duplicates | null)?.found ?? []) {
      out.open(f.duplicate, start, 0, true);
      out.add(f.duplicateFrame, start, 0, frame);
      out.add(f.duplicateSeconds, start, 0, seconds);
      out.close();
    }
  },
  headline(p, layer) {
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < HEADER) return '';
    const opcode = u16(p.bufferOf(layer), start + 6);
    return ` (${opcodeNames[opcode] ?? `0x${opcode.toString(16).padStart(4, '0')}`})`;
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < HEADER || locate(b, start).end > p.stop[layer]!) return '';
    const claimed = (p.notes[layer] as Duplicates | null)?.claimed ?? -1;
    const address = `${claimed >>> 24}.${(claimed >> 16) & 255}.${(claimed >> 8) & 255}.${claimed & 255}`;
    return claimed < 0 ? arpText(b, start) : `${arpText(b, start)} (duplicate use of ${address} detected!)`;
  },
});

function hardwareText(b: Uint8Array, at: number): string {
  return places.isMac ? ethernetAddress(b, at) : hex(b, at, at + places.hwLength) || '<No address>';
}

function protocolText(b: Uint8Array, at: number): string {
  return places.isIpv4 ? ipv4Address(b, at) : hex(b, at, at + places.protoLength) || '<No address>';
}

function arpText(b: Uint8Array, start: number): string {
  const opcode = u16(b, start + 6);
  const kind = kindOf(b, start);
  const { srcHw, srcProto, dstHw, dstProto } = locate(b, start);
  switch (opcode) {
    case 0:
    case 65535:
      return `Reserved opcode ${opcode}`;
    case REQUEST:
      if (kind === ANNOUNCEMENT) return `ARP Announcement for ${protocolText(b, dstProto)}`;
      if (kind === GRATUITOUS) return `Gratuitous ARP for ${protocolText(b, dstProto)} (Request)`;
      if (kind === PROBE) return `Who has ${protocolText(b, dstProto)}? (ARP Probe)`;
      return `Who has ${protocolText(b, dstProto)}? Tell ${protocolText(b, srcProto)}`;
    case REPLY:
      if (kind === GRATUITOUS) return `Gratuitous ARP for ${protocolText(b, srcProto)} (Reply)`;
      return `${protocolText(b, srcProto)} is at ${hardwareText(b, srcHw)}`;
    case INVERSE_REPLY:
      return `${hardwareText(b, srcHw)} is at ${protocolText(b, srcProto)}`;
    case 3:
    case 5:
    case 8:
      return `Who is ${hardwareText(b, dstHw)}? Tell ${hardwareText(b, srcHw)}`;
    case 4:
    case 6:
      return `${hardwareText(b, dstHw)} is at ${protocolText(b, dstProto)}`;
    case 7:
      return 'DRARP Error';
    case 10:
      return 'ARP NAK';
    case 24:
    case 25:
      return `Experimental ${opcode - 23} ( opcode ${opcode} )`;
    default: {
      const mars = marsTexts[opcode];
      if (mars === undefined) return `Unknown ARP opcode 0x${opcode.toString(16).padStart(4, '0')}`;
      return `${mars} from ${hardwareText(b, srcHw)} at ${protocolText(b, srcProto)}`;
    }
  }
}
