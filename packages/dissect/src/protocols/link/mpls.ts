// MPLS label stacks (RFC 3032) and pseudowire payloads: Ethernet with or without control word (RFC 4448), associated
// channels (RFC 4385, RFC 5586).
import { u16, u32 } from '../../core/bytes.ts';
import { data } from '../../core/data.ts';
import { bool, uint } from '../../core/field.ts';
import { COLUMN, LISTED, type Packet, SHOWN } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import {
  chdlcProtocols,
  etherTypes,
  greProtocols,
  ipProtocols,
  pppProtocols,
  udpPorts,
} from '../../core/table.ts';
import { eth } from '../eth.ts';
import { pwChannels } from './tables.ts';

const LABEL = 4;
/** RFC 5586 §4: the generic associated channel label; and the OAM alert label of RFC 3429. */
const GAL = 13;
const OAM_ALERT = 14;

const reservedLabels: Readonly<Record<number, string>> = {
  0: 'IPv4 Explicit-Null',
  1: 'Router Alert',
  2: 'IPv6 Explicit-Null',
  3: 'Implicit-Null',
  7: 'Entropy Label Indicator (ELI)',
  13: 'Generic Associated Channel Label (GAL)',
  14: 'OAM Alert',
  15: 'Extension Label (XL)',
};

const f = {
  label: uint('mpls.label', 'MPLS Label').at(0, 4).mask(0xfffff000).named(reservedLabels),
  exp: uint('mpls.exp', 'MPLS Experimental Bits').at(0, 4).mask(0x00000e00),
  bottom: uint('mpls.bottom', 'MPLS Bottom Of Label Stack').at(0, 4).mask(0x00000100),
  ttl: uint('mpls.ttl', 'MPLS TTL').at(0, 4).mask(0x000000ff),
};

export const mpls: Protocol = protocol({
  name: 'mpls',
  title: 'MultiProtocol Label Switching Header',
  column: 'MPLS',
  info: () => 'MPLS Label Switched Packet',
  fields: f,
  on: [
    [etherTypes, 0x8847, 0x8848],
    [pppProtocols, 0x0281, 0x0283],
    [chdlcProtocols, 0x8847, 0x8848],
    [greProtocols, 0x8847, 0x8848],
    [ipProtocols, 137],
    [udpPorts, 6635],
  ],
  step(p) {
    const b = p.buf;
    const first = p.count - 1;
    let entry = 0;
    // RFC 3032 §2.1: the S bit marks the last entry of the stack. Each entry has a tree, only the first is listed.
    do {
      if (p.end - p.at < LABEL) return p.cut(LABEL);
      entry = u32(b, p.at);
      p.at += LABEL;
      p.payload[p.count - 1] = p.at;
      if ((entry & 0x100) !== 0) break;
    } while (p.push(mpls, SHOWN | COLUMN));
    const label = entry >>> 12;
    if (label === GAL) return pwach;
    if (p.at >= p.end) return p.cut(1);
    if (label === OAM_ALERT) return data;
    return behindStack(p, first);
  },
  headline(p, layer) {
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < LABEL) return '';
    const entry = u32(p.bufferOf(layer), start);
    const name = reservedLabels[entry >>> 12];
    const label = `${entry >>> 12}${name === undefined ? '' : ` (${name})`}`;
    return `, Label: ${label}, Exp: ${(entry >> 9) & 7}, S: ${(entry >> 8) & 1}, TTL: ${entry & 0xff}`;
  },
});

/** Protocol after the label stack, which is not signalled; the first nibble identifies IP (RFC 4928 §2). */
function behindStack(p: Packet, first: number): Protocol {
  const b = p.buf;
  switch (b[p.at]! >> 4) {
    case 4:
      if (p.end - p.at >= 4 && u16(b, p.at + 2) >= 20)
        p.narrow(first, p.at - p.start[first]! + u16(b, p.at + 2));
      return etherTypes.get(0x0800) ?? data;
    case 6:
      if (p.end - p.at >= 6) p.narrow(first, p.at - p.start[first]! + 40 + u16(b, p.at + 4));
      return etherTypes.get(0x86dd) ?? data;
    case 1:
      return pwach;
    case 0:
      return pwethheuristic;
    default:
      return data;
  }
}

const channel = {
  version: uint('pwach.ver', 'Channel Version').at(0, 1).mask(0x0f),
  reserved: uint('pwach.res', 'Reserved').at(1, 1).hex(),
  type: uint('pwach.channel_type', 'Channel Type').at(2, 2).hex(),
};

export const pwach: Protocol = protocol({
  name: 'pwach',
  title: 'PW Associated Channel Header',
  fields: channel,
  step(p) {
    if (p.end - p.at < LABEL) return p.cut(LABEL);
    const type = u16(p.buf, p.at + 2);
    p.at += LABEL;
    const ip = type === 0x21 ? etherTypes.get(0x0800) : type === 0x57 ? etherTypes.get(0x86dd) : undefined;
    return ip ?? pwChannels.get(type) ?? (p.at < p.end ? data : null);
  },
});

const ETHERNET = 14;
const CONTROL_WORD = 4;

/** True if an Ethernet header at `at` has a plausible type or length. */
function isEthernet(b: Uint8Array, at: number, end: number): boolean {
  if (end - at < ETHERNET) return false;
  const type = u16(b, at + 12);
  return type <= 1500 ? type > 2 && at + ETHERNET + type <= end : etherTypes.get(type) !== undefined;
}

/**
 * With first nibble 0, either a 4-byte control word precedes the frame, or its destination address begins that way.
 * Wireshark decides by a list of vendor prefixes; here a known EtherType at one of the two offsets decides.
 */
export const pwethheuristic: Protocol = protocol({
  name: 'pwethheuristic',
  title: 'Ethernet PW (CW heuristic)',
  step(p) {
    p.flags[p.count - 1] = LISTED;
    const withWord = isEthernet(p.buf, p.at + CONTROL_WORD, p.end);
    return isEthernet(p.buf, p.at, p.end) && !(withWord && u16(p.buf, p.at) === 0) ? pwethnocw : pwethcw;
  },
});

export const pwethnocw: Protocol = protocol({
  name: 'pwethnocw',
  title: 'Ethernet PW (no CW)',
  step(p) {
    p.flags[p.count - 1] = LISTED;
    return eth;
  },
});

const word = {
  present: bool('pweth.cw', 'PW Control Word (ethernet)')
    .get(() => true)
    .hidden(),
  sequence: uint('pweth.cw.sequence_number', 'PW sequence number (ethernet)').at(2, 2),
};

export const pwethcw: Protocol = protocol({
  name: 'pwethcw',
  title: 'PW Ethernet Control Word',
  fields: word,
  step(p) {
    if (p.end - p.at < CONTROL_WORD) return p.cut(CONTROL_WORD);
    p.at += CONTROL_WORD;
    return eth;
  },
});
